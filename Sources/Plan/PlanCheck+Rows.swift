import DataModel
import Operators

// Relations of rows, the sets that they feed, and outputs.
extension PlanCheck {
  mutating func relations() {
    for (index, relation) in plan.relations.enumerated() {
      let place = "r\(index) \(relation.name)"
      switch relation.operation {
      case .keys(let domain):
        guard plan.aggregations.indices.contains(domain) else {
          violations.append("\(place): domain")
          continue
        }
        require(plan.aggregations[domain].key == relation.key, "\(place): key of its domain")
        require(
          plan.aggregations[domain].window == relation.window, "\(place): window of its domain")
      case .filter(let input, let condition):
        self.input(input, of: index, relation)
        row(condition, relation.key, place)
      case .top(let input, let count, let by, let per):
        self.input(input, of: index, relation)
        require(count > 0, "\(place): keeps nothing")
        row(by, relation.key, place)
        require(per.allSatisfy { relation.key.indices.contains($0) }, "\(place): PER")
      case .join(_, let inputs): join(inputs, of: index, relation)
      case .collapse(let input, let columns):
        guard (0..<index).contains(input) else {
          violations.append("\(place) reads r\(input)")
          continue
        }
        let key = plan.relations[input].key
        require(
          !columns.isEmpty && columns.allSatisfy { key.indices.contains($0) }
            && columns.map { key[$0] } == relation.key, "\(place): columns")
        require(plan.relations[input].window == relation.window, "\(place): window")
      }
    }
  }

  private mutating func join(_ inputs: [JoinInput], of index: Int, _ relation: Relation) {
    let place = "r\(index) \(relation.name)"
    require(inputs.count > 1, "\(place): joins nothing")
    for input in inputs {
      guard (0..<index).contains(input.relation) else {
        violations.append("\(place) reads r\(input.relation)")
        continue
      }
      let other = plan.relations[input.relation]
      require(other.window == relation.window, "\(place): window of r\(input.relation)")
      require(
        input.columns.sorted() == Array(relation.key.indices)
          && input.columns.map { relation.key[$0].type } == other.key.map(\.type),
        "\(place): key of r\(input.relation)")
    }
  }

  private mutating func input(_ input: Int, of index: Int, _ relation: Relation) {
    guard (0..<index).contains(input) else { return violations.append("r\(index) reads r\(input)") }
    require(plan.relations[input].key == relation.key, "r\(index): key of its input")
    require(plan.relations[input].window == relation.window, "r\(index): window of its input")
  }

  mutating func sets() {
    for (index, set) in plan.sets.enumerated() {
      guard plan.relations.indices.contains(set.relation) else {
        violations.append("set\(index): relation \(set.relation)")
        continue
      }
      let relation = plan.relations[set.relation]
      require(
        set.columns.allSatisfy { relation.key.indices.contains($0) }
          && set.columns.map { relation.key[$0].type } == set.types, "set\(index): columns")
      require(plan.setLag < relation.window.slide, "set\(index): lag beyond its window")
    }
  }

  mutating func outputs() {
    for (index, output) in plan.outputs.enumerated() {
      let place = "output \(output.name)"
      targets(index, place)
      switch output.content {
      case .rows(let relation, let expressions):
        guard plan.relations.indices.contains(relation) else {
          violations.append("\(place): relation")
          continue
        }
        require(expressions.count == output.schema.columns.count, "\(place): columns")
        require(output.schema.isWindowed, "\(place): rows belong to windows")
        for expression in expressions { row(expression, plan.relations[relation].key, place) }
      case .tuples(let node, let columns):
        guard plan.nodes.indices.contains(node) else {
          violations.append("\(place): node")
          continue
        }
        require(columns.count == output.schema.columns.count, "\(place): columns")
        require(
          output.schema.isWindowed == (plan.ticks(before: node) != nil),
          "\(place): ticks have windows, other tuples none")
        for column in columns { self.column(column, place) }
      }
    }
  }

  private mutating func targets(_ index: Int, _ place: String) {
    let targets = plan.outputs[index].targets
    require(Set(targets).count == targets.count, "\(place): a target twice")
    for target in targets {
      guard let sink = SinkCatalogue.named(target.sink), sink.refusal == nil else {
        violations.append("\(place): no sink \(target.sink)")
        continue
      }
      require(sink.objection(to: target.target) == nil, "\(place): target of \(target)")
      if case .rows(let relation, _) = plan.outputs[index].content,
        !plan.relations.indices.contains(relation)
      {
        continue
      }
      require(plan.obstacle(toSending: index, to: target) == nil, "\(place): \(target)")
    }
  }
}
