import CRuntimeBPF
public import DataModel

/// Shannon's entropy of the items of a key, in bits: H = log₂ n − Σ c log₂ c / n.
public struct Entropy: StreamOperator {
  public let name = "entropy"
  public let summary =
    "Shannon's entropy of the items in bits: 0 where all are equal, log2 n where n all differ."
  public let parameters = [Parameter("field", .fields)]
  public let boundSummary = Tally.bound
  public let example =
    "H = FOREACH (STREAM P BY SourceIp) GENERATE entropy(DestPort) WINDOW 10s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .float }
  public func state(_ call: OperatorCall) -> StateForm { Tally.state(call) }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    let (items, total) = Tally.items(state)
    guard total > 0 else { return Estimate(.missing) }
    // In the order of counts, so that rounding does not hang on where the counts were kept.
    let counts = items.map { UInt64($0.count) }.sorted()
    return Estimate(.real(max(0, sal_entropy(counts, UInt64(counts.count)))))
  }
}
