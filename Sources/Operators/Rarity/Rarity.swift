public import DataModel

/// α-rarity: the share of the distinct items that occur exactly α times (Datar, Muthukrishnan,
/// "Estimating rarity and similarity over data stream windows", ESA 2002).
public struct Rarity: StreamOperator {
  public let name = "rarity"
  public let summary =
    "The share of the distinct items that occur exactly n times; once, unless said."
  public let parameters = [
    Parameter("field", .fields), Parameter("n", .integer(1...1_000_000), isOptional: true),
  ]
  public let boundSummary = Tally.shareBound
  public let example =
    "R = FOREACH (STREAM P BY SourceIp) GENERATE rarity(DestPort, 1) WINDOW 10s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .float }
  public func state(_ call: OperatorCall) -> StateForm { Tally.state(call) }
  public func reading(_ call: OperatorCall) -> TallyReading { .counts }
  public func summary(_ call: OperatorCall) -> TallySummary? {
    Tally.sample(call, ranked: call.fields?.count ?? 1)
  }
  public func errorScale(_ call: OperatorCall) -> ErrorScale { .unit }
  public func accuracyProblem(_ call: OperatorCall) -> String? { Tally.sampleProblem(call) }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    var times: Int64 = 1
    if call.arguments.count > 1, case .integer(let n) = call.arguments[1] { times = n }
    if case .counts(let groups) = state {
      let rare = groups.first { $0.count == times }?.items ?? 0
      let all = groups.reduce(0) { $0 + $1.items }
      return Tally.share(Int(rare), of: Int(all), isSample: false, call)
    }
    let (items, isSample) = Tally.sampled(state)
    let rare = items.count { $0.count == times }
    return Tally.share(rare, of: items.count, isSample: isSample, call)
  }
}
