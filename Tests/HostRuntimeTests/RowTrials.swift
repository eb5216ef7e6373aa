import DataModel
import Kernels
import Operators
import Plan
import TestSupport
import Testing

/// Calls through the whole host graph, as a query has them, and what may be said of their rows.
struct RowTrial: Sendable {
  /// What is known of a stream and of a row over it.
  struct Outcome {
    /// The answer's error over what was asked for.
    var error: Double
    /// Whether the row's own bound, or what readers make of a sketch, holds the truth.
    var isBounded: Bool
  }

  /// What a judge is given: the answer, its bound, the exact operator's answer, and the stream.
  struct Given {
    let value: Value
    let bound: Bound?
    let exact: Value
    let stream: TrialStream
  }

  let call: String
  let asked: String
  let confidence: Double
  /// The exact call, or nil where the stream's counts are the truth.
  let exact: String?
  let judge: @Sendable (Given) throws -> Outcome?

  init(
    _ call: String, _ asked: String, confidence: Double = 1, exact: String? = nil,
    judge: @escaping @Sendable (Given) throws -> Outcome?
  ) {
    self.call = call
    self.asked = asked
    self.confidence = confidence
    self.exact = exact
    self.judge = judge
  }

  static let window = "WINDOW 4s"
  /// The name in tables; in queries it is a field of 32 bits.
  private static let field = "tcp.seq"

  /// One query of all of them: an output each for the call and what is exact.
  private static func plan(_ trials: [RowTrial]) throws -> LogicalPlan {
    let calls = trials.flatMap { trial in
      let within = trial.asked.hasPrefix("WITHIN") ? " " + trial.asked : ""
      return [trial.call + within, trial.exact ?? "count()"]
    }
    let outputs = calls.map { call in
      let text = call.replacing("(x", with: "(\(field)")
      return "OUTPUT FOREACH P GENERATE \(text) \(window);"
    }
    return try Query.plan("P = PacketStream(\"eth0\");\n" + outputs.joined(separator: "\n"))
  }

  /// The outcomes of all over a stream, in their order; nil where the answer was exact.
  static func outcomes(_ trials: [RowTrial], _ stream: TrialStream) throws -> [Outcome?] {
    var builder = PlanBuilder()
    builder.plan = try plan(trials)
    let run = TestRun(builder)
    let step = 2 * second / Int64(stream.items.count)
    run.push(
      stream.items.enumerated().map { place, item in
        // The halves of the window have the stream's halves.
        let half: Int64 = place < stream.items.count / 2 ? 0 : second
        let time = half + Int64(place) * step
        return TestTuple(
          time: time, values: [field: .integer(Int64(item)), "frame.time": .time(time)])
      })
    var rows: [Int: Row] = [:]
    for row in run.finish() { rows[row.output] = row }
    return try trials.indices.map { index in
      let row = try #require(rows[2 * index])
      let last = row.values.count - 1
      let exact = try #require(rows[2 * index + 1]?.values.last)
      return try trials[index].judge(
        Given(value: row.values[last], bound: row.bounds[last], exact: exact, stream: stream))
    }
  }
}

/// A stream of items with its exact counts.
struct TrialStream {
  let items: [UInt64]
  let counts: [UInt64: Int64]
  let sorted: [UInt64]

  init(_ items: [UInt64]) {
    self.items = items
    counts = items.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    sorted = items.sorted()
  }
}

extension RowTrial.Given {
  func number(_ value: Value) throws -> Double {
    switch value {
    case .integer(let number): Double(number)
    case .real(let number): number
    default: try #require(nil as Double?, "\(value) is a number")
    }
  }

  /// The error relative to what was asked for of the truth, or of 1; nil of an exact answer.
  func outcome(_ epsilon: Double, relative: Bool) throws -> RowTrial.Outcome? {
    guard let bound else { return nil }
    let (found, truth) = (try number(value), try number(exact))
    return RowTrial.Outcome(
      error: abs(found - truth) / (epsilon * (relative ? max(abs(truth), 1e-9) : 1)),
      isBounded: (bound.low...bound.high).contains(truth))
  }

  func places() throws -> [RankedItem] {
    guard case .ranking(let places) = value else {
      return try #require(nil as [RankedItem]?, "\(value) is a ranking")
    }
    return places
  }

  /// The sum of the distances of all items to the nearest of a ranking's values.
  func cost(_ value: Value) -> Double {
    guard case .ranking(let places) = value else { return .infinity }
    let centres = places.compactMap { place -> Double? in
      guard case .integer(let centre)? = place.item.first else { return nil }
      return Double(centre)
    }
    return stream.counts.reduce(0) { sum, entry in
      let nearest = centres.map { abs($0 - Double(entry.key)) }.min() ?? .infinity
      return sum + nearest * Double(entry.value)
    }
  }
}

