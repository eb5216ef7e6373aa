import CRuntimeBPF
public import DataModel
import Kernels

/// Shannon's entropy of the items of a key, in bits: H = log₂ n − Σ c log₂ c / n.
public struct Entropy: StreamOperator {
  public let name = "entropy"
  public let summary =
    "Shannon's entropy of the items in bits: 0 where all are equal, log2 n where n all differ."
  public let parameters = [Parameter("field", .fields)]
  public let boundSummary =
    Tally.bound + "; WITHIN ε: within ± ε bits with confidence p, from projections on stable "
    + "variables (Clifford, Cosma, AISTATS 2013)"
  public let example =
    "H = FOREACH (STREAM P BY SourceIp) GENERATE entropy(DestPort) WINDOW 10s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .float }
  public func state(_ call: OperatorCall) -> StateForm { Tally.state(call) }

  public func reading(_ call: OperatorCall) -> TallyReading { .counts }

  public func summary(_ call: OperatorCall) -> TallySummary? {
    guard case .within(let epsilon, let confidence) = call.accuracy else { return nil }
    let count = Confidence.projections(confidence, epsilon: epsilon)
    return .entropy(projections: min(Self.most, count))
  }

  private static let most = 1 << 15

  public func errorScale(_ call: OperatorCall) -> ErrorScale { .unit }

  public func accuracyProblem(_ call: OperatorCall) -> String? {
    guard case .within(let epsilon, let confidence) = call.accuracy,
      Confidence.projections(confidence, epsilon: epsilon) > Self.most
    else { return nil }
    let least = Confidence.entropy(confidence, mean: 0.5, count: Self.most)
    return "entropy keeps within \(Tally.percent(least.value - least.low)) of a bit at best; "
      + "without WITHIN it is exact"
  }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    if case .summary(let projections as EntropyProjections, _, _) = state,
      case .within(_, let confidence) = call.accuracy
    {
      let bits = Confidence.entropy(
        confidence, mean: projections.mean, count: projections.count)
      return Estimate(
        .real(bits.value), .approximate, bound: Bound(low: bits.low, high: bits.high))
    }
    // In the order of counts, so that rounding does not hang on where the counts were kept.
    let groups = Tally.counts(state)
    guard let most = groups.last?.count, most > 0 else { return Estimate(.missing) }
    // Of one item it is 0, whatever its logarithms are rounded to.
    if groups.count == 1, groups[0].items == 1 { return Estimate(.real(0)) }
    let entropy = sal_entropy_grouped(
      groups.map { UInt64($0.count) }, groups.map { UInt64($0.items) }, UInt64(groups.count))
    return Estimate(.real(max(0, entropy)))
  }
}
