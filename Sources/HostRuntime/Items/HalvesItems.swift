import DataModel
import Kernels
import Operators
import Plan

/// The items of the older and of the newer half of the last tuples of each key: of n tuples the
/// older ⌊n/2⌋ and the others.
///
/// - Cost: a tuple enters the newer half, one moves to the older and one leaves, whatever the
///   window's length.
final class HalvesItems: ItemStateRun {
  /// One key's window.
  private struct Halves {
    var ring = ItemRing()
    /// Tuples of the older half.
    var older = 0
    /// How often each item is in the older half and in the newer one.
    var counts: [Int64: (older: Int32, newer: Int32)] = [:]
    /// Items that are in both.
    var both = 0
  }

  private let window: Int
  private let codes: ItemCodes
  private let budget: MemoryBudget
  private var keys: [Halves] = []
  private var answers: [RowValue]
  private(set) var shortened = 0

  /// Words of a ring's entry: whether the tuple has the item, and its code.
  private static let width = 2
  /// Bytes that a tuple takes: its entry, and a place among the counts.
  private static let bytes = 48

  init(_ items: [KeyComponent], window: Int, asks: Int, budget: MemoryBudget) {
    self.window = window
    self.budget = budget
    codes = ItemCodes(items)
    answers = [RowValue](repeating: RowValue(.missing), count: TupleBatch.capacity * asks)
  }

  deinit { for key in keys { key.ring.deallocate() } }

  func prepare(_ batch: TupleBatch, universe: UnsafePointer<UInt16>, count: Int) {
    codes.prepare(batch, rows: universe, count: count)
  }

  func fold(
    _ ids: UnsafePointer<Int32>, _ rows: UnsafePointer<UInt16>, places: UnsafePointer<Int32>?,
    count: Int
  ) {
    precondition(places == nil, "a table's rows have no halves")
    for index in 0..<count where ids[index] >= 0 {
      let (id, row) = (Int(ids[index]), Int(rows[index]))
      while keys.count <= id { keys.append(Halves()) }
      makeRoom(id)
      let entry = keys[id].ring.append(width: Self.width)
      entry[0] = UInt64(codes.isPresent[row] == 0 ? 0 : 1)
      if codes.isPresent[row] != 0 {
        let code = codes.take(row)
        entry[1] = UInt64(bitPattern: code)
        change(id, code, older: 0, newer: 1)
      }
      while keys[id].older < Int(keys[id].ring.count) / 2 {
        let passing = keys[id].ring.entry(keys[id].older, width: Self.width)
        keys[id].older += 1
        if passing[0] != 0 { change(id, Int64(bitPattern: passing[1]), older: 1, newer: -1) }
      }
      look(id, row: row, ask: 0)
    }
  }

  private func makeRoom(_ id: Int) {
    let room = keys[id].ring.makeRoom(
      width: Self.width, limit: window, entryBytes: Self.bytes, budget: budget)
    if room == .short { shortened += 1 }
    if room != .free { expire(id) }
  }

  private func expire(_ id: Int) {
    let entry = keys[id].ring.oldest(width: Self.width)
    let isOlder = keys[id].older > 0
    if entry[0] != 0 {
      let code = Int64(bitPattern: entry[1])
      change(id, code, older: isOlder ? -1 : 0, newer: isOlder ? 0 : -1)
      codes.release(code)
    }
    if isOlder { keys[id].older -= 1 }
    keys[id].ring.dropOldest()
  }

  private func change(_ id: Int, _ code: Int64, older: Int32, newer: Int32) {
    var counts = keys[id].counts[code] ?? (0, 0)
    if counts.older > 0 && counts.newer > 0 { keys[id].both -= 1 }
    counts.older += older
    counts.newer += newer
    if counts.older > 0 && counts.newer > 0 { keys[id].both += 1 }
    keys[id].counts[code] = counts.older + counts.newer == 0 ? nil : counts
  }

  func look(_ id: Int, row: Int, ask: Int) {
    let value = Similarity.jaccard(both: keys[id].both, all: keys[id].counts.count)
    answers[ask &* TupleBatch.capacity &+ row] = RowValue(value.value, quality: value.quality)
  }

  func value(_ feature: ItemEvaluation, row: Int, ask: Int) -> RowValue {
    answers[ask &* TupleBatch.capacity &+ row]
  }
}
