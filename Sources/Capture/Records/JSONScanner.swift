/// Walks over a JSON object (RFC 8259) and tells its members, those of objects within it by their
/// names joined with dots. Arrays have no name that a column could have and are passed over.
struct JSONScanner {
  typealias Bytes = UnsafePointer<UInt8>
  /// A member's value: a text without its quotes and escapes, or the characters of a number or a
  /// word.
  typealias Take = (
    _ path: UnsafeBufferPointer<UInt8>, _ value: Bytes, _ count: Int, _ isText: Bool
  ) -> Void

  /// The line that is scanned.
  private var line = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  private var at = 0
  /// The names of the member at hand; they keep their room from line to line.
  private var path: [UInt8] = []
  /// A text whose escapes are taken off, which is never longer than with them.
  private var unescaped: UnsafeMutablePointer<UInt8>
  private var room = 256
  private var length = 0

  private static let depthMax = 32

  init() { unescaped = .allocate(capacity: room) }

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
      path.withUnsafeBufferPointer { take($0, start, length, true) }
      return true
    default:
      let start = at
      while at < count, !",}] \t\r\n".utf8.contains(base[at]) { at += 1 }
      guard at > start else { return false }
      let word = UnsafeBufferPointer(start: base + start, count: at - start)
      if word.elementsEqual("null".utf8) { return true }
      path.withUnsafeBufferPointer { take($0, base + start, at - start, false) }
      return true
    }
  }

  private mutating func array(_ depth: Int) -> Bool {
    guard depth < Self.depthMax, accept(UInt8(ascii: "[")) else { return false }
    if accept(UInt8(ascii: "]")) { return true }
    repeat {
      guard value(depth, { _, _, _, _ in }) else { return false }
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
    makeRoom(count - start)
    unescaped.update(from: base + start, count: at - start)
    length = at - start
    while at < count, base[at] != UInt8(ascii: "\"") {
      if base[at] == UInt8(ascii: "\\") {
        guard escape() else { return nil }
      } else {
        put(base[at])
        at += 1
      }
    }
    guard at < count else { return nil }
    at += 1
    return (UnsafePointer(unescaped), length)
  }

  private mutating func makeRoom(_ bytes: Int) {
    guard bytes > room else { return }
    unescaped.deallocate()
    room = max(bytes, 2 * room)
    unescaped = .allocate(capacity: room)
  }

  /// Fits: an escape has more bytes than what it stands for.
  private mutating func put(_ byte: UInt8) {
    unescaped[length] = byte
    length += 1
  }

  private mutating func escape() -> Bool {
    guard at + 1 < count else { return false }
    let letter = base[at + 1]
    at += 2
    switch letter {
    case UInt8(ascii: "n"): put(10)
    case UInt8(ascii: "t"): put(9)
    case UInt8(ascii: "r"): put(13)
    case UInt8(ascii: "b"): put(8)
    case UInt8(ascii: "f"): put(12)
    case UInt8(ascii: "u"):
      guard let scalar = scalar() else { return false }
      for byte in String(Character(scalar)).utf8 { put(byte) }
    default: put(letter)
    }
    return true
  }

  /// The character of a `\u`, of two where they are the halves of one; U+FFFD for half a one.
  private mutating func scalar() -> UnicodeScalar? {
    guard let first = unit(at) else { return nil }
    at += 4
    guard UTF16.isLeadSurrogate(first) else { return UnicodeScalar(first) ?? "\u{FFFD}" }
    guard at + 1 < count, base[at] == UInt8(ascii: "\\"), base[at + 1] == UInt8(ascii: "u"),
      let second = unit(at + 2), UTF16.isTrailSurrogate(second)
    else { return "\u{FFFD}" }
    at += 6
    let both = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
    return UnicodeScalar(both)
  }

  /// The four hexadecimal digits at a place.
  private func unit(_ place: Int) -> UInt16? {
    guard place + 4 <= count else { return nil }
    var value: UInt16 = 0
    for byte in UnsafeBufferPointer(start: base + place, count: 4) {
      guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
      value = value << 4 | UInt16(digit)
    }
    return value
  }
}
