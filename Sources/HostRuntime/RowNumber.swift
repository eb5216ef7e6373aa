import DataModel
import Plan

/// A number of a row expression: an exact rational while 128 bits hold it, else a double.
enum RowNumber {
  /// Numerator and positive denominator.
  case exact(Int128, Int128)
  case real(Double)

  init(_ value: Int64) { self = .exact(Int128(value), 1) }

  /// The number that a value stands for; nil where it is none.
  init?(_ value: Value) {
    switch value {
    case .bool(let flag): self.init(flag ? 1 : 0)
    case .integer(let number), .time(let number), .duration(let number): self.init(number)
    case .real(let number) where number == number: self = .real(number)
    default: return nil
    }
  }

  var double: Double {
    switch self {
    case .exact(let n, 1): Double(n)
    case .exact(let n, let d): Double(n) / Double(d)
    case .real(let value): value
    }
  }

  /// The integer, where it is one.
  var integer: Int128? {
    switch self {
    case .exact(let n, 1): n
    case .exact(let n, let d) where n % d == 0: n / d
    default: nil
    }
  }

  private static func reduced(_ n: Int128, _ d: Int128) -> RowNumber {
    if d == 1 { return .exact(n, 1) }
    var (a, b) = (n.magnitude, d.magnitude)
    while b != 0 { (a, b) = (b, a % b) }
    let divisor = Int128(a)
    return divisor > 1 ? .exact(n / divisor, d / divisor) : .exact(n, d)
  }

  static prefix func - (a: RowNumber) -> RowNumber {
    switch a {
    case .exact(let n, let d) where n != .min: .exact(-n, d)
    default: .real(-a.double)
    }
  }

  /// a ± b.
  static func sum(_ a: RowNumber, _ b: RowNumber) -> RowNumber {
    guard case .exact(let n, let d) = a, case .exact(let m, let e) = b else {
      return .real(a.double + b.double)
    }
    let (left, o1) = n.multipliedReportingOverflow(by: e)
    let (right, o2) = m.multipliedReportingOverflow(by: d)
    let (total, o3) = left.addingReportingOverflow(right)
    let (under, o4) = d.multipliedReportingOverflow(by: e)
    if o1 || o2 || o3 || o4 { return .real(a.double + b.double) }
    return reduced(total, under)
  }

  static func product(_ a: RowNumber, _ b: RowNumber) -> RowNumber {
    guard case .exact(let n, let d) = a, case .exact(let m, let e) = b else {
      return .real(a.double * b.double)
    }
    let (over, o1) = n.multipliedReportingOverflow(by: m)
    let (under, o2) = d.multipliedReportingOverflow(by: e)
    if o1 || o2 { return .real(a.double * b.double) }
    return reduced(over, under)
  }

  /// a / b; nil for division by zero.
  static func quotient(_ a: RowNumber, _ b: RowNumber) -> RowNumber? {
    switch b {
    case .exact(0, _): return nil
    case .exact(let m, let e) where m != .min:
      return product(a, m < 0 ? .exact(-e, -m) : .exact(e, m))
    default: return b.double == 0 ? nil : .real(a.double / b.double)
    }
  }

  /// An operator of tuple expressions on rationals; nil where the result is missing.
  static func apply(_ operation: ArithmeticOperator, _ a: RowNumber, _ b: RowNumber) -> RowNumber? {
    switch operation {
    case .add: return sum(a, b)
    case .subtract: return sum(a, -b)
    case .multiply: return product(a, b)
    case .divide:
      guard let ratio = quotient(a, b) else { return nil }
      switch ratio {
      case .exact(let n, let d): return .exact(n / d, 1)
      case .real(let value): return .real(value.rounded(.towardZero))
      }
    case .remainder:
      guard let whole = apply(.divide, a, b) else { return nil }
      return sum(a, -product(whole, b))
    case .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight:
      guard let x = a.integer, let y = b.integer else { return nil }
      switch operation {
      case .bitAnd: return .exact(x & y, 1)
      case .bitOr: return .exact(x | y, 1)
      case .bitXor: return .exact(x ^ y, 1)
      default:
        guard (0...63).contains(y) else { return nil }
        return .exact(operation == .shiftLeft ? x << y : x >> y, 1)
      }
    }
  }

  /// Whether a < b, exactly where both are rationals.
  static func less(_ a: RowNumber, _ b: RowNumber) -> Bool {
    guard case .exact(let n, let d) = a, case .exact(let m, let e) = b else {
      return a.double < b.double
    }
    if d == e { return n < m }
    let left = n.multipliedFullWidth(by: e)
    let right = m.multipliedFullWidth(by: d)
    return (left.high, left.low) < (right.high, right.low)
  }

  func holds(_ comparison: Comparison, _ other: RowNumber) -> Bool {
    switch comparison {
    case .less: RowNumber.less(self, other)
    case .greater: RowNumber.less(other, self)
    case .lessOrEqual: !RowNumber.less(other, self)
    case .greaterOrEqual: !RowNumber.less(self, other)
    case .equal: !RowNumber.less(self, other) && !RowNumber.less(other, self)
    case .notEqual: RowNumber.less(self, other) || RowNumber.less(other, self)
    }
  }

  /// The value of a column of this type.
  func value(as type: ScalarType) -> Value {
    guard type != .float, let whole = integer else { return .real(double) }
    let clamped = Int64(clamping: whole)
    switch type {
    case .bool: return .bool(whole != 0)
    case .time: return .time(clamped)
    case .duration: return .duration(clamped)
    default: return .integer(clamped)
    }
  }
}
