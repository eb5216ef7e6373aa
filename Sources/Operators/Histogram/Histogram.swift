public import DataModel

/// How often a field's values fall between powers of two, or into equal steps.
public struct Histogram: StreamOperator {
  public let name = "histogram"
  public let summary =
    "Counts of values by powers of two, or by steps of a width, each named by its lower end."
  public let parameters = [
    Parameter("field", .values), Parameter("width", .integer(1...1_000_000_000), isOptional: true),
  ]
  public let boundSummary = Tally.bound
  public let example =
    "Sizes = FOREACH (STREAM P BY IpProtocol) GENERATE histogram(frame.len) WINDOW 10s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .ranking }
  public func state(_ call: OperatorCall) -> StateForm { Tally.state(call) }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    let (values, total) = Tally.values(state)
    var buckets: [(lower: Int64, count: Int64)] = []
    for (value, count) in values {
      let lower = lowerEnd(value, call)
      if buckets.last?.lower == lower {
        buckets[buckets.count - 1].count += count
      } else {
        buckets.append((lower, count))
      }
    }
    return Estimate(
      .ranking(
        buckets.map { bucket in
          RankedItem(
            item: [call.fieldValue(bucket.lower)], count: bucket.count,
            share: Double(bucket.count) / Double(total))
        }))
  }

  private func lowerEnd(_ value: Int64, _ call: OperatorCall) -> Int64 {
    if call.arguments.count > 1, case .integer(let width) = call.arguments[1] {
      // Towards −∞; the lowest step may begin below what 64 bits hold.
      let rest = ((value % width) + width) % width
      return value.subtractingReportingOverflow(rest).overflow ? .min : value - rest
    }
    if value == 0 { return 0 }
    let power = Int64(1) << Int64(min(62, 63 - value.magnitude.leadingZeroBitCount))
    return value > 0 ? power : -power
  }
}
