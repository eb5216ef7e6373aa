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
  public let hasBasicWindows = true
  public let boundSummary = Tally.bound
  public let example =
    "T = FOREACH (STREAM P BY SourceIp) GENERATE topk(DestPort, 10) WINDOW 1s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .ranking }

  public func state(_ call: OperatorCall) -> StateForm { Tally.state(call, weight: 2) }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    guard call.arguments.count > 1, case .integer(let k) = call.arguments[1] else {
      preconditionFailure("topk has a k")
    }
    let (items, total) = Tally.items(state)
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
