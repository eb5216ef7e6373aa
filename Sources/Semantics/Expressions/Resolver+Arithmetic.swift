import DataModel
import Diagnostics
import Syntax

extension Resolver {
  /// `+ - * / % & | ^ << >>` over checked operands.
  mutating func arithmetic(_ node: Binary, _ left: Typed, _ right: Typed) -> Typed? {
    for operand in [left, right] {
      guard operand.type.isNumeric, !isCompound(operand) else {
        reportNoNumber(operand, node)
        return nil
      }
    }
    switch node.op {
    case .add, .subtract: return sum(node, left, right)
    case .multiply: return product(node, left, right)
    case .divide: return quotient(node, left, right)
    default:
      guard let op = ArithmeticOperator(rawValue: node.op.rawValue) else {
        preconditionFailure("\(node.op) is arithmetic")
      }
      if op == .remainder, left.type == .duration, right.type == .duration {
        return Typed(.arithmetic(op, left, right), .duration, node.range)
      }
      guard wholeNumbers(left, right, node.op.rawValue) else { return nil }
      return folded(op, left, right, .signed, node.range)
    }
  }

  private mutating func reportNoNumber(_ operand: Typed, _ node: Binary) {
    if node.op == .divide, operand.type.isAddress {
      report(
        Diagnostic(
          .wrongType, "‘\(text(operand.range))’ is \(article(operand.type)) and cannot be divided",
          at: operand.range,
          notes: [Diagnostic.Note("a prefix of a field stands in a key: STREAM S BY DestIp/24")]))
      return
    }
    reportOperand(operand, of: node.op.rawValue, needs: "numbers")
  }

  /// time − time is a duration; a bare number beside a time or duration is seconds.
  private mutating func sum(_ node: Binary, _ left: Typed, _ right: Typed) -> Typed? {
    let op: ArithmeticOperator = node.op == .add ? .add : .subtract
    let type: ScalarType
    var (a, b) = (left, right)
    switch (left.type, right.type) {
    case (.time, .time):
      guard op == .subtract else {
        report(
          Diagnostic(
            .wrongType, "two times cannot be added", at: node.operatorRange,
            notes: [Diagnostic.Note("time - time is a duration")]))
        return nil
      }
      type = .duration
    case (.time, _): (type, b) = (.time, inNanoseconds(right))
    case (_, .time):
      guard op == .add else {
        reportOperand(right, of: "-", needs: "a duration")
        return nil
      }
      (type, a) = (.time, inNanoseconds(left))
    case (.duration, _), (_, .duration):
      (type, a, b) = (.duration, inNanoseconds(left), inNanoseconds(right))
    default: type = left.type == .float || right.type == .float ? .float : .signed
    }
    return folded(op, a, b, type, node.range)
  }

  /// A bare number beside a duration is seconds.
  func inNanoseconds(_ value: Typed) -> Typed {
    guard value.type != .time, value.type != .duration else { return value }
    let second: Int64 = 1_000_000_000
    if case .number(let n, let d) = value.node {
      let (product, overflow) = n.multipliedReportingOverflow(by: second)
      if !overflow { return reduced(product, d, .duration, value.range) }
    }
    return Typed(
      .arithmetic(.multiply, value, Typed(.number(second, 1), .signed, value.range)), .duration,
      value.range)
  }

  /// A number above a duration is a rate a second.
  private func inSeconds(_ duration: Typed) -> Typed {
    let second = Typed(.number(1_000_000_000, 1), .duration, duration.range)
    if case .number(let n, let d) = duration.node {
      let (product, overflow) = d.multipliedReportingOverflow(by: 1_000_000_000)
      if !overflow { return reduced(n, product, .float, duration.range) }
    }
    return Typed(.quotient(duration, second), .float, duration.range)
  }

  private mutating func product(_ node: Binary, _ left: Typed, _ right: Typed) -> Typed? {
    let type: ScalarType
    switch (left.type, right.type) {
    case (.time, _), (_, .time), (.duration, .duration):
      reportOperand(right, of: "*", needs: "a number beside a time or duration")
      return nil
    case (.duration, _), (_, .duration): type = .duration
    case (.float, _), (_, .float): type = .float
    default: type = .signed
    }
    return folded(.multiply, left, right, type, node.range)
  }

  private mutating func quotient(_ node: Binary, _ left: Typed, _ right: Typed) -> Typed? {
    let type: ScalarType
    switch (left.type, right.type) {
    case (.time, _), (_, .time):
      reportOperand(left.type == .time ? left : right, of: "/", needs: "numbers or durations")
      return nil
    case (.duration, .duration): type = .float
    case (.duration, _): type = .duration
    case (_, .duration): return quotient(node, left, inSeconds(right))
    default: type = .float
    }
    if case .number(0, _) = right.node {
      report(
        Diagnostic(
          .neverTrue, .warning, "division by zero is missing, always", at: right.range))
    }
    if case .number(let n, let d) = left.node, case .number(let m, let e) = right.node, m != 0 {
      let (top, first) = n.multipliedReportingOverflow(by: m < 0 ? -e : e)
      let (bottom, second) = d.multipliedReportingOverflow(by: abs(m))
      if !first, !second { return reduced(top, bottom, type, node.range) }
    }
    return Typed(.quotient(left, right), type, node.range)
  }

  /// The operation, computed at once where both operands are constants that stay in 64 bits.
  func folded(
    _ op: ArithmeticOperator, _ left: Typed, _ right: Typed, _ type: ScalarType,
    _ range: SourceRange
  ) -> Typed {
    let whole = Typed(.arithmetic(op, left, right), type, range)
    guard case .number(let n, let d) = left.node, case .number(let m, let e) = right.node else {
      return whole
    }
    let (a, b) = (Int128(n) * Int128(e), Int128(m) * Int128(d))
    let numerator: Int128
    var denominator = Int128(d) * Int128(e)
    switch op {
    case .add: numerator = a + b
    case .subtract: numerator = a - b
    case .multiply: numerator = Int128(n) * Int128(m)
    default:
      guard d == 1, e == 1, let value = TupleExpression.fold(op, n, m) else { return whole }
      (numerator, denominator) = (Int128(value), 1)
    }
    guard let top = Int64(exactly: numerator), let bottom = Int64(exactly: denominator) else {
      return whole
    }
    return reduced(top, bottom, type, range)
  }

  /// A constant in lowest terms; the denominator is positive.
  func reduced(
    _ numerator: Int64, _ denominator: Int64, _ type: ScalarType, _ range: SourceRange
  ) -> Typed {
    var (a, b) = (numerator.magnitude, denominator.magnitude)
    while b != 0 { (a, b) = (b, a % b) }
    let divisor = max(1, Int64(clamping: a))
    let (n, d) = (numerator / divisor, denominator / divisor)
    let kind = type == .float && d == 1 ? .signed : type == .signed && d != 1 ? .float : type
    return Typed(.number(n, d), kind, range)
  }
}
