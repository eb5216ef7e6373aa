import DataModel
import Operators
import TestSupport
import Testing

/// Theta sketches of more items than they keep. That takes more tuples than `RowTrial` has, so the
/// operator is asked by itself: of two sets that share a third of their items, whose sketches a
/// reader unites.
enum ThetaTrial {
  static let call = "thetasketch(x)"
  static let asked = "2/√4096 of two sketches united, beyond 4096"
  static let confidence = 0.95

  static func run(seed: Int) throws -> RowTrial.Outcome {
    var random = RandomSource(seed: UInt64(seed) &* 6007)
    let third = random.number(2100...4000)
    let all = items(kind: seed % 4, count: 3 * third, &random)
    let sketches = try [all.prefix(2 * third), all.suffix(2 * third)].map {
      try SketchReading.theta(sketch(of: $0))
    }
    let union = sketches[0].union(sketches[1])
    #expect(!union.isExact)
    let error = abs(union.estimate - Double(all.count)) / (2 / 64 * Double(all.count) + 0.5)
    return RowTrial.Outcome(error: error, isBounded: error <= 1)
  }

  /// Numbers in a row, multiples of 2^16, by chance, or that differ in the upper bits alone.
  private static func items(kind: Int, count: Int, _ random: inout RandomSource) -> [Int64] {
    let first = Int64(random.number(0...1_000_000))
    switch kind {
    case 0: return (0..<Int64(count)).map { first + $0 }
    case 1: return (0..<Int64(count)).map { first + $0 << 16 }
    case 2: return (0..<Int64(count)).map { first + $0 << 40 }
    default:
      var drawn: Set<Int64> = []
      while drawn.count < count { drawn.insert(.random(in: 0..<1 << 48, using: &random)) }
      return drawn.sorted()
    }
  }

  private static func sketch(of items: ArraySlice<Int64>) -> Value {
    let item = KeyComponent(name: "x", field: FieldID(index: 0), type: .unsigned(bits: 64))
    let call = OperatorCall(name: "thetasketch", arguments: [.fields([item])])
    let counts = items.map { (item: [Value.integer($0)], count: Int64(1)) }
    return OperatorCatalogue.operation(of: call)
      .evaluate(call, .tally(items: counts, total: Int64(counts.count))).value
  }
}
