import DataModel
import Kernels
import Operators
import TestSupport
import Testing

@testable import HostRuntime

@Suite("Windows of items take of the budget what they use")
struct TallyItemsTests {
  private static let field = KeyComponent(name: "x", field: FieldID(index: 0), type: .signed)

  private static func feature(_ name: String, _ rest: [OperatorCall.Argument], _ place: Int)
    -> ItemEvaluation
  {
    let call = OperatorCall(name: name, arguments: [.fields([field])] + rest)
    return ItemEvaluation(
      call: call, operation: OperatorCatalogue.operation(of: call), place: place)
  }

  /// The first is how many tuples the window has.
  private static let features: [ItemEvaluation] = [
    feature("norm", [.choice("L1")], 0), feature("norm", [.choice("L0")], 1),
    feature("entropy", [], 2), feature("topk", [.integer(3)], 3),
  ]

  private static func state(window: Int, _ budget: MemoryBudget) -> TallyItems {
    TallyItems([field], weight: nil, window: window, features: features, asks: 1, budget: budget)
  }

  /// Folds items as tuples of one key, a batch each, or as rows of a table.
  private static func fold(
    _ item: Int64, into state: TallyItems, _ batch: TupleBatch, place: Int32? = nil
  ) {
    let column = batch.column(field.field)
    column?.lane0[0] = UInt64(bitPattern: item)
    column?.validity[0] = 1
    batch.count = 1
    var (id, row) = (Int32(0), UInt16(0))
    state.prepare(batch, universe: &row, count: 1)
    if var place {
      state.fold(&id, &row, places: &place, count: 1)
    } else {
      state.fold(&id, &row, places: nil, count: 1)
    }
  }

  /// What the features are of these items.
  private static func answers(_ items: some Collection<Int64>) -> [Value] {
    let counts = items.reduce(into: [Int64: Int64]()) { $0[$1, default: 0] += 1 }
    let tally = KeyState.tally(
      items: counts.map { (item: [.integer($0.key)], count: $0.value) },
      total: Int64(items.count))
    return features.map { $0.operation.evaluate($0.call, tally).value }
  }

  private static func answers(of state: TallyItems) -> [Value] {
    features.map { state.value($0, row: 0, ask: 0).value }
  }

  @Test("tuples of few items take 16 bytes each, in windows and tables", arguments: [false, true])
  func fewItems(isTable: Bool) {
    let budget = MemoryBudget(bytes: 1 << 20)
    let state = Self.state(window: 1 << 13, budget)
    let batch = TupleBatch(fields: [Self.field.field])
    for index in 0..<(1 << 13) {
      Self.fold(Int64(index % 5), into: state, batch, place: isTable ? Int32(index) : nil)
    }
    #expect(state.shortened == 0)
    #expect(Self.answers(of: state) == Self.answers((0..<(1 << 13)).map { Int64($0 % 5) }))
    let taken = (1 << 20) - budget.left
    // The first four of a window are free; the rows of a table double.
    #expect(taken <= (1 << 13) * (isTable ? 48 : 16) + 4 * RunningTally.entryBytes)
    #expect(taken >= ((1 << 13) - 4) * (isTable ? 24 : 16))
  }

  @Test("without memory a window is the last tuples that have room, and is told", arguments: 1...4)
  func short(seed: Int) {
    // Room for four items, eight, or any number, and for as many tuples as are left.
    let budget = MemoryBudget(bytes: [64, 320, 1500, 4000][seed - 1])
    let state = Self.state(window: 200, budget)
    let batch = TupleBatch(fields: [Self.field.field])
    var random = RandomSource(seed: UInt64(seed))
    var items: [Int64] = []
    for _ in 0..<1500 {
      items.append(Int64(random.zipf(60)))
      Self.fold(items[items.count - 1], into: state, batch)
      let found = Self.answers(of: state)
      let length = found.first.flatMap { RowNumber($0)?.double }.map { Int($0) } ?? 0
      #expect(length >= 4 || length == items.count, "\(length) tuples, seed \(seed)")
      #expect(found == Self.answers(items.suffix(length)), "seed \(seed), tuple \(items.count)")
    }
    #expect(state.shortened > 0 && budget.left >= 0)
  }

  @Test("without memory a table has the rows whose items have room")
  func shortTable() {
    let state = Self.state(window: 200, MemoryBudget(bytes: 100 * 24))
    let batch = TupleBatch(fields: [Self.field.field])
    for place in 0..<40 { Self.fold(Int64(place % 4), into: state, batch, place: Int32(place)) }
    let before = state.shortened
    #expect(Self.answers(of: state) == Self.answers((0..<40).map { Int64($0 % 4) }))
    // New items have no room once what is left is used up.
    for place in 0..<40 { Self.fold(Int64(100 + place), into: state, batch, place: Int32(place)) }
    #expect(before == 0 && state.shortened > 0)
    let count = RowNumber(Self.answers(of: state)[0])?.double ?? 0
    #expect(Int(count) + state.shortened == 40)
  }
}
