import DataModel
import Plan

/// An exact rational where that fits, else a real number: what row expressions compute with.
enum NaiveNumber {
  case rational(Int128, Int128)
  case real(Double)

  /// The number of a value, or nil where it is none.
  init?(_ value: Value) {
    if case .real(let number) = value {
      self = .real(number)
    } else if let number = NaiveTuple.lane(value) {
      self = .rational(Int128(number), 1)
    } else {
      return nil
    }
  }

  /// The number rounded once.
  var double: Double {
    switch self {
    case .rational(let n, let d): Double(n) / Double(d)
    case .real(let value): value
    }
  }

  /// The integer, where it is one.
  var integer: Int64? {
    if case .rational(let n, let d) = self, n % d == 0 { return Int64(exactly: n / d) }
    return nil
  }

  /// −1, 0 or 1.
  func order(_ other: NaiveNumber) -> Int {
    if case .rational(let a, let b) = self, case .rational(let c, let d) = other {
      let (left, first) = a.multipliedReportingOverflow(by: d)
      let (right, second) = c.multipliedReportingOverflow(by: b)
      if !first && !second { return left < right ? -1 : left == right ? 0 : 1 }
    }
    return double < other.double ? -1 : double == other.double ? 0 : 1
  }

  /// The result of an operator, or nil where that is missing.
  static func apply(_ op: RowOperator, _ x: NaiveNumber, _ y: NaiveNumber) -> NaiveNumber? {
    if case .rational(let a, let b) = x, case .rational(let c, let d) = y {
      switch op {
      case .integer(.add): return .rational(a * d + c * b, b * d).reduced
      case .integer(.subtract): return .rational(a * d - c * b, b * d).reduced
      case .integer(.multiply): return .rational(a * c, b * d).reduced
      case .realDivide: return c == 0 ? nil : .rational(c < 0 ? -a * d : a * d, abs(c) * b).reduced
      case .integer(let whole):
        guard let m = x.integer, let n = y.integer else { return nil }
        return apply(whole, m, n).map { .rational(Int128($0), 1) }
      }
    }
    let (a, b) = (x.double, y.double)
    switch op {
    case .integer(.add): return .real(a + b)
    case .integer(.subtract): return .real(a - b)
    case .integer(.multiply): return .real(a * b)
    case .realDivide: return b == 0 ? nil : .real(a / b)
    case .integer(.divide): return b == 0 ? nil : .real((a / b).rounded(.towardZero))
    case .integer: return nil
    }
  }

  private static func apply(_ op: ArithmeticOperator, _ a: Int64, _ b: Int64) -> Int64? {
    switch op {
    case .divide: b == 0 ? nil : a / b
    case .remainder: b == 0 ? nil : a % b
    case .bitAnd: a & b
    case .bitOr: a | b
    case .bitXor: a ^ b
    case .shiftLeft: (0...63).contains(b) ? a << b : nil
    case .shiftRight: (0...63).contains(b) ? a >> b : nil
    case .add, .subtract, .multiply: preconditionFailure("these are exact on rationals")
    }
  }

  private var reduced: NaiveNumber {
    guard case .rational(let n, let d) = self, d != 1 else { return self }
    var (a, b) = (abs(n), d)
    while b != 0 { (a, b) = (b, a % b) }
    return a == 0 ? .rational(0, 1) : .rational(n / a, d / a)
  }
}
