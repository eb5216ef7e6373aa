public import DataModel

/// The median of a field; of an even number of tuples the mean of the middle two.
public struct Median: StreamOperator {
  public let name = "median"
  public let summary = "The middle value; of an even number of tuples the mean of the middle two."
  public let parameters = [Parameter("field", .values)]
  public let takesReals = true
  public let boundSummary = Tally.bound
  public let example = "M = FOREACH (STREAM P BY SourceIp) GENERATE median(frame.len) WINDOW 10s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .float }
  public func state(_ call: OperatorCall) -> StateForm { Tally.state(call) }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    if call.countsReals {
      let (reals, total) = Tally.reals(state)
      return middle(call, total) { value(at: $0, of: reals) }
    }
    let (values, total) = Tally.values(state)
    return middle(call, total) { Double(value(at: $0, of: values)) }
  }

  public func evaluate(
    _ call: OperatorCall, ascending values: UnsafeBufferPointer<Int64>
  ) -> Estimate? {
    middle(call, Int64(values.count)) { rank in
      let value = values[Int(rank)]
      return call.countsReals ? RealOrder.number(value) : Double(value)
    }
  }

  /// The mean of the middle two of so many values, given by their ranks.
  private func middle(
    _ call: OperatorCall, _ total: Int64, _ value: (Int64) -> Double
  ) -> Estimate {
    guard total > 0 else { return Estimate(.missing) }
    return Estimate(.real((value((total - 1) / 2) + value(total / 2)) / 2 / call.unit))
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
