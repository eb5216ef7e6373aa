import Plan

extension LogicalPlan {
  /// Why a node has to stay on the host for the sake of item windows; nil where it may leave.
  ///
  /// What is folded into item windows and what asks them must come in one stream, in the order of
  /// arrival: so the data path has at most the nodes that all of it has in common.
  func reasonOfOrder(_ index: Int) -> String? {
    // Rows as tuples have an order of their own, behind all packets of their window.
    let ordered = orderedNodes.filter { sources.contains(root(of: $0)) }
    guard nodes[index].input != nil, ordered.contains(where: { follows($0, index) }) else {
      return nil
    }
    return ordered.allSatisfy { follows($0, index) }
      ? nil : "item windows need its tuples in one order with those of other filters"
  }

  /// Whether a node is another or reads from it.
  private func follows(_ node: Int, _ other: Int) -> Bool {
    var current: Int? = node
    while let index = current, index > other { current = nodes[index].input }
    return current == other
  }
}
