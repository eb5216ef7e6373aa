import DataModel

/// The keys that an aggregation has in the window.
struct RowsOfKeys: RelationFacts {
  private var aggregation: Int

  init(_ aggregation: Int) { self.aggregation = aggregation }

  var operation: Relation.Operation { .keys(domain: aggregation) }
  var domain: Int? { aggregation }
  var inputs: [Int] { [] }
  mutating func renumber(by numbers: PartNumbers) {
    aggregation = numbers.aggregation(aggregation)
  }

  func keyCounts(of relation: Relation, in plan: LogicalPlan) -> KeyCounts {
    KeyCounts(of: relation.key)
  }
  func isSame(as other: Relation.Operation, _ comparison: inout PlanComparison) -> Bool {
    guard case .keys(let other) = other else { return false }
    return comparison.isSame(aggregation: aggregation, other)
  }

  func text(of relation: Relation, in plan: LogicalPlan) -> String { "keys of a\(aggregation)" }
  func check(_ relation: Relation, at index: Int, _ check: inout PlanCheck) {
    let place = "r\(index) \(relation.name)"
    guard check.plan.aggregations.indices.contains(aggregation) else {
      return check.violations.append("\(place): domain")
    }
    let own = check.plan.aggregations[aggregation]
    check.require(own.key == relation.key, "\(place): key of its domain")
    check.require(own.window == relation.window, "\(place): window of its domain")
  }
}
