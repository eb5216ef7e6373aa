import DataModel
import Kernels
import Operators
import Plan

/// The most frequent items of each key, by basic windows: the items of the open one are kept; when
/// it is full and another tuple comes, it closes and only its `count` most frequent stay.
///
/// The answer changes at closes only: the sums over the closed windows, of which the window of
/// N tuples holds N / length − 1. What a closed window left out occurred there at most as often as
/// the least that it kept, so an item's count is at least what the answer says, and at most that
/// plus the least kept counts of the windows that left it out (`RankedItem.most`). The sum of all
/// least kept counts, the threshold, is the answer's bound: by so much counts may be short, so an
/// item without a place occurred at most so much more often than the last place says, or so often
/// where places are left over.
/// - Cost: a store a tuple, 5–30 ns a tuple at the close; 8 octets an item of the open window.
/// - Source: Golab, DeHaan, Demaine, López-Ortiz, Munro, IMC 2003, section 3.
final class BasicWindowItems: ItemStateRun {
  /// A key's open window.
  private struct Open {
    var items: UnsafeMutablePointer<Int64>?
    var room: Int32 = 0
    var used: Int32 = 0
    var filled: Int32 = 0
    /// The place of the key's answer.
    var answer: Int32 = 0
  }

  /// A closed window's best items, most frequent first, and whether there were others.
  private struct Closed {
    var best: [(item: Int64, count: Int)]
    var isCut: Bool
  }

  private let length: Int
  private let closedMost: Int
  private let kept: Int
  private let codes: ItemCodes
  private let budget: MemoryBudget
  private var open: UnsafeMutablePointer<Open>
  private var openRoom = 64
  private var keys = 0
  /// A key's closed windows, oldest first.
  private var closed: [[Closed]] = []
  /// Keys of which items found no room, whose counts are too low.
  private var short: Set<Int> = []
  private var tally = ItemTally()

  /// Answers; the first is none. Those that were replaced in this batch are free in the next.
  private var table = [Estimate(.missing)]
  private var free: [Int32] = []
  private var replaced: [Int32] = []
  /// The place of the answer of a row, by ask.
  private let answerOfRow: UnsafeMutablePointer<Int32>
  private let placeCount: Int
  private(set) var shortened = 0

  init(
    _ items: [KeyComponent], window: Int, length: Int, count: Int, asks: Int,
    budget: MemoryBudget
  ) {
    self.length = length
    self.budget = budget
    closedMost = window / length - 1
    kept = count
    codes = ItemCodes(items)
    placeCount = TupleBatch.capacity * asks
    answerOfRow = .allocate(capacity: placeCount)
    answerOfRow.initialize(repeating: 0, count: placeCount)
    open = .allocate(capacity: openRoom)
  }

  deinit {
    for key in 0..<keys { open[key].items?.deallocate() }
    open.deallocate()
    answerOfRow.deallocate()
  }

  func prepare(_ batch: TupleBatch, universe: UnsafePointer<UInt16>, count: Int) {
    free += replaced
    replaced.removeAll(keepingCapacity: true)
    answerOfRow.update(repeating: 0, count: placeCount)
    codes.prepare(batch, rows: universe, count: count)
  }

  func fold(
    _ ids: UnsafePointer<Int32>, _ rows: UnsafePointer<UInt16>, places: UnsafePointer<Int32>?,
    count: Int
  ) {
    for index in 0..<count where ids[index] >= 0 {
      let (id, row) = (Int(ids[index]), Int(rows[index]))
      if id >= keys { reserve(id) }
      if Int(open[id].filled) == length { close(id) }
      open[id].filled &+= 1
      if codes.isPresent[row] != 0 { append(codes.take(row), id) }
      answerOfRow[row] = open[id].answer
    }
  }

  func forgetAnswers() { answerOfRow.update(repeating: 0, count: placeCount) }

  func look(_ id: Int, row: Int, ask: Int) {
    answerOfRow[ask &* TupleBatch.capacity &+ row] = open[id].answer
  }

