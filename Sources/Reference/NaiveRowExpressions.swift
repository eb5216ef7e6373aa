import DataModel
import Plan

/// What expressions of a row mean.
extension NaiveEvaluator {
  func value(
    _ expression: RowExpression, key: [Value], end: Int64, factor: Double
  ) -> Value {
    switch expression {
    case .key(let index): return key[index]
    case .constant(let value): return value
    case .feature(let index, let columns):
      return feature(index, key: columns.map { key[$0] }, end: end, factor: factor)
    case .whereRow(let relation, let columns, let inner, let absent):
      guard mayHaveRow(relation, columns.map { key[$0] }, at: end) else { return absent }
      return value(inner, key: key, end: end, factor: factor)
    case .ranked(let inner, let member, let place):
      guard case .ranking(let items) = value(inner, key: key, end: end, factor: factor) else {
        return .missing
      }
      guard place < items.count else {
        return member == .share ? .real(0) : member == .count ? .integer(0) : .missing
      }
      switch member {
      case .share: return .real(items[place].share)
      case .count: return .integer(items[place].count)
      case .key: return Self.rankedKey(items[place])
      }
    case .binary(let op, let left, let right):
      guard let a = number(left, key, end, factor), let b = number(right, key, end, factor),
        let result = NaiveNumber.apply(op, a, b)
      else { return .missing }
      return result.integer.map { .integer($0) } ?? .real(result.double)
    case .negate(let inner):
      guard let a = number(inner, key, end, factor),
        let result = NaiveNumber.apply(.integer(.subtract), .rational(0, 1), a)
      else { return .missing }
      return result.integer.map { .integer($0) } ?? .real(result.double)
    case .tuple, .inEffect: preconditionFailure("what tuples ask is replaced by its value")
    case .compare, .isOneOf, .inPrefixes, .inSet, .and, .or, .not:
      return .bool(truth(expression, key: key, end: end, factor: factor))
    }
  }

  /// A number that is not rounded between the operators of an expression.
  func number(
    _ expression: RowExpression, _ key: [Value], _ end: Int64, _ factor: Double
  ) -> NaiveNumber? {
    if case .binary(let op, let left, let right) = expression {
      guard let a = number(left, key, end, factor), let b = number(right, key, end, factor) else {
        return nil
      }
      return NaiveNumber.apply(op, a, b)
    }
    return NaiveNumber(value(expression, key: key, end: end, factor: factor))
  }

  func truth(
    _ condition: RowExpression, key: [Value], end: Int64, factor: Double
  ) -> Bool {
    switch condition {
    case .and(let parts):
      return parts.allSatisfy { truth($0, key: key, end: end, factor: factor) }
    case .or(let parts): return parts.contains { truth($0, key: key, end: end, factor: factor) }
    case .not(let part): return !truth(part, key: key, end: end, factor: factor)
    case .compare(let op, let left, let right):
      if let a = number(left, key, end, factor), let b = number(right, key, end, factor) {
        return op.holds(a.order(b), 0)
      }
      let a = value(left, key: key, end: end, factor: factor)
      let b = value(right, key: key, end: end, factor: factor)
      return a != .missing && b != .missing && op.holds(a, b)
    case .isOneOf(let inner, let list, let negated):
      let item = value(inner, key: key, end: end, factor: factor)
      guard item != .missing else { return false }
      let isIn = list.contains { entry in
        guard let a = NaiveNumber(item), let b = NaiveNumber(entry) else { return item == entry }
        return a.order(b) == 0
      }
      return isIn != negated
    case .inPrefixes(let inner, let prefixes, let negated):
      guard case .address(let address) = value(inner, key: key, end: end, factor: factor) else {
        return false
      }
      return prefixes.contains { NaiveTuple.contains($0, address) } != negated
    case .inSet(let id, let columns, let within, let negated):
      var copy = self
      let asked = columns.map { key[$0] }
      guard !asked.contains(.missing) else { return false }
      return copy.holds(id, asked, at: end, within: within) != negated
    default:
      switch value(condition, key: key, end: end, factor: factor) {
      case .bool(let flag): return flag
      case .integer(let number): return number != 0
      default: return false
      }
    }
  }

  /// A value as the output's column declares it.
  static func typed(_ value: Value, _ type: ScalarType) -> Value {
    switch (value, type) {
    case (.integer(let number), .float): .real(Double(number))
    case (.integer(let number), .duration): .duration(number)
    case (.integer(let number), .time): .time(number)
    default: value
    }
  }
}
