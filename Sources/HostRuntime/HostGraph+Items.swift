import DataModel
import Kernels
import Plan

// Plans with item windows: what a node asks may hang on what another has folded of the same
// batch, so nodes run in the order of the plan instead of depth first.
extension HostGraph {
  /// Runs everything behind a node, with the tuples that have passed it.
  func walk(
    from start: Int, _ batch: TupleBatch, _ rows: UnsafePointer<UInt16>, _ count: Int,
    everything: Bool
  ) {
    var reached = [Int](repeating: -1, count: stages.count)
    stages[start].kept.update(from: rows, count: count)
    reached[start] = count
    let origin = plan.start(of: start)
    for group in itemGroups where group.isAsked(from: origin) {
      group.ask(batch, rows, count, from: origin)
    }
    for index in start..<stages.count {
      let stage = stages[index]
      if index > start {
        guard let input = plan.nodes[index].input, reached[input] >= 0,
          everything || !placed.nodes[index].isInDataPath, !stage.standsApart
        else { continue }
        if case .anyOf(let inputs) = plan.nodes[index].operation {
          reached[index] = unite(inputs, reached, into: stage)
          finish(index, batch, rows, count, reached[index], everything: everything)
          continue
        }
        if asksItems[index] { crew?.settleItems() }
        let (n, lost) = stage.filter(
          batch, rows: UnsafePointer(stages[input].kept), count: reached[input],
          horizon: horizon)
        if lost > 0, let pane {
          sources.ledger.lose(.table, lost, pane: pane.start(of: batch.times[0]))
        }
        reached[index] = n
      }
      finish(index, batch, rows, count, reached[index], everything: everything)
    }
    crew?.settleItems()
    for (index, stage) in stages.enumerated() where reached[index] > 0 {
      emit(stage, batch, UnsafePointer(stage.kept), reached[index])
    }
  }

  /// Hands what a node has kept to what reads it; `rows[0..<count]` are all tuples of the walk.
  private func finish(
    _ index: Int, _ batch: TupleBatch, _ rows: UnsafePointer<UInt16>, _ count: Int, _ n: Int,
    everything: Bool
  ) {
    let stage = stages[index]
    let kept = UnsafePointer(stage.kept)
    stage.passed &+= UInt64(n)
    texts.keep(index, batch, kept, n)
    feedPatterns(index, batch, kept, n)
    feedRunsBehind(index, kept, n)
    aggregate(stage, batch, kept, n, everything: everything)
    for (place, group) in itemGroups.enumerated() where group.input == index {
      if crew?.fold(place, group, batch, kept, n, universe: rows, count) != true {
        group.fold(batch, kept, n, universe: rows, count)
      }
      guard n > 0 else { continue }
      for run in tickRuns where run.group === group { run.note(batch.times[0], horizon) }
    }
  }

  /// Keeps the tuples that any of these nodes has kept, in their order.
  private func unite(_ inputs: [Int], _ reached: [Int], into stage: TupleStage) -> Int {
    var isKept = [Bool](repeating: false, count: TupleBatch.capacity)
    for input in inputs where reached[input] > 0 {
      for place in 0..<reached[input] { isKept[Int(stages[input].kept[place])] = true }
    }
    var n = 0
    for row in isKept.indices where isKept[row] {
      stage.kept[n] = UInt16(truncatingIfNeeded: row)
      n += 1
    }
    return n
  }

  /// Tells once, at the end of input, which tuples found no room in item windows.
  func noteItemLosses() {
    let items = itemGroups.reduce(0) { $0 + $1.itemsWithoutRoom }
    for (lost, reason) in [
      (itemTuplesWithoutKey, "item windows: more keys than the limit of keys"),
      (items, "item windows: more items than the memory for them, or the limit of rows, holds"),
    ] where lost > 0 {
      losses(LossRecord(start: 0, end: 0, lost: [.table: lost], reason: reason))
    }
  }

  /// Tuples whose keys found no room in item windows, which keep every key to the end of input.
  public var itemTuplesWithoutKey: UInt64 { itemGroups.reduce(0) { $0 + $1.keysWithoutRoom } }
}
