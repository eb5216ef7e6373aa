import DataModel
import Kernels
import Operators
import Plan

/// The items of the last tuples of each key, kept in order: their number is at hand, ranks are read
/// off, and counts of all of them cost a walk over the window.
///
/// - Cost: log n steps and a move of half the window's items a tuple.
final class CountsItems: ItemStateRun {
  private let window: Int
  private let codes: ItemCodes
  private let features: [ItemEvaluation]
  private let budget: MemoryBudget
  private var rings: [ItemRing] = []
  private var sorted: [SortedItems] = []
  /// Of a table the code that each row has.
  private var tables: [[Int64?]] = []
  private var answers: [RowValue]
  private(set) var shortened = 0

  /// Words of a ring's entry: whether the tuple has the item, and its code.
  private static let width = 2

  init(
    _ items: [KeyComponent], window: Int, features: [ItemEvaluation], asks: Int,
    budget: MemoryBudget
  ) {
    self.window = window
    self.features = features
    self.budget = budget
    codes = ItemCodes(items)
    answers = [RowValue](
      repeating: RowValue(.missing), count: TupleBatch.capacity * asks * max(1, features.count))
  }

  deinit {
    for ring in rings { ring.deallocate() }
    for items in sorted { items.deallocate() }
  }

  func prepare(_ batch: TupleBatch, universe: UnsafePointer<UInt16>, count: Int) {
    codes.prepare(batch, rows: universe, count: count)
  }

  func fold(
    _ ids: UnsafePointer<Int32>, _ rows: UnsafePointer<UInt16>, places: UnsafePointer<Int32>?,
    count: Int
  ) {
    if let places { return replace(ids, rows, places, count) }
    for index in 0..<count where ids[index] >= 0 {
      let (id, row) = (Int(ids[index]), Int(rows[index]))
      while rings.count <= id {
        rings.append(ItemRing())
        sorted.append(SortedItems())
      }
      makeRoom(id)
      let entry = rings[id].append(width: Self.width)
      entry[0] = UInt64(codes.isPresent[row] == 0 ? 0 : 1)
      if codes.isPresent[row] != 0 {
        let code = codes.take(row)
        entry[1] = UInt64(bitPattern: code)
        sorted[id].insert(code)
      }
      look(id, row: row, ask: 0)
    }
  }

  /// A table: a tuple takes the place of the one before it of its row.
  private func replace(
    _ ids: UnsafePointer<Int32>, _ rows: UnsafePointer<UInt16>, _ places: UnsafePointer<Int32>,
    _ count: Int
  ) {
    for index in 0..<count where ids[index] >= 0 {
      let (id, row, place) = (Int(ids[index]), Int(rows[index]), Int(places[index]))
      while tables.count <= id {
        tables.append([])
        sorted.append(SortedItems())
      }
      // A row's code, and as much again where it is sorted.
      let missing = (place + 1 - tables[id].count) * 32
      if missing > 0, !budget.take(missing) {
        shortened += 1
        look(id, row: row, ask: 0)
        continue
      }
      while tables[id].count <= place { tables[id].append(nil) }
      if let old = tables[id][place] {
        sorted[id].remove(old)
        codes.release(old)
      }
      tables[id][place] = codes.isPresent[row] == 0 ? nil : codes.take(row)
      if let code = tables[id][place] { sorted[id].insert(code) }
      look(id, row: row, ask: 0)
    }
  }

  /// The sorted items take as much again as the ring.
  private func makeRoom(_ id: Int) {
    let room = rings[id].makeRoom(
      width: Self.width, limit: window, entryBytes: Self.width * 16, budget: budget)
    if room == .short { shortened += 1 }
    if room != .free { expire(id) }
  }

  private func expire(_ id: Int) {
    let entry = rings[id].oldest(width: Self.width)
    if entry[0] != 0 {
      let code = Int64(bitPattern: entry[1])
      sorted[id].remove(code)
      codes.release(code)
    }
    rings[id].dropOldest()
  }

  func look(_ id: Int, row: Int, ask: Int) {
    let start = (ask &* TupleBatch.capacity &+ row) &* features.count
    for (place, feature) in features.enumerated() {
      answers[start &+ place] = evaluate(feature, sorted[id])
    }
  }

  private func evaluate(_ feature: ItemEvaluation, _ items: SortedItems) -> RowValue {
    let estimate: Estimate
    switch feature.operation.state(feature.call) {
    case .distinct(_, let precision):
      estimate = feature.operation.evaluate(
        feature.call,
        .distinct(estimate: Double(items.distinct), isExact: true, precision: precision))
    default:
      if let ranked = feature.operation.evaluate(feature.call, ascending: items.values) {
        estimate = ranked
      } else {
        var tally: [(item: [Value], count: Int64)] = []
        items.forEachRun { code, count in tally.append((codes.item(code), Int64(count))) }
        estimate = feature.operation.evaluate(
          feature.call, .tally(items: tally, total: Int64(items.count)))
      }
    }
    return RowValue(estimate.value, bound: estimate.bound, quality: estimate.quality)
  }

  func value(_ feature: ItemEvaluation, row: Int, ask: Int) -> RowValue {
    answers[(ask &* TupleBatch.capacity &+ row) &* features.count &+ feature.place]
  }
}
