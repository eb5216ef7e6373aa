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

/// The promises of a plan, part by part; those of nodes, of rows and of expressions are in files of
/// their own.
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
}
