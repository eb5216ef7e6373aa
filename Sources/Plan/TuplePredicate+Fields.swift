public import DataModel

extension TuplePredicate {
  /// The predicate over other fields; nil where one of its own has none in its stead, and where it
  /// asks sets.
  public func mappingFields(_ field: (FieldID) -> FieldID?) -> TuplePredicate? {
    func all(_ parts: [TuplePredicate]) -> [TuplePredicate]? {
      let mapped = parts.compactMap { $0.mappingFields(field) }
      return mapped.count == parts.count ? mapped : nil
    }
    switch self {
    case .constant: return self
    case .compare(let op, let a, let b):
      guard let a = a.mappingFields(field), let b = b.mappingFields(field) else { return nil }
      return .compare(op, a, b)
    case .isOneOf(let operand, let list, let isNegated):
      return operand.mappingFields(field).map { .isOneOf($0, list, negated: isNegated) }
    case .compareAddress(let op, let a, let b):
      guard let a = a.mappingField(field), let b = b.mappingField(field) else { return nil }
      return .compareAddress(op, a, b)
    case .inPrefixes(let id, let networks, let isNegated):
      return field(id).map { .inPrefixes($0, networks, negated: isNegated) }
    case .inSet: return nil
    case .and(let parts): return all(parts).map { .and($0) }
    case .or(let parts): return all(parts).map { .or($0) }
    case .not(let part): return part.mappingFields(field).map { .not($0) }
    }
  }
}

extension TupleExpression {
  /// The expression over other fields; nil where one of its own has none in its stead.
  public func mappingFields(_ field: (FieldID) -> FieldID?) -> TupleExpression? {
    switch self {
    case .field(let id): return field(id).map { .field($0) }
    case .constant: return self
    case .negate(let operand): return operand.mappingFields(field).map { .negate($0) }
    case .binary(let op, let a, let b):
      guard let a = a.mappingFields(field), let b = b.mappingFields(field) else { return nil }
      return .binary(op, a, b)
    }
  }
}

extension AddressOperand {
  fileprivate func mappingField(_ field: (FieldID) -> FieldID?) -> AddressOperand? {
    switch self {
    case .field(let id): field(id).map { .field($0) }
    case .constant: self
    }
  }
}
