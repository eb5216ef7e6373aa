import DataModel
import Diagnostics
import Syntax

extension Resolver {
  /// Checks an expression; nil where an error was reported.
  mutating func check(_ node: Expression, in scope: Scope) -> Typed? {
    if let any = checkAny(node, in: scope) { return any }
    switch node {
    case .literal(let literal): return check(literal)
    case .path(let path): return check(path, in: scope)
    case .unary(let unary): return check(unary, in: scope)
    case .binary(let binary): return check(binary, in: scope)
    case .membership(let membership): return check(membership, in: scope)
    case .between(let between): return check(between, in: scope)
    case .call(let call): return check(call, in: scope)
    case .method(let method): return check(method, in: scope)
    case .member(let member):
      notSupported("‘.\(member.name.text)’", member.name.range)
    case .list(let list):
      report(
        Diagnostic(
          .wrongType, "a list stands only beside IN", at: list.range,
          notes: [Diagnostic.Note("for example: DestPort IN {80, 443}")]))
    case .stream(let stream):
      report(
        Diagnostic(.wrongType, "a statement is no value; ask it with IN", at: stream.range))
    case .invalid: break
    }
    return nil
  }

  /// Checks a condition; a bare number is none.
  mutating func checkCondition(_ node: Expression, in scope: Scope) -> Typed? {
    guard let value = check(node, in: scope) else { return nil }
    guard !value.isCondition else { return value }
    var fixIts: [FixIt] = []
    if value.type.isNumeric {
      fixIts.append(FixIt("compare it with 0", [.insert(" != 0", at: node.range.upperBound)]))
    }
    report(
      Diagnostic(
        .notACondition, "‘\(text(node.range))’ is \(article(value.type)), not a condition",
        at: node.range, fixIts: fixIts))
    return nil
  }

  /// A type with its article, for messages.
  func article(_ type: ScalarType) -> String {
    switch type {
    case .bool: "a condition"
    case .unsigned, .signed, .float: "a number"
    case .ipv4: "an IPv4 address"
    case .ipv6: "an IPv6 address"
    case .ip: "an address"
    case .mac: "a MAC address"
    case .time: "a time"
    case .duration: "a duration"
    case .string, .service, .text: "a text"
    case .ranking: "a ranking"
    }
  }

  private mutating func check(_ literal: Literal) -> Typed? {
    let range = literal.range
    switch literal.value {
    case .integer(let value), .size(let value):
      guard let number = Int64(exactly: value) else {
        reportTooLarge(range)
        return nil
      }
      return Typed(.number(number, 1), .signed, range)
    case .decimal(let value):
      return decimal(value, range)
    case .string: return Typed(.text(literal.value.text ?? ""), .string, range)
    case .boolean(let truth): return Typed(.truth(truth), .bool, range)
    case .duration(let nanoseconds): return Typed(.number(nanoseconds, 1), .duration, range)
    case .ipv4(let value):
      return Typed(.network(IPPrefix(IPAddress(v4: value), bits: 32)), .ipv4, range)
    case .ipv4Prefix(let value, let length):
      return Typed(.network(IPPrefix(IPAddress(v4: value), bits: length)), .ipv4, range)
    case .ipv6(let value):
      let address = IPAddress(v6High: value.high, low: value.low)
      return Typed(.network(IPPrefix(address, bits: 128)), .ipv6, range)
    case .ipv6Prefix(let value, let length):
      let address = IPAddress(v6High: value.high, low: value.low)
      return Typed(.network(IPPrefix(address, bits: length)), .ipv6, range)
    case .mac(let value): return Typed(.mac(value), .mac, range)
    }
  }

  private mutating func decimal(_ value: DecimalValue, _ range: SourceRange) -> Typed? {
    var (significand, scale) = (value.significand, value.scale)
    while scale > 0 && significand % 10 == 0 {
      significand /= 10
      scale -= 1
    }
    var denominator: Int64 = 1
    for _ in 0..<scale {
      let (next, overflow) = denominator.multipliedReportingOverflow(by: 10)
      guard !overflow else {
        reportTooLarge(range)
        return nil
      }
      denominator = next
    }
    guard let number = Int64(exactly: significand) else {
      reportTooLarge(range)
      return nil
    }
    return reduced(number, denominator, .float, range)
  }

  private mutating func reportTooLarge(_ range: SourceRange) {
    report(
      Diagnostic(
        .numberTooLarge, "the number has more digits than 64 bits hold", at: range,
        notes: [Diagnostic.Note("values are signed: at most \(Int64.max)")]))
  }

  private mutating func check(_ node: Unary, in scope: Scope) -> Typed? {
    switch node.op {
    case .not:
      guard let operand = checkCondition(node.operand, in: scope) else { return nil }
      return Typed(.not(operand), .bool, node.range)
    case .minus:
      guard let operand = check(node.operand, in: scope) else { return nil }
      guard operand.type.isNumeric, operand.type != .time, !isCompound(operand) else {
        reportOperand(operand, of: "-", needs: "a number")
        return nil
      }
      if case .number(let n, let d) = operand.node {
        return Typed(.number(-n, d), operand.type, node.range)
      }
      return Typed(.negate(operand), signed(operand.type), node.range)
    }
  }

