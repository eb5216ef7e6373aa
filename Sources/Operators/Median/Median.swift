public import DataModel

/// The median of a field; of an even number of tuples the mean of the middle two.
public struct Median: StreamOperator {
  public let name = "median"
  public let summary = "The middle value; of an even number of tuples the mean of the middle two."
  public let parameters = [Parameter("field", .values)]
  public let boundSummary = Tally.bound
  public let example = "M = FOREACH (STREAM P BY SourceIp) GENERATE median(frame.len) WINDOW 10s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .float }
  public func state(_ call: OperatorCall) -> StateForm { Tally.state(call) }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    let (values, total) = Tally.values(state)
    guard total > 0 else { return Estimate(.missing) }
    let lower = value(at: (total - 1) / 2, of: values)
    let upper = value(at: total / 2, of: values)
    return Estimate(.real((Double(lower) + Double(upper)) / 2 / call.unit))
  }

  public func evaluate(
    _ call: OperatorCall, ascending values: UnsafeBufferPointer<Int64>
  ) -> Estimate? {
    let n = values.count
    guard n > 0 else { return Estimate(.missing) }
    let middle = (Double(values[(n - 1) / 2]) + Double(values[n / 2])) / 2
    return Estimate(.real(middle / call.unit))
  }

  /// The value of a rank, counted from 0.
  private func value(at rank: Int64, of values: [(value: Int64, count: Int64)]) -> Int64 {
    var below: Int64 = 0
    for (value, count) in values {
      below += count
      if below > rank { return value }
    }
    preconditionFailure("the counts add up to the total")
  }
}
