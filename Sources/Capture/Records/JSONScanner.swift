/// Walks over a JSON object (RFC 8259) and tells its members, those of objects within it by their
/// names joined with dots. Arrays have no name that a column could have and are passed over.
struct JSONScanner {
  typealias Bytes = UnsafePointer<UInt8>
  /// A member's value: a text without its quotes, or the characters of a number or a word.
  typealias Take = (_ path: UnsafeBufferPointer<UInt8>, _ value: Bytes, _ count: Int) -> Void

  /// The line that is scanned.
  private var line = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  private var at = 0
  /// The names of the member at hand, and a text whose escapes are taken off; both keep their room
  /// from line to line.
  private var path: [UInt8] = []
  private var text: [UInt8] = []
  private let unescaped: UnsafeMutablePointer<UInt8>

  private static let depthMax = 32
  /// Bytes of a text with escapes; what is longer is cut.
  private static let textMax = 4096

  init() { unescaped = .allocate(capacity: Self.textMax) }

  func deallocate() { unescaped.deallocate() }

  /// Walks the one object of a line; false where it is none.
  mutating func scan(_ bytes: Bytes, _ length: Int, _ take: Take) -> Bool {
    line = UnsafeBufferPointer(start: bytes, count: length)
    at = 0
    path.removeAll(keepingCapacity: true)
    skipBlanks()
    guard object(0, take) else { return false }
    skipBlanks()
    return at == length
  }

  /// Whether a byte is white space between the tokens of JSON.
  static func isBlank(_ byte: UInt8) -> Bool {
    byte == 32 || byte == 9 || byte == 10 || byte == 13
  }

  private var byte: UInt8 { at < count ? base[at] : 0 }
  private var count: Int { line.count }
  private var base: Bytes {
    guard let base = line.baseAddress else { preconditionFailure("a line is being scanned") }
    return base
  }

  private mutating func skipBlanks() {
    while at < count, Self.isBlank(base[at]) { at += 1 }
  }

  private mutating func accept(_ character: UInt8) -> Bool {
    skipBlanks()
    guard byte == character, at < count else { return false }
    at += 1
    return true
  }

  private mutating func object(_ depth: Int, _ take: Take) -> Bool {
    guard depth < Self.depthMax, accept(UInt8(ascii: "{")) else { return false }
    if accept(UInt8(ascii: "}")) { return true }
    let outer = path.count
    repeat {
      skipBlanks()
      guard let (key, length) = string() else { return false }
      if outer > 0 { path.append(UInt8(ascii: ".")) }
      path.append(contentsOf: UnsafeBufferPointer(start: key, count: length))
      guard accept(UInt8(ascii: ":")), value(depth, take) else { return false }
      path.removeLast(path.count - outer)
    } while accept(UInt8(ascii: ","))
    return accept(UInt8(ascii: "}"))
  }

  private mutating func value(_ depth: Int, _ take: Take) -> Bool {
    skipBlanks()
    switch byte {
    case UInt8(ascii: "{"): return object(depth + 1, take)
    case UInt8(ascii: "["): return array(depth + 1)
    case UInt8(ascii: "\""):
      guard let (start, length) = string() else { return false }
      path.withUnsafeBufferPointer { take($0, start, length) }
      return true
    default:
      let start = at
      while at < count, !",}] \t\r\n".utf8.contains(base[at]) { at += 1 }
      guard at > start else { return false }
      let word = UnsafeBufferPointer(start: base + start, count: at - start)
      if word.elementsEqual("null".utf8) { return true }
      path.withUnsafeBufferPointer { take($0, base + start, at - start) }
      return true
    }
  }

  private mutating func array(_ depth: Int) -> Bool {
    guard depth < Self.depthMax, accept(UInt8(ascii: "[")) else { return false }
    if accept(UInt8(ascii: "]")) { return true }
    repeat {
      guard value(depth, { _, _, _ in }) else { return false }
    } while accept(UInt8(ascii: ","))
    return accept(UInt8(ascii: "]"))
  }

  /// A text; in place where it has no escapes, else in ``unescaped``, which the next one takes.
  private mutating func string() -> (Bytes, Int)? {
    guard byte == UInt8(ascii: "\""), at < count else { return nil }
    at += 1
    let start = at
    while at < count, base[at] != UInt8(ascii: "\""), base[at] != UInt8(ascii: "\\") { at += 1 }
    guard at < count else { return nil }
    if base[at] == UInt8(ascii: "\"") {
      at += 1
      return (base + start, at - 1 - start)
    }
    text.removeAll(keepingCapacity: true)
    text.append(contentsOf: UnsafeBufferPointer(start: base + start, count: at - start))
    while at < count, base[at] != UInt8(ascii: "\"") {
      guard base[at] == UInt8(ascii: "\\") else {
        text.append(base[at])
        at += 1
        continue
      }
      guard escape() else { return nil }
    }
    guard at < count else { return nil }
    at += 1
    let length = min(text.count, Self.textMax)
    unescaped.update(from: text, count: length)
    return (UnsafePointer(unescaped), length)
  }

  private mutating func escape() -> Bool {
    guard at + 1 < count else { return false }
    let letter = base[at + 1]
    at += 2
    switch letter {
    case UInt8(ascii: "n"): text.append(10)
    case UInt8(ascii: "t"): text.append(9)
    case UInt8(ascii: "r"): text.append(13)
    case UInt8(ascii: "b"): text.append(8)
    case UInt8(ascii: "f"): text.append(12)
    case UInt8(ascii: "u"):
      guard let unit = hexadecimal() else { return false }
      var scalar = UnicodeScalar(UInt32(unit))
      if 0xD800..<0xDC00 ~= unit, at + 1 < count, base[at] == 92, base[at + 1] == 117 {
        at += 2
        guard let low = hexadecimal() else { return false }
        let both = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) &- 0xDC00) & 0x3FF
        scalar = UnicodeScalar(both)
      }
      text.append(contentsOf: String(Character(scalar ?? "\u{FFFD}")).utf8)
    default: text.append(letter)
    }
    return true
  }

  private mutating func hexadecimal() -> UInt16? {
    guard at + 4 <= count else { return nil }
    let digits = UnsafeBufferPointer(start: base + at, count: 4)
    at += 4
    return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
