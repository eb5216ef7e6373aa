import DataModel
import Kernels
import Operators
import Testing

/// What `WITHIN ε CONFIDENCE p` promises, held against exact counts over seeded streams that are
/// split into panes anyhow.
@Suite("The promise of WITHIN")
struct SummaryTrialTests {
  /// A call, and how far its answer may be off.
  struct Promise: Sendable, CustomTestStringConvertible {
    let call: OperatorCall
    /// What ε is of: the truth, 1, or the total of all counts.
    enum Scale: Sendable { case truth, one, total, rank }
    let scale: Scale

    init(
      _ name: String, _ rest: [OperatorCall.Argument], _ epsilon: Double, _ scale: Scale,
      confidence: Double = 0.95
    ) {
      let item = KeyComponent(name: "x", field: FieldID(index: 0), type: .unsigned(bits: 32))
      call = OperatorCall(
        name: name, arguments: [.fields([item])] + rest,
        accuracy: scale == .rank
          ? .rank(epsilon: epsilon, confidence: confidence)
          : .within(epsilon: epsilon, confidence: confidence))
      self.scale = scale
    }

    var accuracy: (epsilon: Double, confidence: Double) {
      switch call.accuracy {
      case .within(let epsilon, let confidence), .rank(let epsilon, let confidence):
        (epsilon, confidence)
      case .standard, .exact: (0, 1)
      }
    }

    var testDescription: String { "\(call.name) \(call.accuracy)" }
  }

  static let promises = [
    Promise("topk", [.integer(5)], 0.05, .total),
    Promise("norm", [.choice("Linf")], 0.04, .total),
    Promise("norm", [.choice("L2")], 0.3, .truth),
    Promise("norm", [.choice("L2")], 0.2, .truth, confidence: 0.8),
    Promise("rarity", [], 0.2, .one),
    Promise("rarity", [.integer(2)], 0.15, .one, confidence: 0.8),
    Promise("entropy", [], 0.5, .one),
    Promise("entropy", [], 0.3, .one, confidence: 0.8),
    Promise("quantile", [.share(1, 2)], 0.05, .rank),
    Promise("quantile", [.share(99, 100)], 0.03, .rank),
    Promise("quantile", [.share(1, 10)], 0.1, .rank, confidence: 0.8),
  ]

  static let kinds = ["Zipf 0.8", "Zipf 1.2", "Zipf 1.6", "uniform", "once each", "two", "late"]

  @Test("holds as often as it says", arguments: promises)
  func holds(promise: Promise) throws {
    var (trials, kept, bounded) = (0, 0, 0)
    for seed in 0..<105 {
      var random = SplitMix(state: UInt64(seed) &* 7919)
      let stream = Self.stream(Self.kinds[seed % Self.kinds.count], &random)
      let (summary, counts) = Self.summary(of: stream, promise.call, seed: UInt64(seed), &random)
      guard let reduction = summary.reduction else { continue }
      trials += 1
      let verdict = try Self.judge(promise, summary, reduction, counts)
      if verdict.isWithin { kept += 1 }
      if verdict.isBounded { bounded += 1 }
    }
    let least = promise.accuracy.confidence * Double(trials)
    #expect(trials >= 60, "the state overflows")
    #expect(Double(kept) >= least, "\(promise.call): \(kept) of \(trials) within ε")
    #expect(Double(bounded) >= least, "\(promise.call): \(bounded) of \(trials) in the bound")
  }

  // MARK: Streams

  private static func stream(_ kind: String, _ random: inout SplitMix) -> [UInt64] {
    let (n, keys) = (3000, 700)
    switch kind {
    case "uniform":
      return (0..<n).map { _ in UInt64.random(in: 0..<UInt64(keys), using: &random) }
    case "once each": return (0..<UInt64(n / 2)).map { $0 &* 7 }
    case "two": return (0..<n).map { _ in UInt64.random(in: 0...1, using: &random) }
    case "late":
      // Items that occur once, then frequent ones in runs.
      let head = (0..<UInt64(n / 3)).map { 1_000_000 + $0 }
      return head + (0..<(n - n / 3)).map { UInt64($0 / 100) }
    default:
      let exponent = kind.hasSuffix("0.8") ? 0.8 : kind.hasSuffix("1.2") ? 1.2 : 1.6
      return zipf(n, keys, exponent, &random)
    }
  }

