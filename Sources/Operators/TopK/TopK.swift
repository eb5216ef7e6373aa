public import DataModel

/// The k most frequent (or heaviest) items of a key, from exact counts; `WITHIN ε` from counters of
/// the heaviest.
public struct TopK: StreamOperator {
  public let name = "topk"
  public let foreignNames = ["approx_top_k", "heavyhitters", "top", "topn"]
  public let summary =
    "The k items with the largest counts, or sums of a weight; ties by the item's order."
  public let parameters = [
    Parameter("field", .fields), Parameter("k", .integer(1...1000)),
    Parameter("weight", .expression, isOptional: true),
  ]
  public let hasBasicWindows = true
  public let boundSummary =
    Tally.bound + "; WITHIN ε: counts are short by at most ε of the total, and each says by how "
    + "much (Misra, Gries 1982)"
  public let example =
    "T = FOREACH (STREAM P BY SourceIp) GENERATE topk(DestPort, 10) WINDOW 1s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .ranking }

  public func state(_ call: OperatorCall) -> StateForm { Tally.state(call, weight: 2) }

  public func summary(_ call: OperatorCall) -> TallySummary? {
    guard case .within(let epsilon, _) = call.accuracy else { return nil }
    let counters = max(Double(call.integer(1) ?? 1), (1 / epsilon).rounded(.up))
    return .heaviest(counters: Int(min(counters, Double(Self.most))))
  }

  public func reading(_ call: OperatorCall) -> TallyReading {
    .heaviest(Int(call.integer(1) ?? 1))
  }

  private static let most = 1 << 16

  public func errorScale(_ call: OperatorCall) -> ErrorScale { .total }

  public func accuracyProblem(_ call: OperatorCall) -> String? {
    guard case .within(let epsilon, _) = call.accuracy else { return nil }
    if 1 / epsilon > Double(Self.most) {
      return "topk keeps within 0.002% at best; without WITHIN it is exact"
    }
    return call.expression(2).flatMap { Tally.signProblem($0) }
  }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    guard call.arguments.count > 1, case .integer(let k) = call.arguments[1] else {
      preconditionFailure("topk has a k")
    }
    let (items, total, shortBy) = Tally.heaviest(state)
    let best = items.sorted { a, b in
      a.count != b.count ? a.count > b.count : a.item.lexicographicallyPrecedes(b.item)
    }.prefix(Int(k))
    return Tally.ranking(best, total: total, shortBy: shortBy)
  }
}
