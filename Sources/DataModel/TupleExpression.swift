/// Arithmetic over one tuple in signed 64 bits.
///
/// Semantics admits an expression only where ``range`` proves that no intermediate value leaves
/// Int64, so host and data path compute with plain two's-complement operations and agree.
/// A missing operand, and division or remainder by zero, make the result missing.
/// Real division never occurs here: comparisons are cross-multiplied first (language.md §3.8).
public indirect enum TupleExpression: Hashable, Sendable {
  /// A one-lane field; booleans are 0 and 1.
  case field(FieldID)
  case constant(Int64)
  case binary(ArithmeticOperator, TupleExpression, TupleExpression)
  case negate(TupleExpression)
}

/// Operators of ``TupleExpression``; `divide` truncates toward zero, `shiftLeft` and `shiftRight`
/// take counts of 0…63 (others give missing), `shiftRight` is arithmetic.
public enum ArithmeticOperator: String, Hashable, Sendable, CaseIterable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "div"
  case remainder = "%"
  case bitAnd = "&"
  case bitOr = "|"
  case bitXor = "^"
  case shiftLeft = "<<"
  case shiftRight = ">>"
}

/// Comparison operators.
public enum Comparison: String, Hashable, Sendable, CaseIterable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
}

extension Comparison {
  /// The comparison with its sides exchanged.
  public var mirrored: Comparison {
    switch self {
    case .equal, .notEqual: self
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    }
  }

  /// Whether the comparison holds.
  @inlinable
  public func holds<T: Comparable>(_ a: T, _ b: T) -> Bool {
    switch self {
    case .equal: a == b
    case .notEqual: a != b
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    case .greaterOrEqual: a >= b
    }
  }
}

/// An operand of an address comparison.
public enum AddressOperand: Hashable, Sendable {
  case field(FieldID)
  case constant(IPAddress)
}

/// Identifies a set that a row relation feeds (``Plan``'s `SetSpecification`).
public struct SetID: Hashable, Sendable, CustomStringConvertible {
  /// Index into the plan's sets.
  public let index: Int

  /// Wraps an index into the plan's sets.
  public init(index: Int) { self.index = index }

  public var description: String { "set\(index)" }
}

/// A two-valued condition over one tuple: a comparison with a missing operand is false
/// (also `!=`, IN and NOT IN), and NOT inverts the result (language.md §3.9).
public indirect enum TuplePredicate: Hashable, Sendable {
  case constant(Bool)
  case compare(Comparison, TupleExpression, TupleExpression)
  /// Whether the value is one of a sorted list without duplicates.
  case isOneOf(TupleExpression, [Int64], negated: Bool)
  /// Addresses compare by family first; `ipv4` and `ipv6` fields widen to `ip`.
  case compareAddress(Comparison, AddressOperand, AddressOperand)
  /// Whether an address field lies in one of the networks.
  case inPrefixes(FieldID, [IPPrefix], negated: Bool)
  /// Whether the tuple's key is in a set effective now, or within the last `within` nanoseconds.
  case inSet(SetID, [KeyComponent], within: Int64, negated: Bool)
  case and([TuplePredicate])
  case or([TuplePredicate])
  case not(TuplePredicate)
}

