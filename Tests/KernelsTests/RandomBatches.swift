import DataModel
import Kernels
import TestSupport
import Testing

func field(_ name: String) -> FieldID {
  guard let id = PacketFields.named(name) else { preconditionFailure("no field \(name)") }
  return id
}

/// Fields of every kind of column.
let testedFields = [
  "frame.len", "tcp.flags.syn", "tcp.srcport", "tcp.options_len", "ip.ttl", "frame.time", "ip.src",
  "ipv6.src", "SourceIp", "DestIp", "DestPort",
].map(field)

/// Small values, so that comparisons hold often; a fifth is missing, with rubbish in the lanes.
func randomBatch(_ random: inout RandomSource, count: Int) -> TupleBatch {
  let batch = TupleBatch(fields: testedFields)
  batch.count = count
  for row in 0..<count {
    batch.times[row] = Int64.random(in: 0..<1000, using: &random)
    batch.orders[row] = UInt64(row)
    for (id, column) in zip(batch.fields, batch.columns) {
      column.lane0[row] = UInt64.random(in: 0...9, using: &random)
      if id.field.type.laneCount == 2 {
        column.lane1[row] = UInt64.random(in: 0...9, using: &random) << 28
      }
      if id.field.type == .bool { column.lane0[row] &= 1 }
      if id.field.type == .signed { column.lane0[row] &-= 5 }
      var validity: UInt8 = Int.random(in: 0..<5, using: &random) == 0 ? 0 : 1
      if id.field.type == .ip && validity == 1 {
        validity = Bool.random(using: &random) ? 4 : 6
        if validity == 4 { column.lane0[row] = 0 }
      }
      column.validity[row] = validity
    }
  }
  batch.selectAll()
  return batch
}

/// Evaluates as language.md says, one tuple at a time.
struct NaiveTuple {
  let batch: TupleBatch
  let row: Int

  func value(_ id: FieldID) -> Int64? {
    guard let column = batch.column(id), column.validity[row] != 0 else { return nil }
    return Int64(bitPattern: column.lane0[row])
  }

  func address(_ id: FieldID) -> IPAddress? {
    guard let column = batch.column(id), column.validity[row] != 0 else { return nil }
    let lanes = (column.lane0[row], column.lane1[row])
    let value = Value(lanes: lanes, type: id.field.type, isV6: column.validity[row] == 6)
    if case .address(let address) = value { return address }
    return nil
  }

  func address(_ operand: AddressOperand) -> IPAddress? {
    switch operand {
    case .field(let id): address(id)
    case .constant(let address): address
    }
  }

  func evaluate(_ expression: TupleExpression) -> Int64? {
    switch expression {
    case .field(let id): return value(id)
    case .constant(let value): return value
    case .negate(let operand): return evaluate(operand).map { -$0 }
    case .binary(let operation, let left, let right):
      guard let a = evaluate(left), let b = evaluate(right) else { return nil }
      switch operation {
      case .add: return a + b
      case .subtract: return a - b
      case .multiply: return a * b
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

  func test(_ predicate: TuplePredicate) -> Bool {
    switch predicate {
    case .constant(let value): return value
    case .compare(let comparison, let left, let right):
      guard let a = evaluate(left), let b = evaluate(right) else { return false }
      return comparison.holds(a, b)
    case .isOneOf(let operand, let list, let negated):
      guard let a = evaluate(operand) else { return false }
      return list.contains(a) != negated
    case .compareAddress(let comparison, let left, let right):
      guard let a = address(left), let b = address(right) else { return false }
      return comparison.holds(a, b)
    case .inPrefixes(let id, let prefixes, let negated):
      guard let a = address(id) else { return false }
      return prefixes.contains { $0.contains(a) } != negated
    case .inSet: preconditionFailure("sets have tests of their own")
    case .and(let parts): return parts.allSatisfy(test)
    case .or(let parts): return parts.contains(where: test)
    case .not(let part): return !test(part)
    }
  }
}

extension RandomSource {
  mutating func pick<T>(_ choices: [T]) -> T {
    choices[Int.random(in: 0..<choices.count, using: &self)]
  }

  mutating func expression(depth: Int) -> TupleExpression {
    let fields = testedFields.filter { $0.field.type.laneCount == 1 }
    if depth == 0 || Int.random(in: 0..<3, using: &self) == 0 {
      return Bool.random(using: &self)
        ? .field(pick(fields)) : .constant(Int64.random(in: -3...9, using: &self))
    }
    if Int.random(in: 0..<8, using: &self) == 0 { return .negate(expression(depth: depth - 1)) }
    let operation = pick(ArithmeticOperator.allCases)
    // A bounded right side, so that nothing leaves 64 bits.
    if operation == .shiftLeft {
      return .binary(operation, .field(pick(fields)), expression(depth: 0))
    }
    return .binary(operation, expression(depth: depth - 1), expression(depth: 0))
  }

  mutating func address() -> IPAddress {
    Bool.random(using: &self)
      ? IPAddress(v4: UInt32.random(in: 0...9, using: &self))
      : IPAddress(v6High: UInt64.random(in: 0...9, using: &self), low: 0)
  }

  mutating func predicate(depth: Int) -> TuplePredicate {
    let addresses = testedFields.filter(\.field.type.isAddress)
    let choice =
      depth == 0 ? Int.random(in: 0..<5, using: &self) : Int.random(in: 0..<9, using: &self)
    switch choice {
    case 0: return .constant(Bool.random(using: &self))
    case 1:
      return .compare(pick(Comparison.allCases), expression(depth: 2), expression(depth: 1))
    case 2:
      let size = pick([0, 1, 3, 9, 40])
      let scale = pick([1, 1, 70_000]) as Int64
      let list = Set((0..<size).map { _ in Int64.random(in: -5...60, using: &self) * scale })
      return .isOneOf(
        expression(depth: 1), list.sorted(), negated: Bool.random(using: &self))
    case 3:
      let right: AddressOperand =
        Bool.random(using: &self) ? .field(pick(addresses)) : .constant(address())
      return .compareAddress(pick(Comparison.allCases), .field(pick(addresses)), right)
    case 4:
      let prefixes = (0..<pick([1, 2, 3])).map { _ in
        IPPrefix(address(), bits: pick([0, 4, 29, 31, 32]))
      }
      return .inPrefixes(pick(addresses), prefixes, negated: Bool.random(using: &self))
    case 5: return .not(predicate(depth: depth - 1))
    case 6: return .or((0..<pick([0, 1, 2, 3])).map { _ in predicate(depth: depth - 1) })
    default: return .and((0..<pick([0, 1, 2, 3])).map { _ in predicate(depth: depth - 1) })
    }
  }
}
