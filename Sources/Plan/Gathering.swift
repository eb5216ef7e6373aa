public import DataModel

/// A union of streams whose tuples are not the same ones: of different sources, or with columns
/// that each has computed for itself. Every tuple of every input is a tuple of the union, with the
/// fields that all have, and the columns of its input under one name.
public struct Gathering: Sendable, Hashable {
  /// One of the united streams.
  public struct Input: Sendable, Hashable {
    /// The node whose tuples it takes.
    public var node: Int
    /// The input's own column for each of ``Gathering/columns``.
    public var columns: [FieldID]

    /// Creates an input.
    public init(node: Int, columns: [FieldID]) {
      self.node = node
      self.columns = columns
    }
  }

  /// The streams.
  public var inputs: [Input]
  /// Computed columns of the union's tuples.
  public var columns: [FieldID]

  /// Creates a union.
  public init(inputs: [Input], columns: [FieldID]) {
    self.inputs = inputs
    self.columns = columns
  }

  /// For plans and EXPLAIN.
  var text: String {
    let names = columns.isEmpty ? "" : " (\(columns.map(\.description).joined(separator: ", ")))"
    return "tuples of \(inputs.map { "n\($0.node)" }.joined(separator: ", "))" + names
  }
}

extension LogicalPlan {
  /// The first node of what a node reads, in whose tuples' order it runs: a source, or what makes
  /// tuples of its own.
  public func start(of node: Int) -> Int {
    var current = node
    while !nodes[current].operation.makesTuples, let input = nodes[current].input {
      current = input
    }
    return current
  }

  /// Every first node of what a node reads, those before unions included.
  public func roots(of node: Int) -> Set<Int> {
    let first = root(of: node)
    guard case .gather(let gathering) = nodes[first].operation else { return [first] }
    return gathering.inputs.reduce(into: [first]) { $0.formUnion(roots(of: $1.node)) }
  }

  /// The fields that a node, the aggregations over it and its tuple outputs read.
  public func fields(readBy node: Int) -> Set<FieldID> {
    var fields = nodes[node].operation.fields
    for aggregation in aggregations where aggregation.input == node {
      fields.formUnion(aggregation.fields)
    }
    for pattern in patterns(over: node) { fields.formUnion(pattern.fields) }
    for waiting in unanswered(askingAt: node) {
      fields.formUnion(waiting.otherKey.map(\.field))
    }
    for group in items where group.input == node { fields.formUnion(group.fields) }
    for output in outputs {
      guard case .tuples(let source, let columns) = output.content, source == node else {
        continue
      }
      for column in columns { fields.formUnion(column.fields) }
    }
    return fields
  }

  /// The fields that a node and everything behind it read of tuples as its source made them.
  public func fields(behind node: Int) -> Set<FieldID> {
    var found = fields(readBy: node)
    for (index, child) in nodes.enumerated() {
      if case .gather(let gathering) = child.operation {
        for input in gathering.inputs where input.node == node {
          found.formUnion(fields(behind: index).filter { $0.derived == nil })
          found.formUnion(input.columns)
        }
      } else if child.input == node, !child.operation.makesTuples {
        found.formUnion(fields(behind: index))
      }
    }
    return found
  }

  /// Nodes whose tuples are united with others of the same source: they run side by side, on the
  /// host, so that a tuple that several have passes once.
  public var unitedNodes: Set<Int> {
    var found: Set<Int> = []
    for node in nodes {
      guard case .anyOf(let inputs) = node.operation else { continue }
      for input in inputs {
        var current: Int? = input
        while let index = current, index != node.input {
          found.insert(index)
          current = nodes[index].input
        }
      }
    }
    return found
  }
}
