public import DataModel

/// New numbers of a plan's parts, for what operations and expressions name by index, and new keys
/// by which they ask sets; parts that nothing is said of keep theirs.
public struct PartNumbers {
  /// The new number of a node.
  public let node: (Int) -> Int
  /// The new number of an aggregation, and of a feature of it.
  public let aggregation, feature: (Int) -> Int
  /// The new number of a relation, and of a set that one feeds.
  public let relation, set: (Int) -> Int
  /// The new number of a group of item states, and of a feature of it.
  public let items, itemFeature: (Int) -> Int
  /// The components by which the set of this old number is asked.
  public let keyAsked: (Int, [KeyComponent]) -> [KeyComponent]

  /// Names the parts that move.
  public init(
    node: @escaping (Int) -> Int = { $0 }, aggregation: @escaping (Int) -> Int = { $0 },
    feature: @escaping (Int) -> Int = { $0 }, relation: @escaping (Int) -> Int = { $0 },
    set: @escaping (Int) -> Int = { $0 }, items: @escaping (Int) -> Int = { $0 },
    itemFeature: @escaping (Int) -> Int = { $0 },
    keyAsked: @escaping (Int, [KeyComponent]) -> [KeyComponent] = { $1 }
  ) {
    self.node = node
    self.aggregation = aggregation
    self.feature = feature
    self.relation = relation
    self.set = set
    self.items = items
    self.itemFeature = itemFeature
    self.keyAsked = keyAsked
  }
}

extension RowExpression {
  /// The expression with the new numbers of what it names, innermost first.
  public func renumbered(by numbers: PartNumbers) -> RowExpression {
    mapped { part in
      switch part {
      case .feature(let index, let key): .feature(numbers.feature(index), key: key)
      case .inSet(let set, let key, let within, let isNegated):
        .inSet(SetID(index: numbers.set(set.index)), key, within: within, negated: isNegated)
      case .whereRow(let relation, let key, let inner, let absent):
        .whereRow(of: numbers.relation(relation), key: key, inner, otherwise: absent)
      case .inEffect(let relation, let key, let inner):
        .inEffect(numbers.relation(relation), key: key, inner)
      case .tuple(.beside): part
      case .tuple(let column): .tuple(column.renumbered(by: numbers))
      default: part
      }
    }
  }
}

extension TuplePredicate {
  /// The condition with the new numbers, and keys, of the sets that it asks.
  public func renumbered(by numbers: PartNumbers) -> TuplePredicate {
    switch self {
    case .inSet(let set, let key, let within, let isNegated):
      .inSet(
        SetID(index: numbers.set(set.index)), numbers.keyAsked(set.index, key), within: within,
        negated: isNegated)
    case .and(let parts): .and(parts.map { $0.renumbered(by: numbers) })
    case .or(let parts): .or(parts.map { $0.renumbered(by: numbers) })
    case .not(let part): .not(part.renumbered(by: numbers))
    case .constant, .compare, .isOneOf, .compareAddress, .inPrefixes: self
    }
  }
}

extension TupleColumnExpression {
  /// The column with the new numbers of what it names.
  public func renumbered(by numbers: PartNumbers) -> TupleColumnExpression {
    switch self {
    case .field, .component, .number: self
    case .condition(let condition): .condition(condition.renumbered(by: numbers))
    case .beside(let expression): .beside(expression.renumbered(by: numbers))
    case .current(let feature, let key): .current(numbers.itemFeature(feature), key: key)
    }
  }
}
