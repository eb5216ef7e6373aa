import DataModel

extension PlanCheck {
  mutating func nodes() {
    for (index, node) in plan.nodes.enumerated() {
      require(
        node.operation.isRoot == (node.input == nil),
        "n\(index) has \(node.input.map { "input n\($0)" } ?? "no input")")
      for input in node.operation.otherInputs.union(node.input.map { [$0] } ?? []) {
        require((0..<index).contains(input), "n\(index) reads n\(input)")
      }
      operation(of: node, index)
    }
    if let first = plan.nodes.first, case .source = first.operation {
    } else {
      require(plan.nodes.isEmpty, "n0 is no source")
    }
  }

  private mutating func operation(of node: TupleNode, _ index: Int) {
    let place = "n\(index)"
    switch node.operation {
    case .source: break
    case .rows(let rows): self.rows(rows, place)
    case .filter(let predicate): self.predicate(predicate, place)
    case .filterBeside(let condition): row(condition, [], place)
    case .transform(let transform):
      components(transform.key, place)
      require(!transform.columns.isEmpty, "\(place) computes nothing")
      for column in transform.columns { self.column(column.value, place) }
    case .match(let pattern): self.pattern(pattern, index)
    case .anyOf(let inputs):
      for input in inputs {
        require(
          plan.root(of: input) == plan.root(of: index), "\(place) is of other tuples: n\(input)")
      }
    case .gather(let gathering):
      let lanes = gathering.columns.map(\.field.type.laneCount)
      for input in gathering.inputs {
        require(
          input.columns.map(\.field.type.laneCount) == lanes, "\(place): columns of n\(input.node)")
      }
    case .ticks(let ticks): self.ticks(ticks, place)
    case .unfold: break
    case .examine(let examination): predicate(examination.condition, place)
    case .unanswered(let waiting):
      components(waiting.key + waiting.otherKey, place)
      require(
        !waiting.key.isEmpty && waiting.key.map(\.type) == waiting.otherKey.map(\.type),
        "\(place) waits for another key")
      require(waiting.within >= 0, "\(place): AFTER is negative")
    case .flows(let making): flows(making, of: node.input, place)
    case .distinct(let key, _):
      require(!key.isEmpty, "\(place) has no key")
      components(key, place)
    }
  }

  private mutating func rows(_ rows: RowTuples, _ place: String) {
    guard plan.relations.indices.contains(rows.relation) else {
      return violations.append("\(place): r\(rows.relation)")
    }
    let key = plan.relations[rows.relation].key
    for column in rows.columns { row(column.value, key, place) }
  }

  private mutating func ticks(_ ticks: ItemTicks, _ place: String) {
    guard plan.items.indices.contains(ticks.group) else {
      return violations.append("\(place) prints i\(ticks.group)")
    }
    require(
      plan.items[ticks.group].key.map(\.type) == ticks.key.map(\.type),
      "\(place): key of i\(ticks.group)")
  }

  private mutating func flows(_ making: FlowMaking, of input: Int?, _ place: String) {
    guard plan.aggregations.indices.contains(making.aggregation) else {
      return violations.append("\(place) makes flows of a\(making.aggregation)")
    }
    let table = plan.aggregations[making.aggregation]
    require(
      table.input == input && table.key == FlowMaking.key
        && table.form == .words(FlowMaking.layout) && table.window == making.pane,
      "\(place) makes flows of what is no table of flows")
  }

  private mutating func pattern(_ pattern: Pattern, _ index: Int) {
    let place = "n\(index)"
    require((1...Pattern.edgesMax).contains(pattern.edges.count), "\(place): number of edges")
    for edge in pattern.edges {
      require((0..<index).contains(edge.input), "\(place): input of \(edge.name)")
      require(
        pattern.vertices.indices.contains(edge.source)
          && pattern.vertices.indices.contains(edge.target), "\(place): ends of \(edge.name)")
    }
    components([pattern.source, pattern.target], place)
    require(pattern.source.type == pattern.target.type, "\(place): ends of two types")
    for bound in pattern.times {
      require(
        pattern.edges.indices.contains(bound.later.edge)
          && pattern.edges.indices.contains(bound.earlier.edge), "\(place): times")
    }
    require(!pattern.bounds.isContradictory, "\(place): times contradict each other")
    for pair in pattern.unequal {
      require(
        pattern.vertices.indices.contains(pair.second) && pair.first != pair.second,
        "\(place): unequal vertices")
    }
    for column in pattern.carried {
      require(pattern.edges.indices.contains(column.edge), "\(place): edge of \(column.name)")
    }
    for comparison in pattern.comparisons {
      require(
        comparison.vertices.allSatisfy { pattern.vertices.indices.contains($0) },
        "\(place): vertices of a comparison")
    }
  }
}
