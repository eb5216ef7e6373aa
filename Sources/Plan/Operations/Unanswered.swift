public import DataModel

/// `JOIN S, T BY k ANTI AFTER d`: the tuples of the node's input that no tuple of another node with
/// an equal key follows within a time, or comes with at the same instant.
///
/// A tuple of time t is handed on, with all its fields, as one of time t + d. What came is settled
/// in steps of ``tick``, behind the lateness, so the answer does not hang on the order of arrival.
/// Where S or T are rows, which are known when their window closes, it is handed on at the end of
/// the step in which its wait ended.
public struct Unanswered: Sendable, Hashable {
  /// The node of T, whose tuples answer.
  public var other: Int
  /// The key of S, and that of T; equal types by position.
  public var key: [KeyComponent]
  public var otherKey: [KeyComponent]
  /// How long a tuple waits, nanoseconds; an answer may come at the end of it.
  public var within: Int64
  /// Whether S or T are rows that are used as tuples.
  public var isOfRows = false
  /// The step in which tuples are settled; it divides every window of the plan.
  public var tick = Window(length: 1_000_000_000)

  /// Creates a join.
  public init(other: Int, key: [KeyComponent], otherKey: [KeyComponent], within: Int64) {
    self.other = other
    self.key = key
    self.otherKey = otherKey
    self.within = within
  }

  /// The time at which a tuple's wait ends; the end of time where there is none that late.
  public func release(of time: Int64) -> Int64 {
    let (sum, overflow) = time.addingReportingOverflow(within)
    return min(overflow ? .max : sum, .max - 2 * tick.length)
  }

  /// The time that a tuple has when it is handed on because its wait ended at `time`.
  public func time(released time: Int64) -> Int64 {
    isOfRows ? tick.start(of: time) + tick.length : time
  }
}

extension Unanswered: OperationFacts {
  var operation: TupleOperation { .unanswered(self) }
  var fieldsOfInput: Set<FieldID> { Set(key.map(\.field)) }
  var otherInputs: Set<Int> { [other] }
  func fields(ofOther node: Int) -> Set<FieldID>? { Set(otherKey.map(\.field)) }
  mutating func renumber(by numbers: PartNumbers) { other = numbers.node(other) }

  var handsOn: TuplesHandedOn { .delayed }
  var selectivity: Int { 1 }

  var memory: OperationMemory? {
    OperationMemory(
      reasonForOneThread: "tuples wait in the order of their times", window: tick,
      showsOrder: false, needsOrder: true, settles: true, goesOn: false)
  }
  func hostState(at index: Int, in plan: LogicalPlan, _ limits: HostLimits) -> HostState? {
    let tuple = 8 * (plan.fields(behind: index).count + KeyLayout(key).wordCount) + 64
    return HostState(entry: "waiting tuple", entryBytes: 2 * tuple, entriesMax: limits.edges)
  }
  mutating func settle(in tick: Window) { self.tick = tick }

  var reasonForHost: String? { "ANTI AFTER waits for what no later tuple can change" }
  func text(in plan: LogicalPlan, from input: String) -> String {
    "tuples of\(input) by \(key.listText) without n\(other) by \(otherKey.listText) "
      + "within \(Timestamp.durationText(within)) after"
  }
  func searchText(in plan: LogicalPlan) -> String {
    "a tuple is held for \(Timestamp.durationText(within)) or until it is answered, "
      + "behind the lateness of \(Timestamp.durationText(plan.lateness))"
  }
  func check(_ node: TupleNode, at index: Int, _ check: inout PlanCheck) {
    let place = "n\(index)"
    check.components(key + otherKey, place)
    check.require(
      !key.isEmpty && key.map(\.type) == otherKey.map(\.type), "\(place) waits for another key")
    check.require(within >= 0, "\(place): AFTER is negative")
  }
}
