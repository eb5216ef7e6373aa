import DataModel
import Kernels
import Operators
import Plan

/// How often each item occurs among the last tuples of each key, or the rows of a table, or the sum
/// of a weight there, with what answers read of it kept up to date (``RunningTally``).
///
/// - Cost: a look-up a tuple that comes or goes, log n comparisons where the heaviest are wanted,
///   and a walk over the window's distinct items for an answer that reads all. Of the budget the
///   words of a tuple, and ``RunningTally/entryBytes`` a distinct item.
final class TallyItems: ItemStateRun {
  private let window: Int
  private let codes: ItemCodes
  /// The weight; nil where tuples are counted.
  private let program: ExpressionProgram?
  private let features: [ItemEvaluation]
  private let readings: [TallyReading]
  private let wanted: RunningTally.Wanted
  private let budget: MemoryBudget
  private var weights: ComputedColumn?
  private var rings: [ItemRing] = []
  private var tallies: [RunningTally] = []
  /// Of a table the code and weight that each row has.
  private var tables: [[(code: Int64, weight: Int64)?]] = []
  private var answers: [RowValue]
  private(set) var shortened = 0

  /// Octets of a table's row.
  private static let rowBytes = MemoryLayout<(code: Int64, weight: Int64)?>.stride
  /// Words of a ring's entry: whether the tuple has the item, its code and, if any, its weight.
  private let width: Int

  init(
    _ items: [KeyComponent], weight: TupleExpression?, window: Int, features: [ItemEvaluation],
    asks: Int, budget: MemoryBudget
  ) {
    self.window = window
    self.features = features
    self.budget = budget
    codes = ItemCodes(items)
    program = weight.map { ExpressionProgram($0) }
    width = weight == nil ? 2 : 3
    readings = features.map { $0.operation.reading($0.call) }
    wanted = RunningTally.Wanted(readings)
    answers = [RowValue](
      repeating: RowValue(.missing), count: TupleBatch.capacity * asks * max(1, features.count))
  }

  deinit { for ring in rings { ring.deallocate() } }

  func prepare(_ batch: TupleBatch, universe: UnsafePointer<UInt16>, count: Int) {
    codes.prepare(batch, rows: universe, count: count)
    weights = program?.evaluate(batch)
  }

  func fold(
    _ ids: UnsafePointer<Int32>, _ rows: UnsafePointer<UInt16>, places: UnsafePointer<Int32>?,
    count: Int
  ) {
    for index in 0..<count where ids[index] >= 0 {
      let (id, row) = (Int(ids[index]), Int(rows[index]))
      while tallies.count <= id {
        tallies.append(RunningTally(wanted))
        rings.append(ItemRing())
        tables.append([])
      }
      if let places { replace(Int(places[index]), of: id, row) } else { append(to: id, row) }
      look(id, row: row, ask: 0)
    }
  }

  private func append(to id: Int, _ row: Int) {
    let item = take(row)
    makeRoom(id, for: item?.code)
    let entry = rings[id].append(width: width)
    entry[0] = 0
    guard let (code, weight) = item else { return }
    entry[0] = 1
    entry[1] = UInt64(bitPattern: code)
    if width > 2 { entry[2] = UInt64(bitPattern: weight) }
    tallies[id].add(code, weight, codes)
  }

  /// A table: a tuple takes the place of the one before it of its row.
  private func replace(_ place: Int, of id: Int, _ row: Int) {
    guard makePlace(place, of: id) else {
      shortened += 1
      return
    }
    if let old = tables[id][place] { remove(old.code, old.weight, of: id) }
    tables[id][place] = nil
    guard let (code, weight) = take(row) else { return }
    guard tallies[id].makeRoom(for: code, budget) else {
      shortened += 1
      return codes.release(code)
    }
    tables[id][place] = (code, weight)
    tallies[id].add(code, weight, codes)
  }

  /// Makes a row's place; false where the budget has no more.
  private func makePlace(_ place: Int, of id: Int) -> Bool {
    let rows = tables[id].capacity
    if place >= rows {
      let wanted = max(4, 2 * rows, place + 1)
      guard budget.take((wanted - rows) * Self.rowBytes) else { return false }
      tables[id].reserveCapacity(wanted)
    }
    while tables[id].count <= place { tables[id].append(nil) }
    return true
  }

  /// The item and the weight of a row, if it has the item; a missing weight adds nothing.
  private func take(_ row: Int) -> (code: Int64, weight: Int64)? {
    guard codes.isPresent[row] != 0 else { return nil }
    guard let weights else { return (codes.take(row), 1) }
    return (codes.take(row), weights.validity[row] == 0 ? 0 : weights.values[row])
  }

  private func remove(_ code: Int64, _ weight: Int64, of id: Int) {
    tallies[id].remove(code, weight, codes)
    codes.release(code)
  }

  /// Makes room for a tuple and its item; without memory for either, the oldest tuples leave.
  private func makeRoom(_ id: Int, for code: Int64?) {
    let room = rings[id].makeRoom(
      width: width, limit: window, entryBytes: 8 * width, budget: budget)
    if room != .free { expire(id) }
    var isShort = room == .short
    // A tally has room for a few items in any case, so that the loop ends with an empty ring.
    while let code, !tallies[id].makeRoom(for: code, budget) {
      isShort = true
      expire(id)
    }
    if isShort { shortened += 1 }
  }

  private func expire(_ id: Int) {
    let entry = rings[id].oldest(width: width)
    if entry[0] != 0 {
      let weight = width > 2 ? Int64(bitPattern: entry[2]) : 1
      remove(Int64(bitPattern: entry[1]), weight, of: id)
    }
    rings[id].dropOldest()
  }

  func look(_ id: Int, row: Int, ask: Int) {
    let start = (ask &* TupleBatch.capacity &+ row) &* features.count
    for (place, feature) in features.enumerated() {
      let state = tallies[id].state(readings[place], codes)
      let estimate = feature.operation.evaluate(feature.call, state)
      answers[start &+ place] = RowValue(
        estimate.value, bound: estimate.bound, quality: estimate.quality)
    }
  }

  func value(_ feature: ItemEvaluation, row: Int, ask: Int) -> RowValue {
    answers[(ask &* TupleBatch.capacity &+ row) &* features.count &+ feature.place]
  }
}
