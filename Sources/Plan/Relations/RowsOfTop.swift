import DataModel

/// `TOP`: the rows of the input with the largest values, within each value of some columns.
struct RowsOfTop: RelationFacts {
  private var input: Int
  private let count: Int
  private var value: RowExpression
  private let groups: [Int]

  init(_ input: Int, _ count: Int, _ value: RowExpression, _ groups: [Int]) {
    (self.input, self.count, self.value, self.groups) = (input, count, value, groups)
  }

  var operation: Relation.Operation { .top(input: input, count: count, by: value, per: groups) }
  var inputs: [Int] { [input] }
  var expressions: [RowExpression] { [value] }
  mutating func renumber(by numbers: PartNumbers) {
    input = numbers.relation(input)
    value = value.renumbered(by: numbers)
  }

  func keyCounts(of relation: Relation, in plan: LogicalPlan) -> KeyCounts {
    var counts = plan.keyCounts(of: input)
    counts.lowerRows(to: groups.reduce(Double(count)) { $0 * counts.values[$1] })
    return counts
  }
  func isSame(as other: Relation.Operation, _ comparison: inout PlanComparison) -> Bool {
    guard case .top(let otherInput, count, let otherValue, groups) = other else { return false }
    return comparison.isSame(value, otherValue) && comparison.isSame(relation: input, otherInput)
  }

  func text(of relation: Relation, in plan: LogicalPlan) -> String {
    let names = groups.map { relation.key[$0].name }.joined(separator: ", ")
    return "top \(count) of r\(input) by \(plan.text(value, key: relation.key))"
      + (names.isEmpty ? "" : " per \(names)")
  }
  func check(_ relation: Relation, at index: Int, _ check: inout PlanCheck) {
    let place = "r\(index) \(relation.name)"
    check.input(input, of: index, relation)
    check.require(count > 0, "\(place): keeps nothing")
    check.row(value, relation.key, place)
    check.require(groups.allSatisfy { relation.key.indices.contains($0) }, "\(place): PER")
  }
}