extension RowTrial {
  /// Every operator with a bound that is no summary's (`SummaryTrialTests` has those).
  static let all: [RowTrial] = [
    RowTrial(
      "countdistinct(x)", "WITHIN 5% CONFIDENCE 95%", confidence: 0.95,
      exact: "countdistinct(x) EXACT"
    ) { try $0.outcome(0.05, relative: true) },
    RowTrial(
      "countdistinct(x)", "WITHIN 2% CONFIDENCE 95%", confidence: 0.95,
      exact: "countdistinct(x) EXACT"
    ) { try $0.outcome(0.02, relative: true) },
    RowTrial("quantile(x, 0.5)", "WITHIN 5%", exact: "quantile(x, 0.5)") {
      try $0.outcome(0.05, relative: true)
    },
    RowTrial("quantile(x, 0.99)", "WITHIN 0.5%", exact: "quantile(x, 0.99)") {
      try $0.outcome(0.005, relative: true)
    },
    RowTrial("median(x)", "WITHIN 1%", exact: "median(x)") {
      try $0.outcome(0.01, relative: true)
    },
    RowTrial("kmedians(x, 3)", "WITHIN 5%", exact: "kmedians(x, 3)") { given in
      guard let bound = given.bound else { return nil }
      let (found, best) = (given.cost(given.value), given.cost(given.exact))
      let sum = given.stream.items.reduce(0) { $0 + Double($1) }
      let slack = 1e-9 * sum
      return Outcome(
        error: (found - best) / (0.05 * sum + slack),
        isBounded: bound.low <= best + slack && found <= bound.high + slack)
    },
    RowTrial(
      "similarity(x)", "WITHIN 20% CONFIDENCE 95%", confidence: 0.95, exact: "similarity(x)"
    ) { try $0.outcome(0.2, relative: false) },
    RowTrial("hllsketch(x)", "WITHIN 5% CONFIDENCE 95%", confidence: 0.95) { given in
      let estimate = try SketchReading.hll(given.value)
      let distinct = Double(given.stream.counts.count)
      let error = abs(estimate - distinct) / (0.05 * distinct + 0.5)
      return Outcome(error: error, isBounded: error <= 1)
    },
    RowTrial("thetasketch(x)", "2/√4096, exact below 4096") { given in
      let sketch = try SketchReading.theta(given.value)
      let isRight = sketch.isExact && sketch.hashes.count == given.stream.counts.count
      return Outcome(error: isRight ? 0 : 2, isBounded: isRight)
    },
    RowTrial("kllsketch(x)", "rank ±1.33%, 99%", confidence: 0.99) { given in
      let levels = try SketchReading.kll(given.value)
      let off = given.rankError(levels, 0.5)
      return Outcome(error: off / 0.0133, isBounded: off <= 0.0133)
    },
    RowTrial("frequentsketch(x, 64)", "its offset") { given in
      let sketch = try SketchReading.frequent(given.value)
      // Readers add the offset to what is stored; what is not has at most the offset.
      let isRight = given.stream.counts.allSatisfy { item, count in
        let stored = sketch.counts[item] ?? 0
        return stored <= count && count <= stored + sketch.offset
      }
      return Outcome(error: isRight ? 0 : 2, isBounded: isRight)
    },
    RowTrial("sample(x, 100)", "3σ of any half", confidence: 0.99) { given in
      let places = try given.places()
      let counts = given.stream.counts
      let isExact = places.allSatisfy { place in
        guard case .integer(let item)? = place.item.first else { return false }
        return counts[UInt64(item)] == place.count
      }
      let distinct = counts.keys.sorted()
      guard isExact, places.count == min(100, distinct.count) else {
        return Outcome(error: 9, isBounded: false)
      }
      guard distinct.count > 100 else { return nil }
      let middle = distinct[distinct.count / 2]
      let lower = places.count { place in
        guard case .integer(let item)? = place.item.first else { return false }
        return UInt64(item) < middle
      }
      // Without replacement, the number below is hypergeometric.
      let share = Double(distinct.count / 2) / Double(distinct.count)
      let rest = Double(distinct.count - 100) / Double(distinct.count - 1)
      let sigma = (100 * share * (1 - share) * rest).squareRoot()
      let error = abs(Double(lower) - 100 * share) / (3 * sigma + 0.5)
      return Outcome(error: error, isBounded: error <= 1)
    },
    RowTrial("flowset(x, 100000)", "exact") { given in
      let places = try given.places()
      let isRight =
        places.count == given.stream.counts.count
        && places.allSatisfy { place in
          guard case .integer(let item)? = place.item.first else { return false }
          return given.stream.counts[UInt64(item)] == place.count
        }
      return Outcome(error: isRight ? 0 : 2, isBounded: isRight)
    },
    RowTrial("ewma(x, 0.1)", "10⁻⁹") { given in
      var average = Double(given.stream.items[0])
      for item in given.stream.items.dropFirst() { average += (Double(item) - average) * 0.1 }
      let off = abs(try given.number(given.value) - average) / (1e-9 * max(1, average))
      return Outcome(error: off, isBounded: off <= 1)
    },
    RowTrial("var(x)", "10⁻⁹") { given in
      let numbers = given.stream.items.map { Int128($0) }
      let (n, sum) = (Int128(numbers.count), numbers.reduce(0, +))
      let squares = numbers.reduce(Int128(0)) { $0 + $1 * $1 }
      let truth = Double(n * squares - sum * sum) / Double(n) / Double(n)
      let off = abs(try given.number(given.value) - truth) / (1e-9 * max(1e-9, truth))
      return Outcome(error: off, isBounded: off <= 1)
    },
  ]
}

extension RowTrial.Given {
  /// By how much the rank of a KLL sketch's quantile is off, over the number of items.
  fileprivate func rankError(_ levels: [(value: Double, weight: Int64)], _ share: Double)
    -> Double
  {
    let sorted = levels.sorted { $0.value < $1.value }
    let total = sorted.reduce(0) { $0 + $1.weight }
    var seen: Int64 = 0
    for (value, weight) in sorted {
      seen += weight
      guard Double(seen) >= share * Double(total) else { continue }
      let n = Double(stream.items.count)
      let before = Double(stream.sorted.count { Double($0) < value }) / n
      let upTo = Double(stream.sorted.count { Double($0) <= value }) / n
      return max(0, before - share, share - upTo)
    }
    return 1
  }
}
