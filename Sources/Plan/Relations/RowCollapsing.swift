import DataModel

/// `COLLAPSE` of rows: the distinct values of some columns of the input's keys.
struct RowCollapsing: RelationFacts {
  private var input: Int
  private let columns: [Int]

  init(_ input: Int, _ columns: [Int]) { (self.input, self.columns) = (input, columns) }

  var operation: Relation.Operation { .collapse(input: input, columns: columns) }
  var inputs: [Int] { [input] }
  mutating func renumber(by numbers: PartNumbers) { input = numbers.relation(input) }

  func keyCounts(of relation: Relation, in plan: LogicalPlan) -> KeyCounts {
    let counts = plan.keyCounts(of: input)
    var own = KeyCounts(columns.map { counts.values[$0] })
    own.lowerRows(to: counts.rows)
    return own
  }
  func isSame(as other: Relation.Operation, _ comparison: inout PlanComparison) -> Bool {
    guard case .collapse(let otherInput, columns) = other else { return false }
    return comparison.isSame(relation: input, otherInput)
  }

  func text(of relation: Relation, in plan: LogicalPlan) -> String {
    "distinct \(relation.key.listText) of r\(input)"
  }
  func check(_ relation: Relation, at index: Int, _ check: inout PlanCheck) {
    let place = "r\(index) \(relation.name)"
    guard (0..<index).contains(input) else {
      return check.violations.append("\(place) reads r\(input)")
    }
    let key = check.plan.relations[input].key
    check.require(
      !columns.isEmpty && columns.allSatisfy { key.indices.contains($0) }
        && columns.map { key[$0] } == relation.key, "\(place): columns")
    check.require(check.plan.relations[input].window == relation.window, "\(place): window")
  }
}
