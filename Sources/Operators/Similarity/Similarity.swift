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
  public let boundSummary = Tally.shareBound
  public let example =
    "J = FOREACH (STREAM P BY SourceIp) GENERATE similarity(DestPort) WINDOW 10s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .float }

  /// Items by part of the window: the last component is the time, rounded to the half's beginning,
  /// of sliding windows to that of the pane.
  public func state(_ call: OperatorCall) -> StateForm {
    guard let fields = call.fields else { preconditionFailure("similarity has fields") }
    guard let window = call.window, let time = window.time else {
      return .tally(items: fields, weight: nil)
    }
    let part = KeyComponent(
      name: "part", field: time, type: .time,
      rounding: .step(max(1, min(window.slide, window.length / 2))))
    return .tally(items: fields + [part], weight: nil)
  }

  public func summary(_ call: OperatorCall) -> TallySummary? {
    guard call.window?.time != nil, let fields = call.fields else { return nil }
    return Tally.sample(call, ranked: fields.count)
  }

  public func errorScale(_ call: OperatorCall) -> ErrorScale { .unit }
  public func accuracyProblem(_ call: OperatorCall) -> String? { Tally.sampleProblem(call) }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    let latest = Tally.sampled(state).items.compactMap { Self.time($0.item) }.max() ?? 0
    return evaluate(call, state, end: latest + (call.window.map { $0.length / 2 } ?? 0))
  }

  public func evaluate(_ call: OperatorCall, _ state: KeyState, end: Int64) -> Estimate {
    let middle = end - (call.window?.length ?? 0) / 2
    var halves: [[Value]: (older: Bool, newer: Bool)] = [:]
    let (items, isSample) = Tally.sampled(state)
    for (item, _) in items {
      let isNewer = (Self.time(item) ?? 0) >= middle
      let own = Array(item.dropLast())
      let seen = halves[own] ?? (false, false)
      halves[own] = (seen.older || !isNewer, seen.newer || isNewer)
    }
    let both = halves.values.count { $0.older && $0.newer }
    return Tally.share(both, of: halves.count, isSample: isSample, call)
  }

  private static func time(_ item: [Value]) -> Int64? {
    if case .time(let time)? = item.last { time } else { nil }
  }

  /// The similarity where so many of all items are in both halves.
  public static func jaccard(both: Int, all: Int) -> Estimate {
    all == 0 ? Estimate(.missing) : Estimate(.real(Double(both) / Double(all)))
  }

  public func argumentProblem(_ call: OperatorCall) -> String? {
    guard let window = call.window else { return nil }
    if window.length % 2 != 0 { return "similarity wants a window of an even length" }
    if window.slide < window.length, window.length / 2 % window.slide != 0 {
      return "the slide of similarity divides half of the window"
    }
    return window.time == nil
      ? "where tuples are no packets, similarity wants a window of items" : nil
  }
}
