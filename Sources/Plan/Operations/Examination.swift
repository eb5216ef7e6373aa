public import DataModel

/// Whether any entry of a group of repeated fields satisfies a condition: a column for every tuple.
public struct Examination: Sendable, Hashable {
  /// The entries, and the columns by which the condition names their fields.
  public var entries: Unfolding
  /// What is asked of each, over fields of the tuple too.
  public var condition: TuplePredicate
  /// The boolean column that holds the answer; never missing.
  public var into: FieldID

  /// Creates an operation.
  public init(_ entries: Unfolding, satisfying condition: TuplePredicate, into: FieldID) {
    (self.entries, self.condition, self.into) = (entries, condition, into)
  }
}

extension Examination: OperationFacts {
  var operation: TupleOperation { .examine(self) }
  var fieldsOfInput: Set<FieldID> {
    entries.group.fields.union(condition.fields.subtracting(entries.columns))
  }
  var expressions: [RowExpression] { [.tuple(.condition(condition))] }
  mutating func renumber(by numbers: PartNumbers) {
    condition = condition.renumbered(by: numbers)
  }

  var handsOn: TuplesHandedOn { .extended }

  var memory: OperationMemory? { nil }

  var reasonForHost: String? { entries.reasonForHost }
  func text(in plan: LogicalPlan, from input: String) -> String {
    "examine\(input): \(into) is whether any entry of \(entries.group.name): \(condition.text)"
  }
  func check(_ node: TupleNode, at index: Int, _ check: inout PlanCheck) {
    check.predicate(condition, "n\(index)")
  }
}
