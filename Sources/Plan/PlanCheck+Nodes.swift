extension PlanCheck {
  mutating func nodes() {
    for (index, node) in plan.nodes.enumerated() {
      require(
        node.operation.isRoot == (node.input == nil),
        "n\(index) has \(node.input.map { "input n\($0)" } ?? "no input")")
      for input in node.operation.otherInputs.union(node.input.map { [$0] } ?? []) {
        require((0..<index).contains(input), "n\(index) reads n\(input)")
      }
      node.operation.facts.check(node, at: index, &self)
    }
    if let first = plan.nodes.first, case .source = first.operation {
    } else {
      require(plan.nodes.isEmpty, "n0 is no source")
    }
  }
}
