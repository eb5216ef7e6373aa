import DataModel
import Plan

/// Drops what no output hangs on.
///
/// Helps: a feature that is named and never printed costs a table.
/// Would be wrong if it overlooked the way back: a set that a used filter asks keeps the rows
/// that feed it, and all that they are computed from.
struct DropUnused: RewriteRule {
  let name = "DropUnused"

  func rewrite(_ plan: LogicalPlan) -> LogicalPlan {
    var use = Use(plan)
    for output in plan.outputs { use.mark(output) }
    let all = [
      use.nodes, use.aggregations, use.features, use.relations, use.sets, use.items,
      use.itemFeatures,
    ]
    guard all.contains(where: { $0.contains(false) }) else { return plan }
    var renumbering = Renumbering(keeping: plan)
    renumbering.nodes = Renumbering.keeping(use.nodes)
    renumbering.aggregations = Renumbering.keeping(use.aggregations)
    renumbering.features = Renumbering.keeping(use.features)
    renumbering.relations = Renumbering.keeping(use.relations)
    renumbering.sets = Renumbering.keeping(use.sets)
    renumbering.items = Renumbering.keeping(use.items)
    renumbering.itemFeatures = Renumbering.keeping(use.itemFeatures)
    return renumbering.apply(to: plan)
  }
}

/// What the outputs of a plan hang on.
private struct Use {
  let plan: LogicalPlan
  var nodes: [Bool]
  var aggregations: [Bool]
  var features: [Bool]
  var relations: [Bool]
  var sets: [Bool]
  var items: [Bool]
  var itemFeatures: [Bool]

  init(_ plan: LogicalPlan) {
    self.plan = plan
    nodes = plan.nodes.map { _ in false }
    aggregations = plan.aggregations.map { _ in false }
    features = plan.features.map { _ in false }
    relations = plan.relations.map { _ in false }
    sets = plan.sets.map { _ in false }
    items = plan.items.map { _ in false }
    itemFeatures = plan.itemFeatures.map { _ in false }
  }

  mutating func mark(_ output: Output) {
    switch output.content {
    case .tuples(let node, let columns):
      mark(node: node)
      for column in columns { mark(.tuple(column)) }
    case .rows(let relation, let columns):
      mark(relation: relation)
      for column in columns { mark(column) }
    }
  }

  private mutating func mark(node index: Int) {
    guard !nodes[index] else { return }
    nodes[index] = true
    if let input = plan.nodes[index].input { mark(node: input) }
    let operation = plan.nodes[index].operation
    for expression in operation.expressions { mark(expression) }
    for input in operation.otherInputs { mark(node: input) }
    if let aggregation = operation.aggregation { mark(aggregation: aggregation) }
    if let relation = operation.relation { mark(relation: relation) }
    if let group = operation.items { mark(items: group) }
  }

  private mutating func mark(items group: Int) {
    guard !items[group] else { return }
    items[group] = true
    mark(node: plan.items[group].input)
  }

  private mutating func mark(aggregation index: Int) {
    guard !aggregations[index] else { return }
    aggregations[index] = true
    mark(node: plan.aggregations[index].input)
  }

  private mutating func mark(relation index: Int) {
    guard !relations[index] else { return }
    relations[index] = true
    let operation = plan.relations[index].operation
    if let domain = operation.domain { mark(aggregation: domain) }
    for input in operation.inputs { mark(relation: input) }
    for expression in operation.expressions { mark(expression) }
  }

  private mutating func mark(set index: Int) {
    guard !sets[index] else { return }
    sets[index] = true
    mark(relation: plan.sets[index].relation)
  }

  private mutating func mark(_ expression: RowExpression) {
    let reads = expression.reads
    for index in reads.features where !features[index] {
      features[index] = true
      mark(aggregation: plan.features[index].aggregation)
    }
    for (index, _) in expression.current where !itemFeatures[index] {
      itemFeatures[index] = true
      mark(items: plan.itemFeatures[index].group)
    }
    for index in reads.sets { mark(set: index) }
    for index in reads.relations { mark(relation: index) }
  }
}
