public import DataModel

/// How often a field's values fall between powers of two, or into equal steps.
public struct Histogram: StreamOperator {
  public let name = "histogram"
  public let foreignNames = ["hist", "lhist", "quantize"]
  public let summary =
    "Counts of values by powers of two, or by steps of a width, each named by its lower end."
  public let parameters = [
    Parameter("field", .values), Parameter("width", .integer(1...1_000_000_000), isOptional: true),
  ]
  public let boundSummary = "exact: buckets are what is counted"
  public let example =
    "Sizes = FOREACH (STREAM P BY IpProtocol) GENERATE histogram(frame.len) WINDOW 10s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .ranking }
  /// Values are rounded to the lower ends of their buckets before they are counted.
  public func state(_ call: OperatorCall) -> StateForm {
    guard var fields = call.fields else { preconditionFailure("histogram counts values") }
    fields[0].rounding = rounding(call)
    return .tally(items: fields, weight: nil)
  }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    let (values, total) = Tally.values(state)
    var buckets: [(lower: Int64, count: Int64)] = []
    for (value, count) in values {
      let lower = rounding(call).round(value)
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

  private func rounding(_ call: OperatorCall) -> Rounding {
    call.integer(1).map { .step($0) } ?? .leading(bits: 0)
  }
}
