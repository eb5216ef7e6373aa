public import DataModel

extension TuplePredicate {
  /// The predicate with every set test renamed.
  public func mappingSets(_ transform: (SetID) -> SetID) -> TuplePredicate {
    switch self {
    case .inSet(let set, let key, let within, let isNegated):
      .inSet(transform(set), key, within: within, negated: isNegated)
    case .and(let parts): .and(parts.map { $0.mappingSets(transform) })
    case .or(let parts): .or(parts.map { $0.mappingSets(transform) })
    case .not(let part): .not(part.mappingSets(transform))
    default: self
    }
  }
}
