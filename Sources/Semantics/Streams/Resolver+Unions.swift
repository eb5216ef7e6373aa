import DataModel
import Diagnostics
import Plan
import Syntax

// UNION of streams that filters made of one stream (language.md §2).
extension Resolver {
  /// `UNION A, B, …`: the tuples that are in any of them, each once.
  mutating func resolve(_ node: Union) -> Meaning {
    var inputs: [TupleStream] = []
    for input in node.inputs {
      if let stream = tupleStream(input, for: "UNION") { inputs.append(stream) }
    }
    guard inputs.count == node.inputs.count, let first = inputs.first, inputs.count > 1 else {
      return .invalid
    }
    let paths = inputs.map { conditions(of: $0.node) }
    let common = paths[0].first { step in
      paths.allSatisfy { path in path.contains { $0.node == step.node } }
    }
    guard let common else {
      notSupported(
        "UNION of streams that are not filters of one stream", keyword(of: node.range),
        notes: [
          Diagnostic.Note("several interfaces are one source: PacketStream(\"eth0\", \"eth1\")")
        ])
      return .invalid
    }
    let whole = paths.map { path -> TuplePredicate in
      let parts = path.first { $0.node == common.node }?.conditions ?? []
      return parts.count == 1 ? parts[0] : .and(parts)
    }
    var stream = first
    stream.node = common.node
    // An input without a condition of its own has all of the others' tuples.
    if !whole.contains(.and([])) {
      stream.node = add(.filter(.or(whole)), to: common.node, range: node.range)
    }
    if inputs.contains(where: { $0.key != first.key }) { stream.key = nil }
    if inputs.contains(where: { $0.latest != first.latest }) { stream.latest = [] }
    return .tuples(stream)
  }

  /// The nodes that a stream comes from by filters alone, the nearest first, each with the
  /// conditions behind it.
  private func conditions(of node: Int) -> [(node: Int, conditions: [TuplePredicate])] {
    var steps: [(node: Int, conditions: [TuplePredicate])] = [(node, [])]
    while let last = steps.last, plan.nodes.indices.contains(last.node),
      case .filter(let condition) = plan.nodes[last.node].operation,
      let input = plan.nodes[last.node].input
    {
      steps.append((input, [condition] + last.conditions))
    }
    return steps
  }
}
