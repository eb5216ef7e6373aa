import DataModel
import Plan

/// New indices of a plan's parts: equal new indices merge parts, nil drops them.
///
/// Of merged parts the first stays. Indices must ascend over the parts that stay, so that every
/// array remains in topological order.
struct Renumbering {
  var nodes: [Int?]
  var aggregations: [Int?]
  var features: [Int?]
  var relations: [Int?]
  var sets: [Int?]
  var items: [Int?]
  var itemFeatures: [Int?]

  /// Everything stays.
  init(keeping plan: LogicalPlan) {
    nodes = Array(plan.nodes.indices)
    aggregations = Array(plan.aggregations.indices)
    features = Array(plan.features.indices)
    relations = Array(plan.relations.indices)
    sets = Array(plan.sets.indices)
    items = Array(plan.items.indices)
    itemFeatures = Array(plan.itemFeatures.indices)
  }

  /// The indices after each part was sent to its `representative` (an earlier part or itself).
  static func merging(_ representatives: [Int]) -> [Int?] {
    var next = 0
    var result: [Int?] = []
    for (index, representative) in representatives.enumerated() {
      if representative == index {
        result.append(next)
        next += 1
      } else {
        result.append(result[representative])
      }
    }
    return result
  }

  /// The indices after only the parts that are `used` stay.
  static func keeping(_ used: [Bool]) -> [Int?] {
    var next = 0
    return used.map { isUsed in
      guard isUsed else { return nil }
      next += 1
      return next - 1
    }
  }

  /// The plan under the new indices.
  func apply(to plan: LogicalPlan) -> LogicalPlan {
    var result = plan
    let numbers = numbers
    result.nodes = kept(plan.nodes, nodes).map { node in
      var node = node
      node.input = node.input.map(numbers.node)
      node.operation = node.operation.renumbered(by: numbers)
      return node
    }
    result.aggregations = kept(plan.aggregations, aggregations, moving: \.input, by: nodes)
    result.features = kept(plan.features, features, moving: \.aggregation, by: aggregations)
    result.items = kept(plan.items, items, moving: \.input, by: nodes)
    result.itemFeatures = kept(plan.itemFeatures, itemFeatures, moving: \.group, by: items)
    result.relations = kept(plan.relations, relations).map { relation in
      var relation = relation
      relation.operation = relation.operation.renumbered(by: numbers)
      return relation
    }
    result.sets = kept(plan.sets, sets, moving: \.relation, by: relations)
    result.outputs = plan.outputs.map { output in
      var output = output
      switch output.content {
      case .rows(let relation, let columns):
        output.content = .rows(
          relation: numbers.relation(relation), columns.map { $0.renumbered(by: numbers) })
      case .tuples(let node, let columns):
        output.content = .tuples(
          node: numbers.node(node), columns.map { $0.renumbered(by: numbers) })
      }
      return output
    }
    return result
  }

  private func kept<Part>(_ parts: [Part], _ indices: [Int?]) -> [Part] {
    var result: [Part] = []
    for (part, index) in zip(parts, indices) where index == result.count { result.append(part) }
    return result
  }

  /// The parts that stay, with an index that each has of another part under its new number.
  private func kept<Part>(
    _ parts: [Part], _ indices: [Int?], moving index: WritableKeyPath<Part, Int>,
    by others: [Int?]
  ) -> [Part] {
    var result = kept(parts, indices)
    for place in result.indices {
      result[place][keyPath: index] = at(others, result[place][keyPath: index])
    }
    return result
  }

  private var numbers: PartNumbers {
    PartNumbers(
      node: { at(nodes, $0) }, aggregation: { at(aggregations, $0) },
      feature: { at(features, $0) }, relation: { at(relations, $0) }, set: { at(sets, $0) },
      items: { at(items, $0) }, itemFeature: { at(itemFeatures, $0) })
  }

  private func at(_ indices: [Int?], _ index: Int) -> Int {
    guard let new = indices[index] else { preconditionFailure("a dropped part is still used") }
    return new
  }
}

extension RowExpression {
  /// The features, sets and relations that the expression reads.
  var reads: (features: Set<Int>, sets: Set<Int>, relations: Set<Int>) {
    var features: Set<Int> = []
    var sets: Set<Int> = []
    var relations: Set<Int> = []
    for part in parts {
      switch part {
      case .feature(let index, _): features.insert(index)
      case .inSet(let set, _, _, _): sets.insert(set.index)
      case .inEffect(let relation, _, _), .whereRow(let relation, _, _, _):
        relations.insert(relation)
      case .tuple(.condition(let condition)): sets.formUnion(condition.sets.map(\.index))
      default: break
      }
    }
    return (features, sets, relations)
  }
}
