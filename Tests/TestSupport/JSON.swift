/// A JSON value, for reading NDJSON output and the oracle's files without Foundation.
///
/// Source: RFC 8259. Strict, so that it also checks what salc writes.
public indirect enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  /// The number's text; integers beyond 2⁵³ keep all digits.
  case number(String)
  case string(String)
  case array([JSON])
  case object([(name: String, value: JSON)])

  /// Parses a whole text; nil where it is not JSON.
  public init?(_ text: String) {
    var parser = Parser(bytes: Array(text.utf8))
    guard let value = parser.value(), parser.isAtEnd else { return nil }
    self = value
  }

  public static func == (a: JSON, b: JSON) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let x), .bool(let y)): x == y
    case (.number(let x), .number(let y)): x == y
    case (.string(let x), .string(let y)): x == y
    case (.array(let x), .array(let y)): x == y
    case (.object(let x), .object(let y)):
      x.count == y.count && zip(x, y).allSatisfy { $0.name == $1.name && $0.value == $1.value }
    default: false
    }
  }

  /// A member of an object.
  public subscript(_ name: String) -> JSON? {
    if case .object(let members) = self { return members.first { $0.name == name }?.value }
    return nil
  }

  /// The elements of an array; none of anything else.
  public var elements: [JSON] { if case .array(let list) = self { list } else { [] } }

  /// The members of an object in their order; none of anything else.
  public var members: [(name: String, value: JSON)] {
    if case .object(let list) = self { list } else { [] }
  }

  /// The string, where it is one.
  public var string: String? { if case .string(let text) = self { text } else { nil } }

  /// The integer, where it is one.
  public var integer: Int64? { if case .number(let text) = self { Int64(text) } else { nil } }

  /// The number, where it is one.
  public var double: Double? { if case .number(let text) = self { Double(text) } else { nil } }

  private struct Parser {
    let bytes: [UInt8]
    var at = 0

    var isAtEnd: Bool {
      mutating get {
        skipSpace()
        return at == bytes.count
      }
    }

    mutating func skipSpace() {
      while at < bytes.count, [32, 9, 10, 13].contains(bytes[at]) { at += 1 }
    }

    mutating func take(_ word: String) -> Bool {
      skipSpace()
      guard bytes[at...].starts(with: word.utf8) else { return false }
      at += word.utf8.count
      return true
    }

    mutating func value() -> JSON? {
      skipSpace()
      guard at < bytes.count else { return nil }
      switch bytes[at] {
      case UInt8(ascii: "{"): return object()
      case UInt8(ascii: "["): return array()
      case UInt8(ascii: "\""): return text().map { .string($0) }
      case UInt8(ascii: "t"): return take("true") ? .bool(true) : nil
      case UInt8(ascii: "f"): return take("false") ? .bool(false) : nil
      case UInt8(ascii: "n"): return take("null") ? .null : nil
      default: return number()
      }
    }

    mutating func object() -> JSON? {
      var members: [(name: String, value: JSON)] = []
      guard take("{") else { return nil }
      if take("}") { return .object([]) }
      repeat {
        skipSpace()
        guard let name = text(), take(":"), let value = value() else { return nil }
        members.append((name, value))
      } while take(",")
      return take("}") ? .object(members) : nil
    }

    mutating func array() -> JSON? {
      var list: [JSON] = []
      guard take("[") else { return nil }
      if take("]") { return .array([]) }
      repeat {
        guard let value = value() else { return nil }
        list.append(value)
      } while take(",")
      return take("]") ? .array(list) : nil
    }

    mutating func number() -> JSON? {
      let start = at
      while at < bytes.count, "+-.eE0123456789".utf8.contains(bytes[at]) { at += 1 }
      let text = String(decoding: bytes[start..<at], as: UTF8.self)
      return Double(text) == nil ? nil : .number(text)
    }

    mutating func text() -> String? {
      guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { return nil }
      at += 1
      var out: [UInt8] = []
      while at < bytes.count {
        let byte = bytes[at]
        at += 1
        switch byte {
        case UInt8(ascii: "\""): return String(validating: out, as: UTF8.self)
        case 0..<32: return nil
        case UInt8(ascii: "\\"):
          guard at < bytes.count, let escaped = escape() else { return nil }
          out += escaped
        default: out.append(byte)
        }
      }
      return nil
    }

    mutating func escape() -> [UInt8]? {
      let kind = bytes[at]
      at += 1
      switch kind {
      case UInt8(ascii: "n"): return [10]
      case UInt8(ascii: "t"): return [9]
      case UInt8(ascii: "r"): return [13]
      case UInt8(ascii: "b"): return [8]
      case UInt8(ascii: "f"): return [12]
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [kind]
      case UInt8(ascii: "u"):
        guard at + 4 <= bytes.count,
          let code = UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16),
          let scalar = Unicode.Scalar(code)
        else { return nil }
        at += 4
        return Array(String(Character(scalar)).utf8)
      default: return nil
      }
    }
  }
}
