import DataModel
import Operators

// Expressions over tuples, rows, and both.
extension PlanCheck {
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

  mutating func expression(_ expression: TupleExpression, _ place: String) {
    require(expression.range != nil, "\(place): \(expression.text) may leave 64 bits")
    let isColumn = if case .field = expression { true } else { false }
    require(
      isColumn || !expression.fields.contains { $0.field.type == .float },
      "\(place): \(expression.text) computes with real numbers")
    for field in expression.fields {
      require(field.field.type.laneCount == 1, "\(place): \(field) has two lanes")
    }
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
}
