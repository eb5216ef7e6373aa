import DataModel

/// `FILTER` of rows: those of the input that satisfy a condition.
struct RowFiltering: RelationFacts {
  private var input: Int
  private var condition: RowExpression

  init(_ input: Int, _ condition: RowExpression) {
    (self.input, self.condition) = (input, condition)
  }

  var operation: Relation.Operation { .filter(input: input, condition) }
  var inputs: [Int] { [input] }
  var expressions: [RowExpression] { [condition] }
  mutating func renumber(by numbers: PartNumbers) {
    input = numbers.relation(input)
    condition = condition.renumbered(by: numbers)
  }

  func keyCounts(of relation: Relation, in plan: LogicalPlan) -> KeyCounts {
    var counts = plan.keyCounts(of: input)
    for (column, count) in condition.listedKeys {
      counts.values[column] = min(counts.values[column], Double(count))
    }
    counts.lowerRows(to: counts.values.reduce(1, *))
    return counts
  }
  func isSame(as other: Relation.Operation, _ comparison: inout PlanComparison) -> Bool {
    guard case .filter(let otherInput, let otherCondition) = other else { return false }
    return comparison.isSame(condition, otherCondition)
      && comparison.isSame(relation: input, otherInput)
  }

  func text(of relation: Relation, in plan: LogicalPlan) -> String {
    "filter r\(input) by \(plan.text(condition, key: relation.key))"
  }
  func check(_ relation: Relation, at index: Int, _ check: inout PlanCheck) {
    check.input(input, of: index, relation)
    check.row(condition, relation.key, "r\(index) \(relation.name)")
  }
}

extension RowExpression {
  /// Key columns that must have one of some listed values for the expression to be true.
  fileprivate var listedKeys: [(column: Int, count: Int)] {
    switch self {
    case .and(let parts): parts.flatMap(\.listedKeys)
    case .isOneOf(.key(let column), let values, negated: false): [(column, values.count)]
    case .compare(.equal, .key(let column), .constant),
      .compare(.equal, .constant, .key(let column)):
      [(column, 1)]
    default: []
    }
  }
}
