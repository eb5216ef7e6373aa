import DataModel

/// `FILTER` by the fields of the tuple, and sets.
struct Filtering: OperationFacts {
  var condition: TuplePredicate

  init(_ condition: TuplePredicate) { self.condition = condition }

  var operation: TupleOperation { .filter(condition) }
  var fieldsOfInput: Set<FieldID> { condition.fields }
  var expressions: [RowExpression] { [.tuple(.condition(condition))] }
  var predicate: TuplePredicate? { condition }
  mutating func renumber(by numbers: PartNumbers) {
    condition = condition.renumbered(by: numbers)
  }

  var handsOn: TuplesHandedOn { .chosen }
  var selectivity: Int { if case .and(let parts) = condition { parts.count } else { 1 } }

  var memory: OperationMemory? { nil }
  func isSame(as other: TupleOperation, _ comparison: inout PlanComparison) -> Bool {
    if case .filter(let other) = other { comparison.isSame(condition, other) } else { false }
  }

  var reasonForHost: String? { nil }
  func text(in plan: LogicalPlan, from input: String) -> String {
    "filter\(input) by \(condition.text)"
  }
  func check(_ node: TupleNode, at index: Int, _ check: inout PlanCheck) {
    check.predicate(condition, "n\(index)")
  }
}
