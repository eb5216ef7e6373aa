extension Expression: CustomStringConvertible {
  /// The canonical text: every operator in parentheses.
  public var description: String {
    switch self {
    case .literal(let literal): "\(literal.value)"
    case .path(let path): path.text
    case .call(let call): "\(call)"
    case .method(let node): "\(node.base).\(node.name.text)(\(joined(node.arguments)))"
    case .member(let node): "\(node.base).\(node.name.text)"
    case .unary(let node):
      node.op == .not ? "(NOT \(node.operand))" : "(-\(node.operand))"
    case .binary(let node): "(\(node.left) \(node.op.rawValue) \(node.right))"
    case .membership(let node):
      "(\(node.element) \(node.isNegated ? "NOT IN" : "IN") \(node.set)"
        + (node.within.map { " WITHIN \($0)" } ?? "") + ")"
    case .between(let node):
      "(\(node.operand) \(node.isNegated ? "NOT BETWEEN" : "BETWEEN")"
        + " \(node.lower) AND \(node.upper))"
    case .list(let node):
      node.isBraced ? "{\(joined(node.elements))}" : "(\(joined(node.elements)))"
    case .stream(let stream): "(\(stream))"
    case .invalid: "<invalid>"
    }
  }

  private func joined(_ nodes: [some CustomStringConvertible]) -> String {
    nodes.map(\.description).joined(separator: ", ")
  }
}

extension Path: CustomStringConvertible {
  public var description: String { text }
}

extension DurationLiteral: CustomStringConvertible {
  public var description: String { "\(LiteralValue.duration(nanoseconds: nanoseconds))" }
}

extension Ratio: CustomStringConvertible {
  public var description: String { "\(value)" }
}

extension LiteralValue: CustomStringConvertible {
  /// The literal as the language writes it, in its shortest spelling.
  public var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .decimal(let value): "\(value)"
    case .string(let bytes): quoted(bytes)
    case .boolean(let value): "\(value)"
    case .duration(let nanoseconds): duration(nanoseconds)
    case .size(let bytes): "\(bytes)B"
    case .ipv4(let address): dotted(address)
    case .ipv4Prefix(let address, let length): "\(dotted(address))/\(length)"
    case .ipv6(let address): "\(address)"
    case .ipv6Prefix(let address, let length): "\(address)/\(length)"
    case .mac(let address):
      (0..<6).map { hex((address >> UInt64(40 - 8 * $0)) & 0xFF, digits: 2) }
        .joined(separator: ":")
    }
  }

  private func dotted(_ address: UInt32) -> String {
    "\(address >> 24).\((address >> 16) & 0xFF).\((address >> 8) & 0xFF).\(address & 0xFF)"
  }

  private func duration(_ nanoseconds: Int64) -> String {
    let unit = Unit.durations.last { nanoseconds % $0.nanoseconds == 0 && nanoseconds != 0 }
    guard let unit else { return "\(nanoseconds)ns" }
    return "\(nanoseconds / unit.nanoseconds)\(unit.name)"
  }

  private func quoted(_ bytes: [UInt8]) -> String {
    let escaped = bytes.map { (byte: UInt8) -> String in
      switch byte {
      case UInt8(ascii: "\""): "\\\""
      case UInt8(ascii: "\\"): "\\\\"
      case 0x20..<0x7F: String(Character(Unicode.Scalar(byte)))
      default: "\\x\(hex(UInt64(byte), digits: 2))"
      }
    }
    return "\"\(escaped.joined())\""
  }
}

extension DecimalValue: CustomStringConvertible {
  public var description: String {
    guard scale > 0 else { return "\(significand)" }
    let digits = String(significand)
    let zeros = String(repeating: "0", count: max(0, scale + 1 - digits.utf8.count))
    let padded = zeros + digits
    return "\(padded.dropLast(scale)).\(padded.suffix(scale))"
  }
}

extension IPv6Value: CustomStringConvertible {
  /// The eight groups, none left out.
  public var description: String {
    [high, low].flatMap { half in
      (0..<4).map { String((half >> UInt64(48 - 16 * $0)) & 0xFFFF, radix: 16) }
    }.joined(separator: ":")
  }
}

private func hex(_ value: UInt64, digits: Int) -> String {
  let text = String(value, radix: 16)
  return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
