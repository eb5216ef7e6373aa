import BPFModel
import DataModel

/// A number in 64 bits, two's complement, and whether there is one.
struct NumberCode {
  var value: CExpression
  var valid: Mask
  /// The value, where it is known.
  var constant: Int64?

  init(_ value: CExpression, valid: Mask = .always) {
    self.value = value
    self.valid = valid
  }

  init(constant: Int64) {
    value = .signed(constant)
    valid = .always
    self.constant = constant
  }

  static let missing = NumberCode(0, valid: .never)
}

extension FieldTable {
  /// The number that an expression has. Semantics has proved that nothing leaves Int64.
  func number(_ expression: TupleExpression) -> NumberCode {
    switch expression {
    case .constant(let value): return NumberCode(constant: value)
    case .field(let id): return NumberCode(lanes(of: id)[0], valid: validity(of: id))
    case .negate(let operand):
      let inner = number(operand)
      if let constant = inner.constant { return NumberCode(constant: 0 &- constant) }
      return NumberCode(0 - inner.value, valid: inner.valid)
    case .binary(let op, let left, let right):
      let (a, b) = (number(left), number(right))
      if let x = a.constant, let y = b.constant { return Self.folded(op, x, y) }
      var code = apply(op, a, b, ranges: (left.range, right.range))
      code.valid = code.valid & a.valid & b.valid
      return code
    }
  }

  private func apply(
    _ op: ArithmeticOperator, _ a: NumberCode, _ b: NumberCode,
    ranges: (ClosedRange<Int128>?, ClosedRange<Int128>?)
  ) -> NumberCode {
    let (x, y) = (a.value, b.value)
    switch op {
    case .add: return NumberCode(x + y)
    case .subtract: return NumberCode(x - y)
    case .multiply: return NumberCode(x * y)
    case .bitAnd: return NumberCode(x & y)
    case .bitOr: return NumberCode(x | y)
    case .bitXor: return NumberCode(x ^ y)
    case .shiftLeft: return shift(b) { x << $0 }
    case .shiftRight:
      if let range = ranges.0, range.lowerBound >= 0 { return shift(b) { x >> $0 } }
      return shift(b) { .cast(.u64, .cast(.s64, x) >> $0) }
    case .divide, .remainder:
      let isDivision = op == .divide
      if b.constant == 0 { return .missing }
      let valid: Mask = b.constant != nil ? .always : .call("sal_nonzero", y)
      if let low = ranges.0?.lowerBound, low >= 0, let constant = b.constant, constant > 0 {
        return NumberCode(.binary(isDivision ? .divide : .remainder, x, y))
      }
      return NumberCode(.call(isDivision ? "sal_divide" : "sal_remainder", [x, y]), valid: valid)
    }
  }

  /// Counts outside 0…63 make the result missing.
  private func shift(_ count: NumberCode, _ make: (CExpression) -> CExpression) -> NumberCode {
    if let constant = count.constant {
      return (0...63).contains(constant) ? NumberCode(make(.signed(constant))) : .missing
    }
    return NumberCode(make(count.value & 63), valid: .call("sal_ltu", count.value, 64))
  }

  private static func folded(_ op: ArithmeticOperator, _ x: Int64, _ y: Int64) -> NumberCode {
    switch op {
    case .add: return NumberCode(constant: x &+ y)
    case .subtract: return NumberCode(constant: x &- y)
    case .multiply: return NumberCode(constant: x &* y)
    case .bitAnd: return NumberCode(constant: x & y)
    case .bitOr: return NumberCode(constant: x | y)
    case .bitXor: return NumberCode(constant: x ^ y)
    case .divide:
      guard y != 0 else { return .missing }
      return NumberCode(constant: x.dividedReportingOverflow(by: y).partialValue)
    case .remainder:
      return y == 0
        ? .missing : NumberCode(constant: x.remainderReportingOverflow(dividingBy: y).partialValue)
    case .shiftLeft: return (0...63).contains(y) ? NumberCode(constant: x &<< y) : .missing
    case .shiftRight: return (0...63).contains(y) ? NumberCode(constant: x &>> y) : .missing
    }
  }
}
