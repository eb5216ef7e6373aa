/// Short spellings for the expressions that code generation writes most.
extension CExpression {
  /// A name as an expression.
  public static func variable(_ name: CIdentifier) -> CExpression { .name(name) }

  /// A signed constant in 64 bits, two's complement where it is negative.
  public static func signed(_ value: Int64) -> CExpression {
    if value >= 0 { return .integer(UInt64(value)) }
    // -9223372036854775808 is no constant of C: the minus is an operator on a larger number.
    return .hex(UInt64(bitPattern: value))
  }

  public static func & (a: CExpression, b: CExpression) -> CExpression { .binary(.bitAnd, a, b) }
  public static func | (a: CExpression, b: CExpression) -> CExpression { .binary(.bitOr, a, b) }
  public static func ^ (a: CExpression, b: CExpression) -> CExpression { .binary(.bitXor, a, b) }
  public static func + (a: CExpression, b: CExpression) -> CExpression { .binary(.add, a, b) }
  public static func - (a: CExpression, b: CExpression) -> CExpression {
    .binary(.subtract, a, b)
  }
  public static func * (a: CExpression, b: CExpression) -> CExpression {
    .binary(.multiply, a, b)
  }
  public static func << (a: CExpression, b: CExpression) -> CExpression {
    .binary(.shiftLeft, a, b)
  }
  public static func >> (a: CExpression, b: CExpression) -> CExpression {
    .binary(.shiftRight, a, b)
  }
  public static prefix func ~ (a: CExpression) -> CExpression { .unary(.complement, a) }
}

extension CExpression: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: UInt64) { self = .integer(value) }
}
