import DataModel
import Operators

// Relations of rows, the sets that they feed, and outputs.
extension PlanCheck {
  mutating func relations() {
    for (index, relation) in plan.relations.enumerated() {
      relation.operation.facts.check(relation, at: index, &self)
    }
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
