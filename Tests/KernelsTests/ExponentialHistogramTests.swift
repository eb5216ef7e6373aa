import DataModel
import Kernels
import TestSupport
import Testing

/// Exponential histograms keep Datar's bound at every prefix of any stream, and the memory that
/// EXPLAIN states.
@Suite("Exponential histograms")
struct ExponentialHistogramTests {
  /// Streams by name: what is at place i of n.
  static let streams: [String] = [
    "ramp", "fall", "burst", "fractional", "constant", "zeros", "doubling", "halving", "random",
    "edge", "gaps", "far",
  ]

  static func value(_ stream: String, _ i: Int, _ random: inout RandomSource) -> Int64? {
    switch stream {
    case "ramp": return Int64(i)
    case "fall": return Int64(100_000 - i)
    case "burst": return i % 97 == 0 ? 1_000_000 : 1
    // Durations are whole nanoseconds: 0.5 s and some.
    case "fractional": return 500_000_000 + Int64(i % 7) * 142_857_143
    case "constant": return 42
    case "zeros": return i % 50 == 0 ? 3 : 0
    // The worst for buckets: each value weighs as much as all before it, then as all behind it.
    case "doubling": return Int64(1) << Int64(i % 40)
    case "halving": return Int64(1) << Int64(39 - i % 40)
    case "edge": return (i / 300) % 2 == 0 ? 1 : 100_000
    case "gaps": return random.once(in: 3) ? nil : Int64(random.number(0...1000))
    case "far": return 1 << 50 + Int64(random.number(0...9))
    default: return Int64(random.number(0...1_000_000))
    }
  }

  @Test("keep the bound, and state it truly", arguments: streams, [0.05, 0.25, 0.5])
  func bound(stream: String, epsilon: Double) {
    for measure in [ExponentialHistogramShape.Measure.sum, .variance] {
      for items in [1, 37, 500] {
        let shape = ExponentialHistogramShape(items: items, measure: measure, epsilon: epsilon)
        check(shape, stream)
      }
    }
  }

  private func check(_ shape: ExponentialHistogramShape, _ stream: String) {
    var random = RandomSource(seed: 7)
    var histogram = ExponentialHistogram(shape, most: shape.bucketsMax(bits: 50))
    var window: [Int64?] = []
    var (n, sum, squares) = (0, Int128(0), Int128(0))
    func change(_ value: Int64?, _ sign: Int) {
      guard let value else { return }
      n += sign
      sum += Int128(sign) * Int128(value)
      squares += Int128(sign) * Int128(value) * Int128(value)
    }
    for i in 0..<1500 {
      let value = Self.value(stream, i, &random)
      histogram.add(value)
      window.append(value)
      change(value, 1)
      if i >= shape.items { change(window[i - shape.items], -1) }
      let answer = histogram.answer
      // n · Σ(x − mean)² is a whole number.
      let spread = Double(Int128(n) * squares - sum * sum) / Double(max(1, n))
      let truth = shape.measure == .sum ? Double(sum) : spread
      let slack = 1e-9 * truth
      let isRight =
        answer.count == n && answer.low <= truth + slack && truth <= answer.high + slack
        && abs(answer.estimate - truth) <= shape.epsilon * truth + slack
      guard isRight else {
        Issue.record("\(stream), \(shape), prefix \(i + 1): \(answer) for \(truth), \(n) values")
        return
      }
    }
    #expect(histogram.forced == 0, "\(stream), \(shape): as many buckets as are stated suffice")
    #expect(histogram.bytes <= shape.bytesMax(bits: 50))
  }

  @Test("of values of both signs the error is a part of their absolute sum")
  func signs() {
    let shape = ExponentialHistogramShape(items: 400, measure: .sum, epsilon: 0.1)
    var histogram = ExponentialHistogram(shape, most: shape.bucketsMax(bits: 20))
    var random = RandomSource(seed: 3)
    var values: [Int64] = []
    for _ in 0..<3000 {
      values.append(Int64(random.number(-1000...1000)))
      histogram.add(values[values.count - 1])
      let window = values.suffix(400)
      let truth = Double(window.reduce(0, +))
      let answer = histogram.answer
      #expect(answer.low <= truth && truth <= answer.high)
      let absolute = Double(window.reduce(0) { $0 + abs($1) })
      #expect(abs(answer.estimate - truth) <= 0.1 * absolute)
    }
  }

  @Test("too few buckets widen the bound, which stays true")
  func forced() {
    let shape = ExponentialHistogramShape(items: 300, measure: .variance, epsilon: 0.05)
    var histogram = ExponentialHistogram(shape, most: 8)
    var random = RandomSource(seed: 5)
    var values: [Double] = []
    for _ in 0..<2000 {
      let value = random.number(0...1000)
      values.append(Double(value))
      histogram.add(Int64(value))
      let window = values.suffix(300)
      let mean = window.reduce(0, +) / Double(window.count)
      let truth = window.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let answer = histogram.answer
      #expect(answer.low <= truth + 1e-6 * truth && truth <= answer.high + 1e-6 * truth)
      #expect(answer.count == window.count)
    }
    #expect(histogram.forced > 0)
  }

  @Test("a long window of like values takes a small part of a ring's room")
  func memory() {
    let shape = ExponentialHistogramShape(items: 1 << 20, measure: .sum, epsilon: 0.1)
    var histogram = ExponentialHistogram(shape, most: shape.bucketsMax(bits: 60))
    for i in 0..<200_000 { histogram.add(Int64(i % 1000)) }
    #expect(shape.isSmallerThanRing)
    #expect(histogram.bytes < 64 * 1024)
    let small = ExponentialHistogramShape(items: 1000, measure: .sum, epsilon: 0.1)
    #expect(!small.isSmallerThanRing)
  }
}
