import DataModel
import Kernels
import TestSupport
import Testing

/// Windows of items: exponential histograms and basic windows, asked again and again over a stream.
struct ItemTrial: Sendable {
  let call: String
  let asked: String
  /// The worst outcome over the stream; nil where every answer was exact.
  let run: @Sendable (TrialStream) throws -> RowTrial.Outcome?

  static let all: [ItemTrial] =
    [(ExponentialHistogramShape.Measure.sum, 0.05), (.sum, 0.25), (.variance, 0.25)].map {
      measure, epsilon in
      ItemTrial(
        call: measure == .sum ? "sum(x), ave(x)" : "var(x)",
        asked: "WITHIN \(Int(epsilon * 100))% WINDOW 300 ITEMS"
      ) { histogram(measure, epsilon, $0) }
    } + [
      ItemTrial(
        call: "topk(x, 1000, 100, 5)",
        asked: "each place's count and most, and the threshold of all others", run: basicWindows)
    ]

  /// A histogram behind every item, each answer with a bound and a count.
  private static func histogram(
    _ measure: ExponentialHistogramShape.Measure, _ epsilon: Double, _ stream: TrialStream
  ) -> RowTrial.Outcome? {
    let shape = ExponentialHistogramShape(items: 300, measure: measure, epsilon: epsilon)
    var histogram = ExponentialHistogram(shape, most: shape.bucketsMax(bits: 32))
    var (sum, squares) = (Int128(0), Int128(0))
    var (worst, isBounded, isExact) = (0.0, true, true)
    for (place, item) in stream.items.enumerated() {
      histogram.add(Int64(item))
      sum += Int128(item)
      squares += Int128(item) * Int128(item)
      if place >= shape.items {
        let old = Int128(stream.items[place - shape.items])
        sum -= old
        squares -= old * old
      }
      guard place % 37 == 0 else { continue }
      let n = min(place + 1, shape.items)
      let answer = histogram.answer
      let truth =
        measure == .sum ? Double(sum) : Double(Int128(n) * squares - sum * sum) / Double(n)
      let slack = 1e-9 * truth
      worst = max(worst, (abs(answer.estimate - truth) - slack) / (epsilon * max(1, truth)))
      isBounded =
        isBounded && answer.count == n && answer.low <= truth + slack
        && truth <= answer.high + slack
      isExact = isExact && answer.low == answer.high
    }
    isBounded = isBounded && histogram.forced == 0
    return isExact && isBounded ? nil : RowTrial.Outcome(error: worst, isBounded: isBounded)
  }

  /// What is said of the nine basic windows that are closed, after each of them: an item occurred
  /// at least as often as its place says, and at most as often as the place allows; one without a
  /// place at most by the bound more often than the last place says, or so often where places are
  /// left over.
  private static func basicWindows(_ stream: TrialStream) throws -> RowTrial.Outcome? {
    var builder = PlanBuilder()
    builder.plan = try Query.plan(
      "P = PacketStream(\"eth0\");\nOUTPUT FOREACH P GENERATE topk(tcp.seq, 1000, 100, 5);")
    let run = TestRun(builder)
    run.push(
      stream.items.enumerated().map { place, item in
        TestTuple(time: Int64(place), values: ["tcp.seq": .integer(Int64(item))])
      })
    let rows = run.finish()
    try #require(rows.count == stream.items.count)
    var (isRight, isExact) = (true, true)
    for place in stride(from: 100, to: rows.count, by: 100) {
      let closed = stream.items[max(0, place - 900)..<place]
      let counts = closed.reduce(into: [UInt64: Int64]()) { $0[$1, default: 0] += 1 }
      guard case .ranking(let places)? = rows[place].values.last else { continue }
      let bound = rows[place].bounds[rows[place].values.count - 1]?.high ?? 0
      let listed = Set(places.compactMap(\.item.first))
      let last = places.count < 5 ? 0 : places.last?.count ?? 0
      isRight =
        isRight
        && counts.allSatisfy { item, count in
          listed.contains(.integer(Int64(item))) || Double(count - last) <= bound
        }
      for place in places {
        guard case .integer(let item)? = place.item.first else { continue }
        let most = place.most ?? place.count
        isExact = isExact && most == place.count && bound == 0
        isRight = isRight && Double(most - place.count) <= bound
        isRight = isRight && (place.count...most).contains(counts[UInt64(item)] ?? 0)
      }
    }
    if isExact && isRight { return nil }
    return RowTrial.Outcome(error: isRight ? 0 : 2, isBounded: isRight)
  }
}
