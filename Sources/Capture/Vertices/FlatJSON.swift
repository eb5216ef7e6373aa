import DataModel

/// The members of a JSON object (RFC 8259), those of inner objects under `outer.inner`; arrays and
/// null are left out.
struct FlatJSON {
  typealias Member = (name: String, value: VertexAttribute)

  private let bytes: [UInt8]
  private var index = 0
  private var members: [Member] = []
  private static let depthMax = 32

  /// The members in their order; nil where the text is no object.
  static func members(of bytes: [UInt8]) -> [Member]? {
    var reader = FlatJSON(bytes: bytes)
    guard reader.object(prefix: "", depth: 0) else { return nil }
    reader.skipSpace()
    return reader.index == bytes.count ? reader.members : nil
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func skipSpace() {
    while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
  }

  private mutating func accept(_ byte: UInt8) -> Bool {
    skipSpace()
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  private mutating func object(prefix: String, depth: Int) -> Bool {
    guard depth < Self.depthMax, accept(UInt8(ascii: "{")) else { return false }
    if accept(UInt8(ascii: "}")) { return true }
    repeat {
      skipSpace()
      guard let name = string(), accept(UInt8(ascii: ":")),
        value(name: prefix + name, depth: depth, isKept: true)
      else { return false }
    } while accept(UInt8(ascii: ","))
    return accept(UInt8(ascii: "}"))
  }

  private mutating func value(name: String, depth: Int, isKept: Bool) -> Bool {
    skipSpace()
    guard index < bytes.count, depth < Self.depthMax else { return false }
    switch bytes[index] {
    case UInt8(ascii: "{"):
      let before = members.count
      guard object(prefix: name + ".", depth: depth + 1) else { return false }
      if !isKept { members.removeSubrange(before...) }
      return true
    case UInt8(ascii: "["): return array(depth: depth + 1)
    case UInt8(ascii: "\""):
      guard let text = string() else { return false }
      if isKept { members.append((name, .text(text))) }
      return true
    default: return word(name, isKept)
    }
  }

  private mutating func array(depth: Int) -> Bool {
    guard accept(UInt8(ascii: "[")) else { return false }
    if accept(UInt8(ascii: "]")) { return true }
    repeat {
      guard value(name: "", depth: depth, isKept: false) else { return false }
    } while accept(UInt8(ascii: ","))
    return accept(UInt8(ascii: "]"))
  }

  /// A number, `true`, `false` or `null`.
  private mutating func word(_ name: String, _ isKept: Bool) -> Bool {
    let start = index
    while index < bytes.count, !",]} \t\r\n".utf8.contains(bytes[index]) { index += 1 }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    switch text {
    case "null": return true
    case "true", "false":
      if isKept { members.append((name, .text(text))) }
      return true
    default:
      guard let first = text.utf8.first, first == UInt8(ascii: "-") || (0x30...0x39 ~= first),
        let number = Double(text)
      else { return false }
      if isKept { members.append((name, .number(number))) }
      return true
    }
  }

  private mutating func string() -> String? {
    guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { return nil }
    index += 1
    var units: [UInt8] = []
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: units, as: UTF8.self) }
      guard byte == UInt8(ascii: "\\") else {
        units.append(byte)
        continue
      }
      guard index < bytes.count else { return nil }
      let escape = bytes[index]
      index += 1
      switch escape {
      case UInt8(ascii: "n"): units.append(0x0A)
      case UInt8(ascii: "t"): units.append(0x09)
      case UInt8(ascii: "r"): units.append(0x0D)
      case UInt8(ascii: "b"): units.append(0x08)
      case UInt8(ascii: "f"): units.append(0x0C)
      case UInt8(ascii: "u"):
        guard let scalar = scalar() else { return nil }
        units.append(contentsOf: String(Character(scalar)).utf8)
      default: units.append(escape)
      }
    }
    return nil
  }

  private mutating func unit() -> UInt32? {
    guard index + 4 <= bytes.count,
      let value = UInt32(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
    else { return nil }
    index += 4
    return value
  }

  /// The character behind `\u`, of two halves where it takes a surrogate pair.
  private mutating func scalar() -> Unicode.Scalar? {
    guard let first = unit() else { return nil }
    guard 0xD800..<0xDC00 ~= first else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
    guard index + 2 <= bytes.count, bytes[index] == UInt8(ascii: "\\"),
      bytes[index + 1] == UInt8(ascii: "u")
    else { return "\u{FFFD}" }
    index += 2
    guard let second = unit(), 0xDC00..<0xE000 ~= second else { return "\u{FFFD}" }
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
  }
}
