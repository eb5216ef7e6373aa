public import DataModel

/// Jaccard's similarity of the items in the older half of the window and those in the newer one:
/// |A ∩ B| / |A ∪ B|. SAL's operator (Goodman, Grunwald 2019), over time as over items.
public struct Similarity: StreamOperator {
  public let name = "similarity"
  public let summary =
    "The share of the distinct items that both halves of the window have, the older and the newer."
  public let parameters = [Parameter("field", .fields)]
  public let readsWindow = true
  public let comparesHalves = true
  public let boundSummary = Tally.bound
  public let example =
    "J = FOREACH (STREAM P BY SourceIp) GENERATE similarity(DestPort) WINDOW 10s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .float }

  /// Items by half: the last component is the time, rounded to the half's beginning.
  public func state(_ call: OperatorCall) -> StateForm {
    guard let fields = call.fields else { preconditionFailure("similarity has fields") }
    guard let window = call.window, let time = window.time else {
      return .tally(items: fields, weight: nil)
    }
    let half = KeyComponent(
      name: "half", field: time, type: .time, rounding: .step(max(1, window.length / 2)))
    return .tally(items: fields + [half], weight: nil)
  }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    var halves: [[Value]: Set<Value>] = [:]
    for (item, _) in Tally.items(state).items {
      halves[Array(item.dropLast()), default: []].insert(item[item.count - 1])
    }
    return Self.jaccard(both: halves.values.count { $0.count > 1 }, all: halves.count)
  }

  /// The similarity where so many of all items are in both halves.
  public static func jaccard(both: Int, all: Int) -> Estimate {
    all == 0 ? Estimate(.missing) : Estimate(.real(Double(both) / Double(all)))
  }

  public func argumentProblem(_ call: OperatorCall) -> String? {
    guard let window = call.window else { return nil }
    if window.slide != window.length {
      return "the halves of a sliding window move; similarity wants a window without SLIDE"
    }
    if window.length % 2 != 0 { return "similarity wants a window of an even length" }
    return window.time == nil
      ? "where tuples are no packets, similarity wants a window of items" : nil
  }
}
