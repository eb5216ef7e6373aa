import DataModel
import Operators

/// Checks what every plan promises; a violation is a bug of the compiler, never of a program.
public enum PlanVerifier {
  /// Traps in debug builds where the plan breaks a promise, naming the `rule` that made it.
  public static func check(_ plan: LogicalPlan, after rule: String = "resolve") {
    assert(violations(of: plan).isEmpty, "after \(rule): \(violations(of: plan))\n\(plan)")
  }

  /// What the plan breaks, in words; empty for a sound plan.
  public static func violations(of plan: LogicalPlan) -> [String] {
    var check = PlanCheck(plan: plan)
    check.nodes()
    check.aggregations()
    check.features()
    check.items()
    check.relations()
    check.sets()
    check.outputs()
    return check.violations
  }
}

/// The promises of a plan, part by part; those of nodes are in `PlanCheck+Nodes.swift`.
struct PlanCheck {
  let plan: LogicalPlan
  var violations: [String] = []

  mutating func require(_ condition: Bool, _ what: String) {
    if !condition { violations.append(what) }
  }

  mutating func components(_ key: [KeyComponent], _ place: String) {
    for component in key {
      let own = component.field.field.type
      var fits = component.type == own || (component.type == .ip && own.isAddress)
      if case (.unsigned(let a), .unsigned(let b)) = (own, component.type) { fits = a <= b }
      require(fits, "\(place): \(component.name) is \(component.type), its field \(own)")
      require(
        component.mask == nil || component.type.isAddress,
        "\(place): \(component.name) is masked but no address")
      require(component.type != .string && component.type != .ranking, "\(place): key of text")
    }
  }

  mutating func predicate(_ predicate: TuplePredicate, _ place: String) {
    switch predicate {
    case .constant: break
    case .compare(_, let a, let b):
      expression(a, place)
      expression(b, place)
    case .isOneOf(let operand, let list, _):
      expression(operand, place)
      require(
        zip(list, list.dropFirst()).allSatisfy { $0 < $1 }, "\(place): list out of order")
    case .compareAddress(_, let a, let b):
      for field in [a, b].compactMap(\.field) {
        require(field.field.type.isAddress, "\(place): \(field) is no address")
      }
    case .inPrefixes(let field, _, _):
      require(field.field.type.isAddress, "\(place): \(field) is no address")
    case .inSet(let set, let key, let within, _):
      guard plan.sets.indices.contains(set.index) else {
        return violations.append("\(place) asks \(set)")
      }
      components(key, place)
      require(within >= 0, "\(place): WITHIN is negative")
      require(
        key.map(\.type) == plan.sets[set.index].types,
        "\(place) asks \(set) with \(key.map(\.type)), not \(plan.sets[set.index].types)")
    case .and(let parts), .or(let parts): for part in parts { self.predicate(part, place) }
    case .not(let part): self.predicate(part, place)
    }
  }

  private mutating func expression(_ expression: TupleExpression, _ place: String) {
    require(expression.range != nil, "\(place): \(expression.text) may leave 64 bits")
    let isColumn = if case .field = expression { true } else { false }
    require(
      isColumn || !expression.fields.contains { $0.field.type == .float },
      "\(place): \(expression.text) computes with real numbers")
    for field in expression.fields {
      require(field.field.type.laneCount == 1, "\(place): \(field) has two lanes")
    }
  }

  mutating func aggregations() {
    for (index, aggregation) in plan.aggregations.enumerated() {
      let place = "a\(index)"
      require(plan.nodes.indices.contains(aggregation.input), "\(place): input")
      components(aggregation.key, place)
      switch aggregation.form {
      case .words(let layout):
        require(layout.reductions.first == .tuples, "\(place): word 0 counts tuples")
        for operand in layout.reductions.compactMap(\.operand) { expression(operand, place) }
      case .distinct(let items, let precision):
        require(!items.isEmpty && (4...16).contains(precision), "\(place): distinct form")
        components(items, place)
      case .tally(let items, let weight):
        require(!items.isEmpty, "\(place): tally of nothing")
        components(items, place)
        if let weight { expression(weight, place) }
      }
    }
  }

