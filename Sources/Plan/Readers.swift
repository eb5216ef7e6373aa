public import DataModel

// Who reads whose tuples.
extension LogicalPlan {
  /// The nodes that packets or records come from.
  public var sources: [Int] {
    nodes.indices.filter { if case .source = nodes[$0].operation { true } else { false } }
  }

  /// The first node of what a node reads: a source of packets or records, or rows.
  public func root(of node: Int) -> Int {
    var current = node
    while let input = nodes[current].input { current = input }
    return current
  }

  /// The first node of what a node reads, in whose tuples' order it runs: a source, or what makes
  /// tuples of its own.
  public func start(of node: Int) -> Int {
    var current = node
    while !nodes[current].operation.makesTuples, !nodes[current].operation.isUnfolding,
      let input = nodes[current].input
    {
      current = input
    }
    return current
  }

  /// Every first node of what a node reads, those before unions included.
  public func roots(of node: Int) -> Set<Int> {
    let first = root(of: node)
    return nodes[first].operation.otherInputs.reduce(into: [first]) { $0.formUnion(roots(of: $1)) }
  }

  /// How many read each node's tuples: nodes, aggregations, groups of items and outputs.
  public var readerCounts: [Int] {
    var counts = [Int](repeating: 0, count: nodes.count)
    let inputs = nodes.flatMap { $0.operation.otherInputs + ($0.input.map { [$0] } ?? []) }
    let printed = outputs.compactMap { output in
      if case .tuples(let node, _) = output.content { node } else { nil }
    }
    for node in inputs + aggregations.map(\.input) + items.map(\.input) + printed {
      counts[node] += 1
    }
    return counts
  }

  /// The fields that operations read of a node's tuples beside an input of their own, with those
  /// that unions hand on; nil where there is no such operation.
  public func fields(ofOther node: Int) -> Set<FieldID>? {
    var found: Set<FieldID>?
    for (index, other) in nodes.enumerated() {
      guard var fields = other.operation.fields(ofOther: node) else { continue }
      if other.operation.isGathering {
        fields.formUnion(self.fields(behind: index).filter { $0.derived == nil })
      }
      found = fields.union(found ?? [])
    }
    return found
  }

  /// The fields that a node and everything behind it read of tuples as its source made them.
  public func fields(behind node: Int) -> Set<FieldID> {
    nodes[node].operation.fields.union(fields(after: node))
  }

  /// The fields that everything behind a node reads of the tuples that it hands on.
  public func fields(after node: Int) -> Set<FieldID> {
    var found = fields(ofOther: node) ?? []
    for aggregation in aggregations where aggregation.input == node {
      found.formUnion(aggregation.fields)
    }
    for group in items where group.input == node { found.formUnion(group.fields) }
    for output in outputs {
      guard case .tuples(node, let columns) = output.content else { continue }
      for column in columns { found.formUnion(column.fields) }
    }
    for (index, child) in nodes.enumerated()
    where child.input == node && !child.operation.makesTuples {
      found.formUnion(fields(behind: index))
    }
    return found
  }
}
