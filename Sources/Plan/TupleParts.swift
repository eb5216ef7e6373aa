public import DataModel

// What expressions beside tuples are made of.

extension RowExpression {
  /// The expression with every part replaced, innermost first.
  public func mapped(_ transform: (RowExpression) -> RowExpression) -> RowExpression {
    let inner: RowExpression
    switch self {
    case .key, .feature, .constant, .inSet: inner = self
    case .tuple(.beside(let part)): inner = .tuple(.beside(part.mapped(transform)))
    case .tuple: inner = self
    case .inEffect(let relation, let key, let part):
      inner = .inEffect(relation, key: key, part.mapped(transform))
    case .whereRow(let relation, let key, let part, let absent):
      inner = .whereRow(of: relation, key: key, part.mapped(transform), otherwise: absent)
    case .ranked(let part, let member, let place):
      inner = .ranked(part.mapped(transform), member, place)
    case .binary(let op, let a, let b):
      inner = .binary(op, a.mapped(transform), b.mapped(transform))
    case .negate(let part): inner = .negate(part.mapped(transform))
    case .compare(let op, let a, let b):
      inner = .compare(op, a.mapped(transform), b.mapped(transform))
    case .isOneOf(let part, let list, let isNegated):
      inner = .isOneOf(part.mapped(transform), list, negated: isNegated)
    case .inPrefixes(let part, let list, let isNegated):
      inner = .inPrefixes(part.mapped(transform), list, negated: isNegated)
    case .and(let parts): inner = .and(parts.map { $0.mapped(transform) })
    case .or(let parts): inner = .or(parts.map { $0.mapped(transform) })
    case .not(let part): inner = .not(part.mapped(transform))
    }
    return transform(inner)
  }

  /// Everything that the expression is made of, itself included, innermost first.
  public var parts: [RowExpression] {
    var found: [RowExpression] = []
    _ = mapped {
      found.append($0)
      return $0
    }
    return found
  }

  /// The fields of the tuple at hand that it reads, keys of the rows in effect included.
  public var fields: Set<FieldID> {
    parts.reduce(into: []) { fields, part in
      switch part {
      case .tuple(.beside): break
      case .tuple(let column): fields.formUnion(column.fields)
      case .inEffect(_, let key, _): fields.formUnion(key.map(\.field))
      default: break
      }
    }
  }
}

extension TupleColumnExpression {
  /// The fields that the column reads.
  public var fields: Set<FieldID> {
    switch self {
    case .field(let id): [id]
    case .component(let component): [component.field]
    case .number(let number): number.fields
    case .condition(let condition): condition.fields
    case .beside(let expression): expression.fields
    case .current(_, let key): Set(key.map(\.field))
    }
  }
}

extension LogicalPlan {
  /// The expressions beside tuples of a node: its own, and columns of its outputs.
  public func expressions(besideTuplesOf node: Int) -> [RowExpression] {
    var found: [RowExpression] = []
    var columns: [TupleColumnExpression] = []
    if case .filterBeside(let condition) = nodes[node].operation { found.append(condition) }
    if case .transform(let transform) = nodes[node].operation {
      columns = transform.columns.map(\.value)
    }
    for output in outputs {
      if case .tuples(node, let own) = output.content { columns += own }
    }
    for column in columns {
      switch column {
      case .beside(let expression): found.append(expression)
      case .current: found.append(.tuple(column))
      default: break
      }
    }
    return found
  }
}
