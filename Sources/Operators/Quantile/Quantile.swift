public import DataModel

/// The q-quantile of a field: the smallest value that at least the share q of the tuples does not
/// exceed (SQL's PERCENTILE_DISC).
public struct Quantile: StreamOperator {
  public let name = "quantile"
  public let foreignNames = [
    "approx_percentile", "approx_quantile", "percentile", "percentile_cont",
  ]
  public let summary =
    "The smallest value that at least the share q of the tuples does not exceed (percentile_disc)."
  public let parameters = [Parameter("field", .values), Parameter("q", .share)]
  public let takesReals = true
  public let boundSummary =
    "exact; WITHIN ε: relative error ≤ ε, from logarithmic buckets (Masson et al., VLDB 2019); "
    + "WITHIN RANK ε: rank error ≤ ε of the tuples (Karnin, Lang, Liberty 2016)"
  public let example =
    "P99 = FOREACH (STREAM P BY IpProtocol) GENERATE quantile(frame.len, 0.99) WINDOW 60s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { call.fields?.first?.type ?? .signed }
  public func state(_ call: OperatorCall) -> StateForm { Tally.rounded(call) }
  public let hasRanks = true
  public func summary(_ call: OperatorCall) -> TallySummary? { RankedValues.summary(call) }
  public func accuracyProblem(_ call: OperatorCall) -> String? {
    Tally.roundingProblem(call) ?? RankedValues.problem(call)
  }

  public func evaluate(
    _ call: OperatorCall, ascending values: UnsafeBufferPointer<Int64>
  ) -> Estimate? {
    guard call.arguments.count > 1, case .share(let numerator, let denominator) = call.arguments[1],
      !values.isEmpty
    else { return nil }
    let parts = Int128(numerator) * Int128(values.count)
    let rank = max(1, (parts + Int128(denominator) - 1) / Int128(denominator))
    let value = values[Int(rank) - 1]
    if call.countsReals { return Estimate(.real(RealOrder.number(value))) }
    return answer(value, call)
  }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    guard call.arguments.count > 1, case .share(let numerator, let denominator) = call.arguments[1]
    else { preconditionFailure("quantile has a q") }
    if case .summary(_, _, let total) = state, let ranked = RankedValues(state, call.accuracy) {
      let parts = Int128(numerator) * Int128(total)
      let wanted = max(1, (parts + Int128(denominator) - 1) / Int128(denominator))
      let (value, low, high) = ranked.value(rank: Int64(clamping: wanted))
      return Estimate(
        call.rankedValue(value), .approximate,
        bound: Bound(low: call.rankedNumber(low), high: call.rankedNumber(high)))
    }
    let reals = call.countsReals ? Tally.reals(state) : nil
    let (values, total) = reals.map { ([], $0.total) } ?? Tally.values(state)
    // ⌈q n⌉ tuples, at least one
    let parts = Int128(numerator) * Int128(total)
    let wanted = max(1, (parts + Int128(denominator) - 1) / Int128(denominator))
    var below: Int128 = 0
    for (value, count) in values {
      below += Int128(count)
      if below >= wanted { return answer(value, call) }
    }
    for (value, count) in reals?.values ?? [] {
      below += Int128(count)
      if below >= wanted { return Estimate(.real(value)) }
    }
    return Estimate(.missing)
  }

  /// A value, or the middle of its bucket.
  private func answer(_ value: Int64, _ call: OperatorCall) -> Estimate {
    guard let rounding = Tally.rounding(call) else { return Estimate(call.fieldValue(value)) }
    let (middle, bound) = Tally.middle(value, rounding)
    // A bucket of one value may be too large a number for a Double to name it.
    let number = bound.low == bound.high ? value : Int64(middle)
    return Estimate(call.fieldValue(number), .approximate, bound: bound)
  }
}
