public import DataModel

/// The distinct items of a key with their counts, whole: which flows there were.
///
/// The data path keeps an exact table and hands out what does not fit, which costs a CPU no more
/// than an encoded set (FlowRadar; `sal/flowset.h`) and cannot fail to decode.
public struct FlowSet: StreamOperator {
  public let name = "flowset"
  public let summary =
    "The distinct items with their counts, in their order; the first so many, 1000 unless said."
  public let parameters = [
    Parameter("field", .fields), Parameter("limit", .integer(1...100_000), isOptional: true),
  ]
  public let boundSummary =
    Tally.bound + "; a set that is longer than its limit is cut and says at_least"
  public let example = """
    Flows = FOREACH (STREAM P BY DestIp) GENERATE flowset({SourceIp, SourcePort}, 100) WINDOW 10s;
    """

  public func resultType(_ call: OperatorCall) -> ScalarType { .ranking }
  public func state(_ call: OperatorCall) -> StateForm { Tally.state(call) }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    let (items, total) = Tally.items(state)
    let limit = Int(call.integer(1) ?? 1000)
    let sorted = items.sorted { $0.item.lexicographicallyPrecedes($1.item) }.prefix(limit)
    return Estimate(
      Tally.ranking(sorted, total: total), items.count > limit ? .atLeast : .exact)
  }
}
