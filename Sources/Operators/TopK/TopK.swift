public import DataModel

/// The k most frequent (or heaviest) items of a key, from exact counts.
public struct TopK: StreamOperator {
  public let name = "topk"
  public let summary =
    "The k items with the largest counts, or sums of a weight; ties by the item's order."
  public let parameters = [
    Parameter("field", .fields), Parameter("k", .integer(1...1000)),
    Parameter("weight", .expression, isOptional: true),
  ]
  public let boundSummary = "exact while the items fit the declared table limit"
  public let example =
    "T = FOREACH (STREAM P BY SourceIp) GENERATE topk(DestPort, 10) WINDOW 1s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .ranking }

  public func state(_ call: OperatorCall) -> StateForm {
    guard case .fields(let items)? = call.arguments.first else {
      preconditionFailure("topk has fields")
    }
    if call.arguments.count > 2, case .expression(let weight, _) = call.arguments[2] {
      return .tally(items: items, weight: weight)
    }
    return .tally(items: items, weight: nil)
  }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    guard case .tally(let items, let total) = state, call.arguments.count > 1,
      case .integer(let k) = call.arguments[1]
    else { preconditionFailure("topk keeps a tally and has a k") }
    let best = items.sorted { a, b in
      a.count != b.count ? a.count > b.count : a.item.lexicographicallyPrecedes(b.item)
    }.prefix(Int(k))
    return Estimate(
      .ranking(
        best.map { place in
          RankedItem(
            item: place.item, count: place.count,
            share: total == 0 ? 0 : Double(place.count) / Double(total))
        }))
  }
}
