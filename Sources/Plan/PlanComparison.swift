import DataModel

/// Whether parts of two plans mean the same.
///
/// Sets lead back from rows to filters, so a comparison may meet itself: two sets are the same
/// unless something tells them apart.
struct PlanComparison {
  let old: LogicalPlan
  let new: LogicalPlan
  private var assumed: Set<[Int]> = []

  init(old: LogicalPlan, new: LogicalPlan) {
    self.old = old
    self.new = new
  }

  mutating func isSame(node a: Int, _ b: Int) -> Bool {
    let (x, y) = (old.nodes[a], new.nodes[b])
    guard x.operation.facts.isSame(as: y.operation, &self) else { return false }
    guard let inputA = x.input, let inputB = y.input else { return x.input == y.input }
    return isSame(node: inputA, inputB)
  }

  mutating func isSame(aggregation a: Int, _ b: Int) -> Bool {
    let (x, y) = (old.aggregations[a], new.aggregations[b])
    return x.key == y.key && x.window == y.window && x.form == y.form
      && x.summary == y.summary && old.lateness == new.lateness && isSame(node: x.input, y.input)
  }

  mutating func isSame(set a: Int, _ b: Int) -> Bool {
    guard assumed.insert([a, b]).inserted else { return true }
    let (x, y) = (old.sets[a], new.sets[b])
    let isSame =
      x.columns == y.columns && x.types == y.types && old.effectLag == new.effectLag
      && self.isSame(relation: x.relation, y.relation)
    assumed.remove([a, b])
    return isSame
  }

  mutating func isSame(relation a: Int, _ b: Int) -> Bool {
    let (x, y) = (old.relations[a], new.relations[b])
    guard x.key == y.key, x.window == y.window else { return false }
    return x.operation.facts.isSame(as: y.operation, &self)
  }

  mutating func isSame(relations a: [Int], _ b: [Int]) -> Bool {
    guard a.count == b.count else { return false }
    for (x, y) in zip(a, b) where !isSame(relation: x, y) { return false }
    return true
  }

  mutating func isSame(_ a: TuplePredicate, _ b: TuplePredicate) -> Bool {
    isSame(RowExpression.tuple(.condition(a)), .tuple(.condition(b)))
  }

  mutating func isSame(_ a: RowExpression, _ b: RowExpression) -> Bool {
    let (x, y) = (Anonymous(a), Anonymous(b))
    guard x.expression == y.expression, isSame(sets: x.sets, y.sets),
      x.features.count == y.features.count, x.relations.count == y.relations.count
    else { return false }
    for (p, q) in zip(x.features, y.features) {
      guard old.features[p].call == new.features[q].call,
        old.features[p].back == new.features[q].back,
        isSame(aggregation: old.features[p].aggregation, new.features[q].aggregation)
      else { return false }
    }
    for (p, q) in zip(x.relations, y.relations) where !isSame(relation: p, q) { return false }
    return true
  }

  private mutating func isSame(sets a: [Int], _ b: [Int]) -> Bool {
    guard a.count == b.count else { return false }
    for (x, y) in zip(a, b) where !isSame(set: x, y) { return false }
    return true
  }

  /// An expression without the indices in it, and the indices in their order.
  private struct Anonymous {
    let expression: RowExpression
    let features: [Int]
    let relations: [Int]
    let sets: [Int]

    init(_ expression: RowExpression) {
      var (features, relations, sets): ([Int], [Int], [Int]) = ([], [], [])
      func hide(_ index: Int, in found: inout [Int]) -> Int {
        found.append(index)
        return 0
      }
      let numbers = PartNumbers(
        feature: { hide($0, in: &features) }, relation: { hide($0, in: &relations) },
        set: { hide($0, in: &sets) })
      self.expression = expression.renumbered(by: numbers)
      (self.features, self.relations, self.sets) = (features, relations, sets)
    }
  }
}
