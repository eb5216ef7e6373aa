public import DataModel

/// The q-quantile of a field: the smallest value that at least the share q of the tuples does not
/// exceed (SQL's PERCENTILE_DISC).
public struct Quantile: StreamOperator {
  public let name = "quantile"
  public let summary =
    "The smallest value that at least the share q of the tuples does not exceed (percentile_disc)."
  public let parameters = [Parameter("field", .values), Parameter("q", .share)]
  public let takesReals = true
  public let boundSummary = Tally.bound
  public let example =
    "P99 = FOREACH (STREAM P BY IpProtocol) GENERATE quantile(frame.len, 0.99) WINDOW 60s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { call.fields?.first?.type ?? .signed }
  public func state(_ call: OperatorCall) -> StateForm { Tally.state(call) }

  public func evaluate(
    _ call: OperatorCall, ascending values: UnsafeBufferPointer<Int64>
  ) -> Estimate? {
    guard call.arguments.count > 1, case .share(let numerator, let denominator) = call.arguments[1],
      !values.isEmpty
    else { return nil }
    let parts = Int128(numerator) * Int128(values.count)
    let rank = max(1, (parts + Int128(denominator) - 1) / Int128(denominator))
    let value = values[Int(rank) - 1]
    return Estimate(call.countsReals ? .real(RealOrder.number(value)) : call.fieldValue(value))
  }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    guard call.arguments.count > 1, case .share(let numerator, let denominator) = call.arguments[1]
    else { preconditionFailure("quantile has a q") }
    let reals = call.countsReals ? Tally.reals(state) : nil
    let (values, total) = reals.map { ([], $0.total) } ?? Tally.values(state)
    // ⌈q n⌉ tuples, at least one
    let parts = Int128(numerator) * Int128(total)
    let wanted = max(1, (parts + Int128(denominator) - 1) / Int128(denominator))
    var below: Int128 = 0
    for (value, count) in values {
      below += Int128(count)
      if below >= wanted { return Estimate(call.fieldValue(value)) }
    }
    for (value, count) in reals?.values ?? [] {
      below += Int128(count)
      if below >= wanted { return Estimate(.real(value)) }
    }
    return Estimate(.missing)
  }
}
