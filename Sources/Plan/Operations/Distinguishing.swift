import DataModel

/// `DISTINCT`: the first tuple of each key in the window.
struct Distinguishing: OperationFacts {
  var key: [KeyComponent]
  var window: Window

  init(_ key: [KeyComponent], _ window: Window) { (self.key, self.window) = (key, window) }

  var operation: TupleOperation { .distinct(key: key, window: window) }
  var fieldsOfInput: Set<FieldID> { Set(key.map(\.field)) }
  mutating func renumber(by numbers: PartNumbers) {}

  var handsOn: TuplesHandedOn { .chosen }
  var selectivity: Int { 1 }

  var memory: OperationMemory? {
    OperationMemory(
      reasonForOneThread: "what follows sees its answer for each tuple at once", window: window,
      showsOrder: true, needsOrder: true, settles: false, goesOn: true)
  }
  func hostState(at index: Int, in plan: LogicalPlan, _ limits: HostLimits) -> HostState? {
    let windows = plan.windowsAtOnce(window, depth: 0, lateness: plan.lateness)
    return HostState(
      entry: "key", entryBytes: windows * HostState.tableBytes(KeyLayout(key).wordCount + 1),
      entriesMax: limits.keys)
  }
  func isSame(as other: TupleOperation, _ comparison: inout PlanComparison) -> Bool {
    operation == other
  }

  var reasonForHost: String? { nil }
  func text(in plan: LogicalPlan, from input: String) -> String {
    "distinct\(input) by \(key.listText) window \(window)"
  }
  func check(_ node: TupleNode, at index: Int, _ check: inout PlanCheck) {
    check.require(!key.isEmpty, "n\(index) has no key")
    check.components(key, "n\(index)")
  }
}
