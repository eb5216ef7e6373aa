import DataModel
import Plan

/// The nodes of the data path whose tuples the host reads, with what it needs of them.
func exports(
  of plan: LogicalPlan, nodes: [Placement], aggregations: [Placement]
) -> [Export] {
  let reader = HostReader(plan: plan, nodes: nodes, aggregations: aggregations)
  var result: [Export] = []
  for index in plan.nodes.indices where nodes[index].isInDataPath {
    guard var need = reader.need(behind: index) else { continue }
    if nodes[index] == .prefiltered { need.formUnion(reader.own(index)) }
    result.append(
      Export(
        node: index, fields: need.fields.filter { $0.derived == nil }.sorted(),
        needsOrder: need.needsOrder))
  }
  return result
}

/// What the host needs of the tuples of a node.
private struct Need {
  var fields: Set<FieldID> = []
  var needsOrder = false

  mutating func formUnion(_ other: Need) {
    fields.formUnion(other.fields)
    needsOrder = needsOrder || other.needsOrder
  }
}

private struct HostReader {
  let plan: LogicalPlan
  let nodes: [Placement]
  let aggregations: [Placement]

  /// The needs of what reads a node on the host; nil where nothing does.
  func need(behind index: Int) -> Need? {
    var result: Need?
    func add(_ need: Need) {
      var sum = result ?? Need()
      sum.formUnion(need)
      result = sum
    }
    for (position, aggregation) in plan.aggregations.enumerated()
    where aggregation.input == index && !aggregations[position].isInDataPath {
      add(
        Need(
          fields: aggregation.fields,
          needsOrder: aggregation.needsArrivalOrder))
    }
    for group in plan.items where group.input == index {
      add(Need(fields: group.fields, needsOrder: true))
    }
    if let fields = plan.fields(ofOther: index) {
      add(Need(fields: fields, needsOrder: true))
    }
    for output in plan.outputs {
      // Rows of tuples are printed in the order of arrival.
      guard case .tuples(index, let columns) = output.content else { continue }
      add(Need(fields: columns.reduce(into: []) { $0.formUnion($1.fields) }, needsOrder: true))
    }
    for (position, node) in plan.nodes.enumerated()
    where node.input == index && !nodes[position].isInDataPath && !node.operation.makesTuples {
      add(own(position))
      if let need = need(behind: position) { add(need) }
    }
    return result
  }

  /// What a node itself needs of its input's tuples on the host.
  func own(_ index: Int) -> Need {
    let operation = plan.nodes[index].operation
    // On the host alone the first tuple of a key is the one that passes DISTINCT, whole.
    return Need(
      fields: operation.fields,
      needsOrder: operation.needsOrder && nodes[index] != .prefiltered)
  }
}
