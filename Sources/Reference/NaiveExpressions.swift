import DataModel

/// Evaluates tuple expressions and predicates on one packet (language.md §3.8 and §3.9).
struct NaiveTuple {
  let packet: NaivePacket
  /// Whether a key is in a set effective at this tuple's time, or within the last nanoseconds.
  let isInSet: (SetID, [Value], Int64) -> Bool
  /// Texts are compared by their codes, which stay as they are meanwhile.
  private let texts = TextHold.fromNow()

  /// The key's components, or nil where one is missing.
  func key(_ components: [KeyComponent]) -> [Value]? {
    var values: [Value] = []
    for component in components {
      switch packet.value(component.field) {
      case .missing:
        guard let fallback = component.fallback else { return nil }
        values.append(
          Value(lanes: (UInt64(bitPattern: fallback), 0), type: component.type, isV6: false))
      case .address(let address):
        let mask = component.mask
        values.append(
          .address(mask.map { address.masked(v4Bits: $0.v4Bits, v6Bits: $0.v6Bits) } ?? address))
      case let value: values.append(value)
      }
    }
    return values
  }

  /// The number, or nil where it is missing.
  func number(_ expression: TupleExpression) -> Int64? {
    switch expression {
    case .constant(let value): return value
    case .negate(let operand): return number(operand).map { 0 &- $0 }
    case .field(let id):
      if case .text(let text) = packet.value(id), id.field.type == .text {
        return TextTable.code(text).map { Int64($0) }
      }
      return Self.lane(packet.value(id))
    case .binary(let op, let left, let right):
      guard let a = number(left), let b = number(right) else { return nil }
      switch op {
      case .add: return a &+ b
      case .subtract: return a &- b
      case .multiply: return a &* b
      case .divide: return b == 0 ? nil : a / b
      case .remainder: return b == 0 ? nil : a % b
      case .bitAnd: return a & b
      case .bitOr: return a | b
      case .bitXor: return a ^ b
      case .shiftLeft: return (0...63).contains(b) ? a << b : nil
      case .shiftRight: return (0...63).contains(b) ? a >> b : nil
      }
    }
  }

  /// Whether the tuple satisfies the condition.
  func satisfies(_ predicate: TuplePredicate) -> Bool {
    switch predicate {
    case .constant(let value): return value
    case .compare(let op, let left, let right):
      guard let a = number(left), let b = number(right) else { return false }
      return op.holds(a, b)
    case .isOneOf(let operand, let list, let negated):
      guard let value = number(operand) else { return false }
      return list.contains(value) != negated
    case .compareAddress(let op, let left, let right):
      guard let a = address(left), let b = address(right) else { return false }
      return op.holds(a, b)
    case .inPrefixes(let field, let prefixes, let negated):
      guard case .address(let address) = packet.value(field) else { return false }
      return prefixes.contains { Self.contains($0, address) } != negated
    case .inSet(let id, let components, let within, let negated):
      guard let key = key(components) else { return false }
      return isInSet(id, key, within) != negated
    case .and(let parts): return parts.allSatisfy { satisfies($0) }
    case .or(let parts): return parts.contains { satisfies($0) }
    case .not(let part): return !satisfies(part)
    }
  }

  private func address(_ operand: AddressOperand) -> IPAddress? {
    switch operand {
    case .constant(let address): return address
    case .field(let id):
      if case .address(let address) = packet.value(id) { return address }
      return nil
    }
  }

  /// Whether the first bits of two addresses of one family are equal, bit by bit.
  static func contains(_ prefix: IPPrefix, _ address: IPAddress) -> Bool {
    guard prefix.address.family == address.family else { return false }
    let width = address.family == 4 ? 32 : 128
    func bit(_ address: IPAddress, _ index: Int) -> UInt64 {
      let fromRight = width - 1 - index
      return fromRight >= 64
        ? address.high >> UInt64(fromRight - 64) & 1 : address.low >> UInt64(fromRight) & 1
    }
    return (0..<prefix.bits).allSatisfy { bit(prefix.address, $0) == bit(address, $0) }
  }

  /// A value as the one lane of a number.
  static func lane(_ value: Value) -> Int64? {
    switch value {
    case .integer(let number), .time(let number), .duration(let number): number
    case .bool(let flag): flag ? 1 : 0
    case .address(let address) where address.family == 4: Int64(address.low)
    case .mac(let number): Int64(number)
    case .text(let name): Services.code(name).map { Int64($0) }
    default: nil
    }
  }
}

extension Comparison {
  /// Whether the comparison holds.
  func holds<T: Comparable>(_ a: T, _ b: T) -> Bool {
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