  func value(_ feature: ItemEvaluation, row: Int, ask: Int) -> RowValue {
    let estimate = table[Int(answerOfRow[ask &* TupleBatch.capacity &+ row])]
    return RowValue(estimate.value, bound: estimate.bound, quality: estimate.quality)
  }

  func shared(
    _ feature: ItemEvaluation, ask: Int
  ) -> (places: UnsafePointer<Int32>, table: [Estimate])? {
    (UnsafePointer(answerOfRow + ask * TupleBatch.capacity), table)
  }

  // MARK: Open windows

  private func reserve(_ id: Int) {
    if id >= openRoom {
      let room = max(openRoom * 2, id + 1)
      let larger = UnsafeMutablePointer<Open>.allocate(capacity: room)
      larger.update(from: open, count: keys)
      open.deallocate()
      (open, openRoom) = (larger, room)
    }
    while keys <= id {
      (open + keys).initialize(to: Open())
      closed.append([])
      keys += 1
    }
  }

  @inline(__always)
  private func append(_ code: Int64, _ id: Int) {
    if open[id].used == open[id].room, !grow(id) { return codes.release(code) }
    open[id].items?[Int(open[id].used)] = code
    open[id].used &+= 1
  }

  /// Makes room for more items of an open window; false where memory is used up.
  @inline(never)
  private func grow(_ id: Int) -> Bool {
    let room = Int(open[id].room)
    let wanted = min(length, max(4, room * 2))
    guard room == 0 || budget.take((wanted - room) * 8) else {
      shortened += 1
      short.insert(id)
      return false
    }
    let larger = UnsafeMutablePointer<Int64>.allocate(capacity: wanted)
    if let items = open[id].items {
      larger.update(from: items, count: Int(open[id].used))
      items.deallocate()
    }
    (open[id].items, open[id].room) = (larger, Int32(wanted))
    return true
  }

  // MARK: Closes

  private func close(_ id: Int) {
    let items = UnsafeBufferPointer(start: open[id].items, count: Int(open[id].used))
    let runs = tally.count(items)
    let best = best(of: runs)
    for (item, _) in best { codes.keep(item) }
    for item in items { codes.release(item) }
    closed[id].append(Closed(best: best, isCut: runs.count > best.count))
    (open[id].used, open[id].filled) = (0, 0)
    let gone = closed[id].count > closedMost ? closed[id].removeFirst().best : []
    if open[id].answer > 0 { replaced.append(open[id].answer) }
    let place = free.popLast() ?? Int32(table.count)
    let answer = answer(closed[id], isShort: short.contains(id))
    if Int(place) == table.count { table.append(answer) } else { table[Int(place)] = answer }
    open[id].answer = place
    for (item, _) in gone { codes.release(item) }
  }

  private func answer(_ windows: [Closed], isShort: Bool) -> Estimate {
    // What each item may have had in windows that left it out: of all, less those that kept it.
    var totals: [Int64: (count: Int, unseen: Int)] = [:]
    var unseen = 0
    for window in windows {
      let least = window.isCut ? window.best.last?.count ?? 0 : 0
      unseen += least
      for (item, count) in window.best {
        let known = totals[item] ?? (0, 0)
        totals[item] = (known.count + count, known.unseen + least)
      }
    }
    let seen = Double(windows.count * length)
    let best = best(of: totals.map { ($0.key, $0.value.count) })
    let ranked = best.map { item, count in
      let hidden = unseen - (totals[item]?.unseen ?? 0)
      return RankedItem(
        item: codes.item(item), count: Int64(count), share: Double(count) / seen,
        most: hidden > 0 ? Int64(count + hidden) : nil)
    }
    return Estimate(
      .ranking(ranked), isShort ? .partial : unseen > 0 ? .atLeast : .exact,
      bound: unseen > 0 ? Bound(low: 0, high: Double(unseen)) : nil)
  }

  /// The most frequent first, ties by item; as many as are kept.
  private func best(of runs: [(item: Int64, count: Int)]) -> [(item: Int64, count: Int)] {
    runs.first(kept) { a, b in
      a.count != b.count ? a.count > b.count : codes.precedes(a.item, b.item)
    }
  }
}
