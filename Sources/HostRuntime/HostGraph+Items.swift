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
    for index in start..<stages.count {
      let stage = stages[index]
      if index > start {
        guard let input = plan.nodes[index].input, reached[input] >= 0,
          everything || !placed.nodes[index].isInDataPath,
          !plan.nodes[index].operation.makesFlows
        else { continue }
        let (n, lost) = stage.filter(
          batch, rows: UnsafePointer(stages[input].kept), count: reached[input],
          horizon: horizon)
        if lost > 0, let pane {
          sources.ledger.lose(.table, lost, pane: pane.start(of: batch.times[0]))
        }
        reached[index] = n
      }
      let n = reached[index]
      stage.passed &+= UInt64(n)
      feedPatterns(index, batch, UnsafePointer(stage.kept), n)
      aggregate(stage, batch, UnsafePointer(stage.kept), n, everything: everything)
      for group in itemGroups where group.input == index {
        group.fold(batch, UnsafePointer(stage.kept), n, universe: rows, count)
      }
    }
    for (index, stage) in stages.enumerated() where reached[index] > 0 {
      emit(stage, batch, UnsafePointer(stage.kept), reached[index])
    }
  }

  /// Tells once, at the end of input, which tuples found no room in item windows.
  func noteItemLosses() {
    let lost = itemGroups.reduce(0) { $0 + $1.withoutRoom }
    guard lost > 0 else { return }
    losses(
      LossRecord(
        start: 0, end: 0, lost: [.table: lost],
        reason: "item windows: more keys or items than the declared memory holds"))
  }
}