  mutating func features() {
    for (index, feature) in plan.features.enumerated() {
      let place = "f\(index) \(feature.name)"
      guard plan.aggregations.indices.contains(feature.aggregation) else {
        violations.append("\(place): aggregation")
        continue
      }
      let operation = feature.operation
      require(
        operation.summary(feature.call) == plan.aggregations[feature.aggregation].summary,
        "\(place): other summary than its aggregation's")
      require(operation.resultType(feature.call) == feature.type, "\(place): type")
      switch (plan.aggregations[feature.aggregation].form, operation.state(feature.call)) {
      case (.words(let layout), .words(let reductions)):
        require(
          reductions.allSatisfy { layout.offset(of: $0) != nil }, "\(place): words are missing")
      case (.distinct(let a, let p), .distinct(let b, let q)):
        require(a == b && p == q, "\(place): other items")
      case (.tally(let a, let v), .tally(let b, let w)):
        require(a == b && v == w, "\(place): other items")
      default: violations.append("\(place): other state than its aggregation's")
      }
    }
  }

  mutating func items() {
    for (index, group) in plan.items.enumerated() {
      require(plan.nodes.indices.contains(group.input), "i\(index): input")
      components(group.key, "i\(index)")
      components(group.latest, "i\(index)")
      for state in group.states { require(state.items > 0, "i\(index): empty window") }
    }
    for (index, feature) in plan.itemFeatures.enumerated() {
      guard plan.items.indices.contains(feature.group) else {
        violations.append("c\(index): group")
        continue
      }
      require(
        plan.items[feature.group].states.indices.contains(feature.state), "c\(index): state")
      require(
        (0...ItemFeature.backMax).contains(feature.back), "c\(index): tuples back")
    }
  }

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

  mutating func row(_ value: RowExpression, _ key: [KeyComponent], _ place: String) {
    switch value {
    case .constant: break
    case .tuple(let column):
      require(key.isEmpty, "\(place): a row has no fields of tuples")
      self.column(column, place)
    case .inEffect(let index, let asked, let inner):
      guard plan.relations.indices.contains(index) else {
        return violations.append("\(place) asks r\(index)")
      }
      let relation = plan.relations[index]
      components(asked, place)
      require(asked.map(\.type) == relation.key.map(\.type), "\(place): key of r\(index)")
      require(plan.setLag < relation.window.slide, "\(place): lag beyond the window of r\(index)")
      row(inner, relation.key, place)
    case .key(let index): require(key.indices.contains(index), "\(place): key column \(index)")
    case .feature(let index, let columns):
      guard plan.features.indices.contains(index) else {
        return violations.append("\(place): feature \(index)")
      }
      let wanted = plan.aggregations[plan.features[index].aggregation].key
      require(
        columns.allSatisfy { key.indices.contains($0) }
          && columns.map { key[$0].type } == wanted.map(\.type),
        "\(place): key of f\(index)")
    case .whereRow(let index, let columns, let part, _):
      guard plan.relations.indices.contains(index) else {
        return violations.append("\(place) asks r\(index)")
      }
      require(
        columns.allSatisfy { key.indices.contains($0) }
          && columns.map { key[$0].type } == plan.relations[index].key.map(\.type),
        "\(place): key of r\(index)")
      row(part, key, place)
    case .inSet(let set, let columns, _, _):
      guard plan.sets.indices.contains(set.index) else {
        return violations.append("\(place) asks \(set)")
      }
      require(
        columns.allSatisfy { key.indices.contains($0) }
          && columns.map { key[$0].type } == plan.sets[set.index].types,
        "\(place): key of \(set)")
    case .ranked(let part, _, _), .negate(let part), .not(let part), .isOneOf(let part, _, _),
      .inPrefixes(let part, _, _):
      row(part, key, place)
    case .binary(_, let a, let b), .compare(_, let a, let b):
      row(a, key, place)
      row(b, key, place)
    case .and(let parts), .or(let parts): for part in parts { row(part, key, place) }
    }
  }

  mutating func column(_ column: TupleColumnExpression, _ place: String) {
    switch column {
    case .field: break
    case .component(let component): components([component], place)
    case .number(let number): expression(number, place)
    case .condition(let condition): predicate(condition, place)
    case .beside(let expression): row(expression, [], place)
    case .current(let feature, let key):
      components(key, place)
      guard plan.itemFeatures.indices.contains(feature) else {
        return violations.append("\(place): item feature \(feature)")
      }
      let own = plan.items[plan.itemFeatures[feature].group].key
      require(own.map(\.type) == key.map(\.type), "\(place): key of c\(feature)")
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