  private static func zipf(
    _ n: Int, _ keys: Int, _ exponent: Double, _ random: inout SplitMix
  ) -> [UInt64] {
    var sums: [Double] = []
    for rank in 1...keys {
      // rank^-exponent for exponents in fifths, by roots and powers.
      let fifth = root(Double(rank))
      let power = (0..<Int((exponent * 5).rounded())).reduce(1.0) { product, _ in product * fifth }
      sums.append((sums.last ?? 0) + 1 / power)
    }
    return (0..<n).map { _ in
      let point = Double.random(in: 0..<sums[keys - 1], using: &random)
      var (low, high) = (0, keys - 1)
      while low < high {
        let middle = (low + high) / 2
        if sums[middle] > point { high = middle } else { low = middle + 1 }
      }
      return UInt64(low) &* 2_654_435_761 & 0xffff_ffff
    }
  }

  /// The fifth root, by Newton's method.
  private static func root(_ x: Double) -> Double {
    var y = x.squareRoot().squareRoot()
    for _ in 0..<30 { y -= (y - x / (y * y * y * y)) / 5 }
    return y
  }

  // MARK: Judging

  /// A summary of panes that are merged, each folded in parts.
  private static func summary(
    of stream: [UInt64], _ call: OperatorCall, seed: UInt64, _ random: inout SplitMix
  ) -> (ItemSummary, [UInt64: Int64]) {
    let form = OperatorCatalogue.operation(of: call).summary(call)!
    var counts: [UInt64: Int64] = [:]
    for item in stream { counts[item, default: 0] += 1 }
    var whole = ItemSummary()
    var start = 0
    var pane: UInt64 = 0
    while start < stream.count {
      let end = min(stream.count, start + Int.random(in: 1...2000, using: &random))
      var part = ItemSummary()
      for item in stream[start..<end] {
        var words = [item]
        part.add(
          PackedItem(&words, count: 1), hash: KeyHash.hash(seed, words, 1),
          number: Int64(item), count: 1, form, seed: seed &+ pane << 44)
      }
      whole.merge(part, form, seed: seed &+ 999 << 44)
      (start, pane) = (end, pane + 1)
    }
    whole.close()
    return (whole, counts)
  }

  private static func judge(
    _ promise: Promise, _ summary: ItemSummary, _ reduction: any ItemReduction,
    _ counts: [UInt64: Int64]
  ) throws -> (isWithin: Bool, isBounded: Bool) {
    let operation = OperatorCatalogue.operation(of: promise.call)
    let kept = summary.counts.map { item, entry in
      (item: [Value.integer(item.withWords { Int64($0[0]) })], count: entry.count)
    }
    let all = counts.map { (item: [Value.integer(Int64($0.key))], count: $0.value) }
    let total = counts.values.reduce(0, +)
    let found = operation.evaluate(
      promise.call, .summary(reduction, items: kept, total: summary.total))
    let exact = OperatorCall(name: promise.call.name, arguments: promise.call.arguments)
    let truth = operation.evaluate(exact, .tally(items: all, total: total))
    #expect(summary.total == total && found.quality == .approximate)
    let bound = try #require(found.bound)
    if case .ranking(let places) = found.value {
      // Deterministic: no count is short by more, and every place says so.
      let isBounded = places.allSatisfy { place in
        guard case .integer(let item)? = place.item.first, let most = place.most else {
          return false
        }
        return (place.count...most).contains(counts[UInt64(item)] ?? 0)
      }
      return (bound.high <= promise.accuracy.epsilon * Double(total), isBounded)
    }
    let (estimate, exactly) = (try number(found.value), try number(truth.value))
    let isBounded = (bound.low...bound.high).contains(exactly)
    if promise.scale == .rank {
      guard case .share(let p, let q)? = promise.call.arguments.last else { return (false, false) }
      let wanted = Double(p) / Double(q) * Double(total)
      let slack = promise.accuracy.epsilon * Double(total) + 1
      let upTo = counts.filter { Double($0.key) <= estimate }.values.reduce(0, +)
      let before = counts.filter { Double($0.key) < estimate }.values.reduce(0, +)
      return (
        Double(upTo) >= wanted - slack && Double(before) <= wanted + slack, isBounded
      )
    }
    let scale =
      switch promise.scale {
      case .truth: exactly
      case .one: 1.0
      case .total, .rank: Double(total)
      }
    return (abs(estimate - exactly) <= promise.accuracy.epsilon * scale, isBounded)
  }

  private static func number(_ value: Value) throws -> Double {
    switch value {
    case .integer(let number): Double(number)
    case .real(let number): number
    default: try #require(nil as Double?, "\(value) is a number")
    }
  }
}
