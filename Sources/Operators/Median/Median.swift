public import DataModel

/// The median of a field; of an even number of tuples the mean of the middle two.
public struct Median: StreamOperator {
  public let name = "median"
  public let summary = "The middle value; of an even number of tuples the mean of the middle two."
  public let parameters = [Parameter("field", .values)]
  public let takesReals = true
  public let boundSummary =
    "exact; WITHIN ε: relative error ≤ ε, from logarithmic buckets (Masson et al., VLDB 2019); "
    + "WITHIN RANK ε: rank error ≤ ε of the tuples (Karnin, Lang, Liberty 2016)"
  public let example = "M = FOREACH (STREAM P BY SourceIp) GENERATE median(frame.len) WINDOW 10s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .float }
  public func state(_ call: OperatorCall) -> StateForm { Tally.rounded(call) }
  public let hasRanks = true
  public func summary(_ call: OperatorCall) -> TallySummary? { RankedValues.summary(call) }
  public func accuracyProblem(_ call: OperatorCall) -> String? {
    Tally.roundingProblem(call) ?? RankedValues.problem(call)
  }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    if case .summary(_, _, let total) = state, let ranked = RankedValues(state, call.accuracy) {
      let lower = ranked.value(rank: (total + 1) / 2)
      let upper = ranked.value(rank: total / 2 + 1)
      func mean(_ a: Int64, _ b: Int64) -> Double {
        (call.rankedNumber(a) + call.rankedNumber(b)) / 2 / call.unit
      }
      return Estimate(
        .real(mean(lower.value, upper.value)), .approximate,
        bound: Bound(low: mean(lower.low, upper.low), high: mean(lower.high, upper.high)))
    }
    if call.countsReals {
      let (reals, total) = Tally.reals(state)
      guard total > 0 else { return Estimate(.missing) }
      let (lower, upper) = (value(at: (total - 1) / 2, of: reals), value(at: total / 2, of: reals))
      return Estimate(.real((lower + upper) / 2))
    }
    let (values, total) = Tally.values(state)
    guard total > 0 else { return Estimate(.missing) }
    let lower = value(at: (total - 1) / 2, of: values)
    let upper = value(at: total / 2, of: values)
    return answer(lower, upper, call)
  }

  public func evaluate(
    _ call: OperatorCall, ascending values: UnsafeBufferPointer<Int64>
  ) -> Estimate? {
    let n = values.count
    guard n > 0 else { return Estimate(.missing) }
    let (lower, upper) = (values[(n - 1) / 2], values[n / 2])
    if call.countsReals {
      return Estimate(.real((RealOrder.number(lower) + RealOrder.number(upper)) / 2))
    }
    return answer(lower, upper, call)
  }

  /// The mean of the middle two, or of their buckets' middles.
  private func answer(_ lower: Int64, _ upper: Int64, _ call: OperatorCall) -> Estimate {
    guard let rounding = Tally.rounding(call) else {
      return Estimate(.real((Double(lower) + Double(upper)) / 2 / call.unit))
    }
    let (a, b) = (Tally.middle(lower, rounding), Tally.middle(upper, rounding))
    let unit = 2 * call.unit
    return Estimate(
      .real((a.value + b.value) / unit), .approximate,
      bound: Bound(
        low: (a.bound.low + b.bound.low) / unit, high: (a.bound.high + b.bound.high) / unit))
  }

  /// The value of a rank, counted from 0.
  private func value<Number>(at rank: Int64, of values: [(value: Number, count: Int64)]) -> Number {
    var below: Int64 = 0
    for (value, count) in values {
      below += count
      if below > rank { return value }
    }
    preconditionFailure("the counts add up to the total")
  }
}
