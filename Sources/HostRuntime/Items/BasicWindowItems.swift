import DataModel
import Kernels
import Operators
import Plan

/// The most frequent items of each key, by basic windows: the items of the open one are counted;
/// when it is full and another tuple comes, it closes and only its `count` most frequent stay.
///
/// The answer changes at closes only: the sums over the closed windows, of which the window of
/// N tuples holds N / length − 1. An item's count is at least what it says, and at most that plus
/// the least count that each closed window kept.
/// - Source: Golab et al., IMC 2003, section 3.
final class BasicWindowItems: ItemStateRun {
  /// One key's windows.
  private struct Windows {
    var open = SortedItems()
    var filled = 0
    /// Items and counts of each closed window, oldest first.
    var closed: [[(item: Int64, count: Int)]] = []
    /// Their sums.
    var total: [Int64: Int] = [:]
    /// Closed windows of which items were left out.
    var cut: [Bool] = []
    var answer = RowValue(.missing)
  }

  private let length: Int
  private let closedMost: Int
  private let kept: Int
  private let codes: ItemCodes
  private var windows: [Windows] = []
  private var answers: [RowValue]
  let shortened = 0

  init(_ items: [KeyComponent], window: Int, length: Int, count: Int, asks: Int) {
    self.length = length
    closedMost = window / length - 1
    kept = count
    codes = ItemCodes(items)
    answers = [RowValue](repeating: RowValue(.missing), count: TupleBatch.capacity * asks)
  }

  deinit { for entry in windows { entry.open.deallocate() } }

  func prepare(_ batch: TupleBatch, universe: UnsafePointer<UInt16>, count: Int) {
    codes.prepare(batch, rows: universe, count: count)
  }

  func fold(
    _ ids: UnsafePointer<Int32>, _ rows: UnsafePointer<UInt16>, places: UnsafePointer<Int32>?,
    count: Int
  ) {
    for index in 0..<count where ids[index] >= 0 {
      let (id, row) = (Int(ids[index]), Int(rows[index]))
      while windows.count <= id { windows.append(Windows()) }
      if windows[id].filled == length { close(&windows[id]) }
      windows[id].filled += 1
      if codes.isPresent[row] != 0 { windows[id].open.insert(codes.take(row)) }
      answers[row] = windows[id].answer
    }
  }

  func look(_ id: Int, row: Int, ask: Int) {
    answers[ask &* TupleBatch.capacity &+ row] = windows[id].answer
  }

  func value(_ feature: ItemEvaluation, row: Int, ask: Int) -> RowValue {
    answers[ask &* TupleBatch.capacity &+ row]
  }

  private func close(_ key: inout Windows) {
    var runs: [(item: Int64, count: Int)] = []
    key.open.forEachRun { runs.append(($0, $1)) }
    let best = ordered(runs).prefix(kept)
    for (item, count) in best {
      codes.keep(item)
      key.total[item, default: 0] += count
    }
    for (item, count) in runs { for _ in 0..<count { codes.release(item) } }
    key.closed.append(Array(best))
    key.cut.append(runs.count > best.count)
    key.open.removeAll()
    key.filled = 0
    var gone: [Int64] = []
    if key.closed.count > closedMost {
      for (item, count) in key.closed.removeFirst() {
        let rest = (key.total[item] ?? 0) - count
        key.total[item] = rest > 0 ? rest : nil
        gone.append(item)
      }
      key.cut.removeFirst()
    }
    key.answer = answer(key)
    for item in gone { codes.release(item) }
  }

  private func answer(_ key: Windows) -> RowValue {
    let seen = Double(key.closed.count * length)
    let best = ordered(key.total.map { ($0.key, $0.value) }).prefix(kept)
    let items = best.map { item, count in
      RankedItem(item: codes.item(item), count: Int64(count), share: Double(count) / seen)
    }
    return RowValue(.ranking(items), quality: key.cut.contains(true) ? .atLeast : .exact)
  }

  /// The most frequent first, ties by item.
  private func ordered(_ runs: [(item: Int64, count: Int)]) -> [(item: Int64, count: Int)] {
    runs.sorted { a, b in
      a.count != b.count
        ? a.count > b.count
        : codes.item(a.item).lexicographicallyPrecedes(codes.item(b.item))
    }
  }
}
