public import DataModel
public import Operators

// One text of an expression, everywhere: EXPLAIN, snapshots, comments of emitted C.

extension TupleExpression {
  /// The expression as a user would write it, with every operation in parentheses but the outer.
  public var text: String {
    switch self {
    case .field(let id): "\(id)"
    case .constant(let value): "\(value)"
    case .binary(.divide, let a, let b): "div(\(a.text), \(b.text))"
    case .binary(let op, let a, let b): "\(a.operandText) \(op.rawValue) \(b.operandText)"
    case .negate(let operand): "-\(operand.operandText)"
    }
  }

  private var operandText: String {
    switch self {
    case .field, .constant, .binary(.divide, _, _): text
    default: "(\(text))"
    }
  }
}

extension TuplePredicate {
  /// The condition as a user would write it.
  public var text: String {
    switch self {
    case .constant(let truth): return "\(truth)"
    case .compare(.notEqual, .field(let id), .constant(0)) where id.field.type == .bool:
      return "\(id)"
    case .compare(let op, let a, let b): return "\(a.text) \(op.rawValue) \(b.text)"
    case .isOneOf(let operand, let list, let isNegated):
      let values = list.map(String.init).joined(separator: ", ")
      return "\(operand.text) \(membership(isNegated)) {\(values)}"
    case .compareAddress(let op, let a, let b): return "\(a.text) \(op.rawValue) \(b.text)"
    case .inPrefixes(let field, let networks, let isNegated):
      let values = networks.map(\.description).joined(separator: ", ")
      return "\(field) \(membership(isNegated)) {\(values)}"
    case .inSet(let set, let key, let within, let isNegated):
      let reach = within > 0 ? " WITHIN \(Timestamp.durationText(within))" : ""
      return "\(key.listText) \(membership(isNegated)) \(set)\(reach)"
    case .and(let parts): return parts.map(\.partText).joined(separator: " AND ")
    case .or(let parts): return parts.map(\.partText).joined(separator: " OR ")
    case .not(let part): return "NOT \(part.partText)"
    }
  }

  private var partText: String {
    switch self {
    case .and, .or: "(\(text))"
    default: text
    }
  }
}

private func membership(_ isNegated: Bool) -> String { isNegated ? "NOT IN" : "IN" }

extension AddressOperand {
  /// The field's name or the address.
  public var text: String {
    switch self {
    case .field(let id): "\(id)"
    case .constant(let address): "\(address)"
    }
  }
}

extension KeyComponent {
  /// The component as STREAM … BY would have it: `DestIp/24/64 AS Net`, `DestPort ELSE 0`.
  public var text: String {
    let prefix = mask.map { "/\($0.v4Bits)/\($0.v6Bits)" } ?? ""
    let instead = fallback.map { " ELSE \($0)" } ?? ""
    let alias = name == field.description ? "" : " AS \(name)"
    let rounded =
      switch rounding {
      case nil: ""
      case .leading(let bits)?: " in buckets of \(bits) bits"
      case .step(let width)?: " in steps of \(width)"
      }
    return "\(field)\(prefix)\(instead)\(rounded)\(alias)"
  }
}

extension [KeyComponent] {
  /// The components in parentheses.
  var listText: String { "(\(map(\.text).joined(separator: ", ")))" }
}

extension Reduction {
  /// The reduction as a call: `total(frame.len)`.
  public var text: String {
    let name: String
    switch self {
    case .tuples: return "tuples"
    case .present: name = "present"
    case .sum: name = "total"
    case .sumOfSquares: name = "squares"
    case .minimum: name = "least"
    case .maximum: name = "greatest"
    case .bitOr: name = "bits"
    case .first: name = "earliest"
    case .last: name = "latest"
    case .reals: name = "moments"
    case .ordered(let fold, _): name = fold.text
    }
    return "\(name)(\(operand?.text ?? ""))"
  }
}

extension OperatorCall {
  /// The call as GENERATE would have it.
  public var text: String {
    let list = arguments.compactMap { argument -> String? in
      switch argument {
      case .expression(let expression, _): expression.text
      case .fields(let items): items.map(\.text).joined(separator: ", ")
      case .integer(let value): "\(value)"
      case .share(let numerator, let denominator):
        denominator == 1 ? "\(numerator)" : "\(Double(numerator) / Double(denominator))"
      case .choice(let word): word
      case .window: nil
      }
    }
    let clause: String
    switch accuracy {
    case .standard: clause = ""
    case .exact: clause = " EXACT"
    case .within(let epsilon, let confidence):
      clause = " WITHIN \(epsilon) CONFIDENCE \(confidence)"
    case .rank(let epsilon, let confidence):
      clause = " WITHIN RANK \(epsilon) CONFIDENCE \(confidence)"
    }
    return "\(name)(\(list.joined(separator: ", ")))\(clause)"
  }
}