extension TupleExpression {
  /// The value's possible range, or nil where an intermediate value may leave Int64.
  public var range: ClosedRange<Int128>? {
    let full = Int128(Int64.min)...Int128(Int64.max)
    func admitted(_ low: Int128, _ high: Int128) -> ClosedRange<Int128>? {
      full.contains(low) && full.contains(high) ? low...high : nil
    }
    switch self {
    case .constant(let value): return Int128(value)...Int128(value)
    case .field(let id):
      guard case .slices(let slices) = id.field.location else { return id.field.type.integerRange }
      let lows = slices.map { Int128($0.addend) }
      let highs = slices.map {
        ((Int128(1) << Int128($0.bits)) - 1) * Int128($0.scale) + Int128($0.addend)
      }
      return (lows.min() ?? 0)...(highs.max() ?? 0)
    case .negate(let operand):
      guard let range = operand.range else { return nil }
      return admitted(-range.upperBound, -range.lowerBound)
    case .binary(let op, let left, let right):
      guard let a = left.range, let b = right.range else { return nil }
      let products = [
        a.lowerBound * b.lowerBound, a.lowerBound * b.upperBound, a.upperBound * b.lowerBound,
        a.upperBound * b.upperBound,
      ]
      switch op {
      case .add: return admitted(a.lowerBound + b.lowerBound, a.upperBound + b.upperBound)
      case .subtract: return admitted(a.lowerBound - b.upperBound, a.upperBound - b.lowerBound)
      case .multiply: return admitted(products.min() ?? 0, products.max() ?? 0)
      case .divide:
        // Nothing is divided by 0, so the least divisor of ends of one sign is one of them.
        let least = b.contains(0) ? 1 : min(abs(b.lowerBound), abs(b.upperBound))
        let bound = max(abs(a.lowerBound), abs(a.upperBound)) / least
        return admitted(-bound, bound)
      case .remainder:
        // The machine's remainder is of a quotient that has to stay in 64 bits.
        if a.contains(Int128(Int64.min)) && b.contains(-1) { return nil }
        let divisor = max(abs(b.lowerBound), abs(b.upperBound))
        let bound = min(max(abs(a.lowerBound), abs(a.upperBound)), max(0, divisor - 1))
        return admitted(a.lowerBound < 0 ? -bound : 0, a.upperBound > 0 ? bound : 0)
      case .bitAnd where a.lowerBound >= 0 || b.lowerBound >= 0:
        let bounds = [a, b].filter { $0.lowerBound >= 0 }.map(\.upperBound)
        return admitted(0, bounds.min() ?? 0)
      case .bitAnd, .bitOr, .bitXor:
        guard a.lowerBound >= 0 && b.lowerBound >= 0 else { return full }
        let bits = 128 - max(a.upperBound, b.upperBound).leadingZeroBitCount
        return admitted(0, (Int128(1) << Int128(bits)) - 1)
      case .shiftLeft:
        guard b.lowerBound >= 0 && b.upperBound <= 63 else { return nil }
        return admitted(
          min(a.lowerBound, a.lowerBound << b.upperBound),
          max(a.upperBound, a.upperBound << b.upperBound))
      case .shiftRight:
        guard b.lowerBound >= 0 && b.upperBound <= 63 else { return nil }
        return admitted(min(a.lowerBound, 0), max(a.upperBound, 0))
      }
    }
  }

  /// The fields that the expression reads.
  public var fields: Set<FieldID> {
    switch self {
    case .field(let id): [id]
    case .constant: []
    case .negate(let operand): operand.fields
    case .binary(_, let left, let right): left.fields.union(right.fields)
    }
  }
}

extension TuplePredicate {
  /// The conditions that all have to hold: of AND its parts and theirs, else the predicate itself.
  public var conjuncts: [TuplePredicate] {
    if case .and(let parts) = self { return parts.flatMap(\.conjuncts) }
    return [self]
  }

  /// The fields that the predicate reads, keys of set tests included.
  public var fields: Set<FieldID> {
    switch self {
    case .constant: []
    case .compare(_, let left, let right): left.fields.union(right.fields)
    case .isOneOf(let operand, _, _): operand.fields
    case .compareAddress(_, let left, let right): Set([left, right].compactMap(\.field))
    case .inPrefixes(let field, _, _): [field]
    case .inSet(_, let key, _, _): Set(key.map(\.field))
    case .and(let parts), .or(let parts): parts.reduce(into: []) { $0.formUnion($1.fields) }
    case .not(let part): part.fields
    }
  }

  /// The sets that the predicate asks.
  public var sets: Set<SetID> {
    switch self {
    case .inSet(let id, _, _, _): [id]
    case .and(let parts), .or(let parts): parts.reduce(into: []) { $0.formUnion($1.sets) }
    case .not(let part): part.sets
    default: []
    }
  }
}

extension AddressOperand {
  /// The field, where the operand is one.
  public var field: FieldID? {
    if case .field(let id) = self { id } else { nil }
  }
}
