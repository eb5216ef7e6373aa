public import DataModel
import Kernels

/// A norm of the vector that has one coordinate for each item: its count, or the sum of a weight.
public struct Norm: StreamOperator {
  public let name = "norm"
  public let summary =
    "A norm of the items' counts, or sums of a weight: L0 items, L1 total, L2 length, Linf largest."
  public let parameters = [
    Parameter("field", .fields), Parameter("norm", .choice(["L0", "L1", "L2", "Linf"])),
    Parameter("weight", .expression, isOptional: true),
  ]
  public let boundSummary =
    Tally.bound + "; WITHIN ε CONFIDENCE p: L0 as countdistinct; L2 within ε by a Count-Sketch "
    + "(Charikar et al. 2002); Linf short by at most ε of L1; L1 is exact always"
  public let example =
    "N = FOREACH (STREAM P BY DestIp) GENERATE norm(SourceIp, L2) WINDOW 10s;"

  public func resultType(_ call: OperatorCall) -> ScalarType {
    kind(call) == "L2" ? .float : .signed
  }

  public func state(_ call: OperatorCall) -> StateForm {
    if case .within = call.accuracy, kind(call) == "L0", call.expression(2) == nil,
      let fields = call.fields
    {
      return .distinct(items: fields, precision: CountDistinct.precision(call.accuracy))
    }
    return Tally.state(call, weight: 2)
  }

  public func summary(_ call: OperatorCall) -> TallySummary? {
    guard case .within(let epsilon, let confidence) = call.accuracy else { return nil }
    switch kind(call) {
    case "L0": return nil
    case "L2": return .moment(log2: Self.log2(confidence, epsilon))
    case "L1": return hasSigns(call) ? nil : .heaviest(counters: 64)
    default:
      return hasSigns(call) ? nil : .heaviest(counters: Int((1 / max(epsilon, 1e-5)).rounded(.up)))
    }
  }

  public func reading(_ call: OperatorCall) -> TallyReading {
    kind(call) == "Linf" ? .largest : .norms
  }

  /// Whether a count may be negative, so that the total is no norm.
  private func hasSigns(_ call: OperatorCall) -> Bool {
    call.expression(2).flatMap { Tally.signProblem($0) } != nil
  }

  /// Counters of a row whose error of squares keeps the root within ε.
  private static func log2(_ confidence: Double, _ epsilon: Double) -> Int {
    let squares = 2 * epsilon - epsilon * epsilon
    return (4...11).first { Confidence.momentError(confidence, log2: $0) <= squares } ?? 11
  }

  public func errorScale(_ call: OperatorCall) -> ErrorScale {
    kind(call) == "Linf" ? .total : .value
  }

  public func accuracyProblem(_ call: OperatorCall) -> String? {
    guard case .within(let epsilon, let confidence) = call.accuracy else { return nil }
    switch kind(call) {
    case "L0": return call.expression(2) == nil ? CountDistinct().accuracyProblem(call) : nil
    case "L2":
      let squares = min(1, Confidence.momentError(confidence, log2: 11))
      let least = 1 - (1 - squares).squareRoot()
      guard epsilon < least else { return nil }
      return "norm keeps L2 within \(Tally.percent(least)) at best; without WITHIN it is exact"
    case "Linf" where epsilon < 1e-5:
      return "norm keeps Linf within 0.001% of L1 at best; without WITHIN it is exact"
    default: return nil
    }
  }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    if case .distinct = state { return CountDistinct().evaluate(call, state) }
    if case .summary(let reduction, let items, let total) = state {
      return evaluate(call, reduction, items.map(\.count), total)
    }
    if case .norms(let norms) = state { return evaluate(call, norms) }
    let counts = Tally.items(state).items.map(\.count)
    guard kind(call) == "Linf" else { return evaluate(call, TallyNorms(counts)) }
    return saturated(UInt128(counts.map(\.magnitude).max() ?? 0))
  }

  private func evaluate(_ call: OperatorCall, _ norms: TallyNorms) -> Estimate {
    switch kind(call) {
    case "L0": return Estimate(.integer(norms.nonzero))
    case "L1": return saturated(norms.sizes)
    default:
      guard let squares = norms.squares else {
        return Estimate(.real(Double(UInt128.max).squareRoot()), .atLeast)
      }
      return Estimate(.real(Double(squares).squareRoot()))
    }
  }

  private func evaluate(
    _ call: OperatorCall, _ reduction: any ItemReduction, _ counts: [Int64], _ total: Int64
  ) -> Estimate {
    if let rows = reduction as? MomentRows, case .within(_, let confidence) = call.accuracy {
      let length = rows.secondMoment.squareRoot()
      let error = Confidence.momentError(confidence, log2: rows.log2)
      return Estimate(
        .real(length), .approximate,
        bound: Bound(
          low: length / (1 + error).squareRoot(),
          high: error < 1 ? length / (1 - error).squareRoot() : .infinity))
    }
    if kind(call) == "L1" { return Estimate(.integer(total), total == .max ? .atLeast : .exact) }
    guard let heaviest = reduction as? HeaviestItems else {
      preconditionFailure("norm keeps moments or the heaviest items")
    }
    let most = counts.max() ?? 0
    return Estimate(
      .integer(most), .approximate,
      bound: Bound(low: Double(most), high: Double(most) + Double(heaviest.shortBy)))
  }

  public func absentValue(_ call: OperatorCall) -> Value {
    kind(call) == "L2" ? .real(0) : .integer(0)
  }

  private func kind(_ call: OperatorCall) -> String {
    guard call.arguments.count > 1, case .choice(let kind) = call.arguments[1] else {
      preconditionFailure("norm is told which")
    }
    return kind
  }

  private func saturated(_ number: UInt128) -> Estimate {
    number > UInt128(Int64.max)
      ? Estimate(.integer(.max), .atLeast) : Estimate(.integer(Int64(number)))
  }
}
