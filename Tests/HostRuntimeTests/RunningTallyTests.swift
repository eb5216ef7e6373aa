import DataModel
import Operators
import TestSupport
import Testing

@testable import HostRuntime

@Suite("A tally that is kept up to date is the tally of what is there")
struct RunningTallyTests {
  private static let field = KeyComponent(name: "x", field: FieldID(index: 0), type: .signed)

  /// Every operator that reads less of a tally than all of its items, with all it may be told.
  private static let calls: [OperatorCall] =
    ["L0", "L1", "L2", "Linf"].map { kind in
      OperatorCall(name: "norm", arguments: [.fields([field]), .choice(kind)])
    }
    + [1, 3, 1000].map { count in
      OperatorCall(name: "topk", arguments: [.fields([field]), .integer(count)])
    }

  /// Those that have no weights.
  private static let counting: [OperatorCall] = [
    OperatorCall(name: "entropy", arguments: [.fields([field])]),
    OperatorCall(name: "rarity", arguments: [.fields([field])]),
    OperatorCall(name: "rarity", arguments: [.fields([field]), .integer(3)]),
  ]

  /// A tuple of the window.
  private struct Tuple {
    var item: Int64
    var weight: Int64
  }

  /// The tally of a window, out of all of its tuples.
  private func tally(_ window: [Tuple]) -> KeyState {
    var sums: [Int64: Int128] = [:]
    for tuple in window { sums[tuple.item, default: 0] += Int128(tuple.weight) }
    return .tally(
      items: sums.map { (item: [.integer($0.key)], count: Int64(clamping: $0.value)) },
      total: Int64(clamping: window.reduce(Int128(0)) { $0 + Int128($1.weight) }))
  }

  private func check(_ weights: [Int64], items: Int, length: Int, seed: UInt64) {
    let calls = Self.calls + (weights == [1] ? Self.counting : [])
    let operations = calls.map { OperatorCatalogue.operation(of: $0) }
    let readings = zip(operations, calls).map { $0.reading($1) }
    #expect(!readings.contains(.items))
    let codes = ItemCodes([Self.field])
    var running = RunningTally(RunningTally.Wanted(readings))
    var random = RandomSource(seed: seed)
    var window: [Tuple] = []
    for step in 0..<600 {
      if window.count == length || (step > 400 && !window.isEmpty) {
        let gone = window.removeFirst()
        running.remove(gone.item, gone.weight, codes)
      }
      if step <= 400 || random.once(in: 3) {
        let item = Int64(random.zipf(items)) - 2
        let tuple = Tuple(item: item, weight: random.choice(weights))
        window.append(tuple)
        running.add(tuple.item, tuple.weight, codes)
      }
      guard step % 3 == 0 || window.count < 2 else { continue }
      let whole = tally(window)
      for (index, call) in calls.enumerated() {
        let found = operations[index].evaluate(call, running.state(readings[index], codes))
        let wanted = operations[index].evaluate(call, whole)
        #expect(
          found.value == wanted.value && found.quality == wanted.quality,
          "\(call.arguments.last.map { "\($0)" } ?? "") at step \(step), seed \(seed)")
      }
    }
    #expect(running.entries.count == Set(window.map(\.item)).count)
  }

  @Test("counts, weights of both signs, and sums beyond 64 and 128 bits", arguments: 1...3)
  func operators(seed: Int) {
    check([1], items: 30, length: 70, seed: UInt64(seed))
    check([0, 1, 2, 500], items: 200, length: 90, seed: UInt64(seed))
    check([-3, -1, 0, 1, 4], items: 9, length: 20, seed: UInt64(seed))
    check([.min, .max, -1, 1], items: 12, length: 40, seed: UInt64(seed))
    check([.max], items: 40, length: 60, seed: UInt64(seed))
  }
}
