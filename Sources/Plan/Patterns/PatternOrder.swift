import DataModel

extension LogicalPlan {
  /// The edges of a pattern in the order in which the search binds them once the edge `last`, which
  /// starts last, has a tuple.
  ///
  /// Both ends known before one end known, one end before none; then the edges whose tuples more
  /// conditions select. Between edges of which one end is known the search itself takes the one
  /// whose vertex has fewer tuples at that moment.
  public func searchOrder(of pattern: Pattern, from last: Int) -> [Int] {
    var order = [last]
    var known: Set<Int> = [pattern.edges[last].source, pattern.edges[last].target]
    while order.count < pattern.edges.count {
      let rest = pattern.edges.indices.filter { !order.contains($0) }
      let next = rest.min { a, b in
        rank(pattern.edges[a], known, a) < rank(pattern.edges[b], known, b)
      }
      guard let next else { break }
      order.append(next)
      known.formUnion([pattern.edges[next].source, pattern.edges[next].target])
    }
    return order
  }

  private func rank(
    _ edge: Pattern.Edge, _ known: Set<Int>, _ index: Int
  ) -> (Int, Int, Int) {
    let ends = [edge.source, edge.target].count { known.contains($0) }
    return (-ends, -selectivity(of: edge.input), index)
  }

  /// How many conditions select the tuples of a node.
  public func selectivity(of node: Int) -> Int {
    var found = 0
    var current: Int? = node
    while let index = current {
      found += nodes[index].operation.selectivity
      current = nodes[index].input
    }
    return found
  }

  /// Whether tuples of the node are matches of a pattern, or come from such.
  public func isBehindMatch(_ node: Int) -> Bool { match(before: node) != nil }

  /// Whether tuples of the node come in the order of their times, in whatever order tuples came.
  public func isSettled(_ node: Int) -> Bool {
    var current: Int? = node
    while let index = current, nodes.indices.contains(index) {
      if nodes[index].operation.settles { return true }
      current = nodes[index].input
    }
    return false
  }

  /// The pattern whose matches a node's tuples are made of.
  public func match(before node: Int) -> Pattern? {
    guard let found = matchNode(before: node),
      case .match(let pattern) = nodes[found].operation
    else { return nil }
    return pattern
  }

  /// The node of the pattern whose matches a node's tuples are made of.
  public func matchNode(before node: Int) -> Int? {
    var current: Int? = node
    while let index = current, nodes.indices.contains(index) {
      if nodes[index].operation.isMatch { return index }
      current = nodes[index].input
    }
    return nil
  }

  /// A pattern on one line.
  public func text(of pattern: Pattern) -> String {
    func name(_ time: EdgeTime) -> String {
      "\(time.isEnd ? "end" : "start")(\(pattern.edges[time.edge].name))"
    }
    let edges = pattern.edges.map { edge in
      "\(pattern.vertices[edge.source]) -\(edge.name) n\(edge.input)-> "
        + pattern.vertices[edge.target]
    }
    let times = pattern.times.map { bound in
      let (later, earlier) = (name(bound.later), name(bound.earlier))
      if bound.most == 0 { return "\(later) <= \(earlier)" }
      if bound.most == -1 { return "\(later) < \(earlier)" }
      let most = Timestamp.durationText(bound.most)
      return "\(later) - \(earlier) <= \(most)"
    }
    let unequal = pattern.unequal.map {
      "\(pattern.vertices[$0.first]) != \(pattern.vertices[$0.second])"
    }
    let carried = pattern.carried.map { "with \($0.name)" }
    let parts =
      edges + times + unequal + pattern.comparisons.map { text(of: $0, in: pattern) } + carried
    return "match by (\(pattern.source.text), \(pattern.target.text)): "
      + parts.joined(separator: "; ")
  }

  /// A comparison of what side tables say of vertices.
  public func text(of comparison: VertexComparison, in pattern: Pattern) -> String {
    func operand(_ value: VertexComparison.Operand) -> String {
      switch value {
      case .attribute(let table, let name, let vertex):
        let own = tables.indices.contains(table) ? tables[table].name : "?"
        return "\(own)(\(pattern.vertices[vertex])).\(name)"
      case .text(let text): return "\"\(text)\""
      case .number(let number): return "\(number)"
      }
    }
    return "\(operand(comparison.left)) \(comparison.comparison.rawValue) "
      + operand(comparison.right)
  }

  /// Gives patterns, and what waits, a step that divides every window, so that a window over what
  /// comes of them has all of its own when it closes.
  public mutating func settleTicks() {
    let windows = aggregations.map(\.window) + nodes.compactMap(\.operation.window)
    guard let tick = Window(dividing: windows) else { return }
    for index in nodes.indices {
      var facts = nodes[index].operation.facts
      facts.settle(in: tick)
      nodes[index].operation = facts.operation
    }
  }

  /// How long a pattern keeps edges, and in which order it looks for them; empty for other nodes.
  public func searchText(of node: TupleNode) -> String { node.operation.facts.searchText(in: self) }
}
