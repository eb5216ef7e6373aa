import DataModel

/// A number over one tuple as a quotient of integers, so that `/` needs no division.
///
/// `a / b` is the fraction a/b; sums and products of fractions are fractions again, and a
/// comparison of two is one of their cross products (language.md §3.8).
struct Fraction {
  var numerator: TupleExpression
  var denominator: TupleExpression

  init(_ numerator: TupleExpression, over denominator: TupleExpression = .constant(1)) {
    self.numerator = numerator
    self.denominator = denominator
  }

  /// Whether the value is an integer expression.
  var isWhole: Bool { denominator == .constant(1) }

  static func + (a: Fraction, b: Fraction) -> Fraction { joined(.add, a, b) }
  static func - (a: Fraction, b: Fraction) -> Fraction { joined(.subtract, a, b) }

  static func * (a: Fraction, b: Fraction) -> Fraction {
    Fraction(
      .folded(.multiply, a.numerator, b.numerator),
      over: .folded(.multiply, a.denominator, b.denominator))
  }

  static func / (a: Fraction, b: Fraction) -> Fraction {
    Fraction(
      .folded(.multiply, a.numerator, b.denominator),
      over: .folded(.multiply, a.denominator, b.numerator))
  }

  private static func joined(_ op: ArithmeticOperator, _ a: Fraction, _ b: Fraction) -> Fraction {
    if a.denominator == b.denominator {
      return Fraction(.folded(op, a.numerator, b.numerator), over: a.denominator)
    }
    return Fraction(
      .folded(
        op, .folded(.multiply, a.numerator, b.denominator),
        .folded(.multiply, b.numerator, a.denominator)),
      over: .folded(.multiply, a.denominator, b.denominator))
  }
}

extension TupleExpression {
  /// The operation on two constants; nil where it leaves 64 bits or is missing.
  static func fold(_ op: ArithmeticOperator, _ a: Int64, _ b: Int64) -> Int64? {
    let (value, overflow): (Int64, Bool)
    switch op {
    case .add: (value, overflow) = a.addingReportingOverflow(b)
    case .subtract: (value, overflow) = a.subtractingReportingOverflow(b)
    case .multiply: (value, overflow) = a.multipliedReportingOverflow(by: b)
    case .divide: (value, overflow) = a.dividedReportingOverflow(by: b)
    case .remainder: (value, overflow) = a.remainderReportingOverflow(dividingBy: b)
    case .bitAnd: return a & b
    case .bitOr: return a | b
    case .bitXor: return a ^ b
    case .shiftLeft:
      guard (0...63).contains(b) else { return nil }
      return Int64(exactly: Int128(a) << Int128(b))
    case .shiftRight:
      guard (0...63).contains(b) else { return nil }
      return a >> b
    }
    return overflow ? nil : value
  }

  /// The operation, computed at once on constants; neutral operands vanish.
  static func folded(
    _ op: ArithmeticOperator, _ left: TupleExpression, _ right: TupleExpression
  ) -> TupleExpression {
    switch (op, left, right) {
    case (_, .constant(let a), .constant(let b)):
      if let value = fold(op, a, b) { return .constant(value) }
    case (.multiply, .constant(1), let other), (.add, .constant(0), let other): return other
    case (.multiply, let other, .constant(1)), (.add, let other, .constant(0)),
      (.subtract, let other, .constant(0)), (.divide, let other, .constant(1)):
      return other
    default: break
    }
    return .binary(op, left, right)
  }
}
