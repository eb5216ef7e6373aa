import DataModel

/// `FILTER` by what rows in effect, or windows of items, say of the tuple.
struct FilteringBeside: OperationFacts {
  var condition: RowExpression

  init(_ condition: RowExpression) { self.condition = condition }

  var operation: TupleOperation { .filterBeside(condition) }
  var fieldsOfInput: Set<FieldID> { condition.fields }
  var expressions: [RowExpression] { [condition] }
  mutating func renumber(by numbers: PartNumbers) {
    condition = condition.renumbered(by: numbers)
  }

  var handsOn: TuplesHandedOn { .chosen }
  var selectivity: Int { 1 }

  var memory: OperationMemory? {
    OperationMemory(
      reasonForOneThread: "it asks rows, or windows of items, for each tuple", window: nil,
      showsOrder: true, needsOrder: !condition.current.isEmpty, settles: false, goesOn: true)
  }
  func isSame(as other: TupleOperation, _ comparison: inout PlanComparison) -> Bool {
    // Item windows of a new plan begin anew, and so does what hangs on them.
    guard case .filterBeside(let other) = other, condition.current.isEmpty, other.current.isEmpty
    else { return false }
    return comparison.isSame(condition, other)
  }

  var reasonForHost: String? { "it compares tuples with rows, and the host has the rows" }
  func text(in plan: LogicalPlan, from input: String) -> String {
    "filter\(input) by \(plan.text(condition, key: []))"
  }
  func check(_ node: TupleNode, at index: Int, _ check: inout PlanCheck) {
    check.row(condition, [], "n\(index)")
  }
}