extension LogicalPlan {
  /// A row expression with the names of the key's columns and of features.
  public func text(_ value: RowExpression, key: [KeyComponent]) -> String {
    func part(_ inner: RowExpression) -> String {
      switch inner {
      case .key, .feature, .constant, .ranked, .inEffect, .whereRow: text(inner, key: key)
      case .tuple(.field), .tuple(.component): text(inner, key: key)
      default: "(\(text(inner, key: key)))"
      }
    }
    switch value {
    case .key(let index): return key.indices.contains(index) ? key[index].name : "key \(index)"
    case .feature(let index, let columns):
      let own = features.indices.contains(index) ? features[index].name : "feature \(index)"
      if columns == Array(key.indices) { return own }
      return "\(own)[\(columns.map { key[$0].name }.joined(separator: ", "))]"
    case .whereRow(let relation, _, let inner, let absent):
      return "(\(text(inner, key: key)) in r\(relation), else \(absent))"
    case .ranked(let ranking, let member, let place):
      return "\(part(ranking)).\(member.rawValue)(\(place))"
    case .constant(let value): return "\(value)"
    case .tuple(let column): return text(column)
    case .inEffect(let relation, let names, let inner):
      let row = relations.indices.contains(relation) ? relations[relation].key : []
      let asked = names.map(\.text).joined(separator: ", ")
      return "(\(text(inner, key: row))) of r\(relation)[\(asked)]"
    case .binary(.realDivide, let a, let b): return "\(part(a)) / \(part(b))"
    case .binary(.integer(.divide), let a, let b):
      return "div(\(text(a, key: key)), \(text(b, key: key)))"
    case .binary(.integer(let op), let a, let b): return "\(part(a)) \(op.rawValue) \(part(b))"
    case .negate(let operand): return "-\(part(operand))"
    case .compare(let op, let a, let b):
      return "\(operand(a, key)) \(op.rawValue) \(operand(b, key))"
    case .isOneOf(let operand, let list, let isNegated):
      let values = list.map(\.description).joined(separator: ", ")
      return "\(part(operand)) \(membership(isNegated)) {\(values)}"
    case .inPrefixes(let operand, let networks, let isNegated):
      let values = networks.map(\.description).joined(separator: ", ")
      return "\(part(operand)) \(membership(isNegated)) {\(values)}"
    case .inSet(let set, let columns, let within, let isNegated):
      let names = columns.map { key[$0].name }.joined(separator: ", ")
      let reach = within > 0 ? " WITHIN \(Timestamp.durationText(within))" : ""
      return "(\(names)) \(membership(isNegated)) \(set)\(reach)"
    case .and(let parts): return parts.map { conjunct($0, key) }.joined(separator: " AND ")
    case .or(let parts): return parts.map { conjunct($0, key) }.joined(separator: " OR ")
    case .not(let part): return "NOT \(conjunct(part, key))"
    }
  }

  /// A column of a tuple output.
  public func text(_ column: TupleColumnExpression) -> String {
    switch column {
    case .field(let id): id.description
    case .component(let component): component.text
    case .number(let number): number.text
    case .condition(let condition): condition.text
    case .beside(let expression): text(expression, key: [])
    case .current(let feature, let key):
      "\(itemFeatures.indices.contains(feature) ? itemFeatures[feature].name : "?")"
        + "[\(key.map(\.text).joined(separator: ", "))]"
    }
  }

  /// Arithmetic binds tighter than comparisons and needs no parentheses there.
  private func operand(_ value: RowExpression, _ key: [KeyComponent]) -> String {
    switch value {
    case .compare, .and, .or, .not, .isOneOf, .inPrefixes, .inSet: "(\(text(value, key: key)))"
    default: text(value, key: key)
    }
  }

  private func conjunct(_ value: RowExpression, _ key: [KeyComponent]) -> String {
    switch value {
    case .and, .or: "(\(text(value, key: key)))"
    default: text(value, key: key)
    }
  }
}

extension Feature {
  /// The operator of the call.
  public var operation: any StreamOperator { OperatorCatalogue.operation(of: call) }
}