  private func signed(_ type: ScalarType) -> ScalarType {
    type == .duration || type == .float ? type : .signed
  }

  /// Whether the condition is more than a bit that the tuple has, so that it is no number.
  func isCompound(_ value: Typed) -> Bool {
    guard value.isCondition else { return false }
    switch value.node {
    case .field, .key, .truth, .feature, .current: return false
    default: return true
    }
  }

  mutating func reportOperand(_ operand: Typed, of op: String, needs what: String) {
    report(
      Diagnostic(
        .wrongType,
        "‘\(op)’ needs \(what); ‘\(text(operand.range))’ is \(article(operand.type))",
        at: operand.range))
  }

  private mutating func check(_ node: Binary, in scope: Scope) -> Typed? {
    switch node.op {
    case .and, .or:
      let left = checkCondition(node.left, in: scope)
      let right = checkCondition(node.right, in: scope)
      guard let left, let right else { return nil }
      return Typed(
        node.op == .and
          ? .and(parts(left, .and) + parts(right, .and))
          : .or(parts(left, .or) + parts(right, .or)), .bool, node.range)
    case .contains: return contains(node, in: scope)
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
      let left = check(node.left, in: scope, beside: node.right)
      let right = check(node.right, in: scope, beside: node.left)
      guard let left, let right, let op = Comparison(rawValue: node.op.rawValue) else {
        return nil
      }
      return compare(op, left, right, at: node.operatorRange, in: node.range)
    default:
      let left = check(node.left, in: scope)
      let right = check(node.right, in: scope)
      guard let left, let right else { return nil }
      return arithmetic(node, left, right)
    }
  }

  /// Checks an operand of a comparison with another one.
  mutating func check(
    _ node: Expression, in scope: Scope, beside other: Expression, as otherScope: Scope? = nil
  ) -> Typed? {
    let outer = besideField
    defer { besideField = outer }
    besideField = plainField(other, in: otherScope ?? scope)
    return check(node, in: scope)
  }

  /// The parts of a chain of ANDs (or ORs), so that `a AND b AND c` is one list.
  private func parts(_ value: Typed, _ op: BinaryOperator) -> [Typed] {
    switch (value.node, op) {
    case (.and(let parts), .and), (.or(let parts), .or): parts
    default: [value]
    }
  }

  /// `div(a, b)` is the one function of expressions.
  private mutating func check(_ call: Call, in scope: Scope) -> Typed? {
    guard call.name.text.lowercased() == "div" else {
      reportCall(call)
      return nil
    }
    guard call.arguments.count == 2 else {
      report(
        Diagnostic(
          .wrongArgumentCount, "div takes two numbers, not \(call.arguments.count)",
          at: call.range))
      return nil
    }
    let left = check(call.arguments[0].value, in: scope)
    let right = check(call.arguments[1].value, in: scope)
    guard let left, let right, wholeNumbers(left, right, "div") else { return nil }
    return Typed(.arithmetic(.divide, left, right), .signed, call.range)
  }

  private mutating func reportCall(_ call: Call) {
    guard !call.name.isMissing else { return }
    if operatorNamed(call.name.text) != nil {
      report(
        Diagnostic(
          .unknownFunction, "‘\(call.name.text)’ is an operator of FOREACH … GENERATE",
          at: call.name.range,
          notes: [
            Diagnostic.Note(
              "give it a name: F = FOREACH K GENERATE \(text(call.range)) WINDOW 1s;")
          ]))
      return
    }
    var note = "the function of expressions is div(a, b)"
    var fixIts: [FixIt] = []
    if ["len", "length", "strlen", "size"].contains(call.name.text.lowercased()),
      call.arguments.count == 1, case .path(let path) = call.arguments[0].value,
      let field = Self.length(of: path.text)
    {
      note = "the length is a field of its own, \(field)"
      fixIts = [FixIt("use \(field)", replacing: call.range, with: field)]
    }
    report(
      Diagnostic(
        .unknownFunction, "no function is called ‘\(call.name.text)’", at: call.name.range,
        notes: [Diagnostic.Note(note)], fixIts: fixIts))
  }

  /// The field that has the length of another: `dns.qry.name.len`, `payload.len`.
  private static func length(of name: String) -> String? {
    let length = name + ".len"
    return PacketFields.named(length) != nil || RepeatedGroup.named(length) != nil ? length : nil
  }

  /// Checks that both are whole numbers without unit.
  mutating func wholeNumbers(_ left: Typed, _ right: Typed, _ op: String) -> Bool {
    for operand in [left, right] {
      let isWhole: Bool
      switch operand.type {
      case .unsigned, .signed: isWhole = true
      case .bool: isWhole = !isCompound(operand)
      default: isWhole = false
      }
      guard isWhole else {
        reportOperand(operand, of: op, needs: "whole numbers")
        return false
      }
    }
    return true
  }
}
