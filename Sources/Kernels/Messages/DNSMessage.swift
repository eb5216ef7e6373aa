import DataModel

/// Reads the questions and records of one DNS message (RFC 1035, §4.1), as far as its bytes go.
///
/// Nothing in the message is believed: every load is checked, a name ends after 255 bytes, and a
/// compression pointer leads in front of the labels that it stands behind, so every name ends.
struct DNSMessage {
  /// A question, or a record with its data.
  struct Entry {
    /// Where its name begins.
    let name: Int
    let type: UInt16
    let classCode: UInt16
    let timeToLive: UInt32
    /// Where its data begin, and how many bytes they are; none of a question.
    let data: Range<Int>
  }

  private let bytes: UnsafeRawBufferPointer
  private var at = 12
  private var questionsLeft: Int
  private var recordsLeft: Int

  /// The message that a packet carries. Over TCP its length stands in front; what it says beyond
  /// the packet is missing, and what follows is no part of it.
  init(_ payload: UnsafeRawBufferPointer, overTCP: Bool) {
    var bytes = payload
    if overTCP {
      let length = payload.count < 2 ? 0 : Int(payload[0]) << 8 | Int(payload[1])
      bytes = UnsafeRawBufferPointer(rebasing: payload.dropFirst(2).prefix(length))
    }
    self.bytes = bytes
    // A message without a header promises one entry that it does not have.
    questionsLeft = 1
    recordsLeft = 0
    guard bytes.count >= 12 else { return }
    questionsLeft = Int(number16(4))
    recordsLeft = Int(number16(6)) + Int(number16(8)) + Int(number16(10))
  }

  /// Hands out the questions, or behind them the records; false where an entry that the message
  /// promises, up to the last of these, is cut off or contradicts itself.
  mutating func forEach(records: Bool, _ body: (Entry) -> Void) -> Bool {
    while questionsLeft > 0 {
      guard let entry = next(isQuestion: true) else { return false }
      questionsLeft -= 1
      if !records { body(entry) }
    }
    while records, recordsLeft > 0 {
      guard let entry = next(isQuestion: false) else { return false }
      recordsLeft -= 1
      body(entry)
    }
    return true
  }

  private mutating func next(isQuestion: Bool) -> Entry? {
    let name = at
    guard let end = skipName(name) else { return nil }
    let fixed = end + (isQuestion ? 4 : 10)
    guard fixed <= bytes.count else { return nil }
    let length = isQuestion ? 0 : Int(number16(end + 8))
    guard fixed + length <= bytes.count else { return nil }
    at = fixed + length
    return Entry(
      name: name, type: number16(end), classCode: number16(end + 2),
      timeToLive: isQuestion ? 0 : UInt32(number16(end + 4)) << 16 | UInt32(number16(end + 6)),
      data: fixed..<at)
  }

  // MARK: Names

  /// The byte behind a name; nil where the name is none.
  private func skipName(_ start: Int) -> Int? {
    var behind: Int?
    let isName = walk(start) { _ in
    } pointer: { place in
      if behind == nil { behind = place + 2 }
    } end: { place in
      if behind == nil { behind = place + 1 }
    }
    return isName ? behind : nil
  }

  /// Walks a name's labels; false where it leaves the message, is too long, leads forward, or has
  /// labels of other kinds (RFC 6891, §5).
  @inline(__always)
  private func walk(
    _ start: Int, label: (Range<Int>) -> Void, pointer: (Int) -> Void, end: (Int) -> Void
  ) -> Bool {
    var at = start
    // Where the labels at hand begin: a pointer leads in front of it.
    var begin = start
    var size = 1
    while at < bytes.count {
      let length = Int(bytes[at])
      switch length {
      case 0:
        end(at)
        return true
      case 1...63:
        size += 1 + length
        guard size <= DomainName.bytesMax, at + 1 + length <= bytes.count else { return false }
        label(at + 1..<at + 1 + length)
        at += 1 + length
      case 0xC0...0xFF:
        guard at + 2 <= bytes.count else { return false }
        let target = Int(number16(at) & 0x3FFF)
        guard target < begin else { return false }
        pointer(at)
        (at, begin) = (target, target)
      default: return false
      }
    }
    return false
  }

  /// Writes the name in its one form (``DomainName``) behind `text`; false where it is no name.
  func appendName(_ start: Int, to text: inout [UInt8]) -> Bool {
    var isRoot = true
    let isName = walk(start) { range in
      if !isRoot { text.append(UInt8(ascii: ".")) }
      isRoot = false
      for place in range { Self.append(bytes[place], to: &text) }
    } pointer: { _ in
    } end: { _ in
    }
    if isName, isRoot { text.append(UInt8(ascii: ".")) }
    return isName
  }

  /// Labels of a name that is one, and their bytes.
  func sizeOfName(_ start: Int) -> (labels: Int, bytes: Int) {
    var size = (labels: 0, bytes: 0)
    _ = walk(start) { range in
      size.labels += 1
      size.bytes += range.count
    } pointer: { _ in
    } end: { _ in
    }
    return size
  }

  private static func append(_ byte: UInt8, to text: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): text.append(byte | 0x20)
    case UInt8(ascii: "."), UInt8(ascii: "\\"):
      text.append(UInt8(ascii: "\\"))
      text.append(byte)
    case 0x21...0x7E: text.append(byte)
    default:
      text.append(UInt8(ascii: "\\"))
      text.append(UInt8(ascii: "0") + byte / 100)
      text.append(UInt8(ascii: "0") + byte / 10 % 10)
      text.append(UInt8(ascii: "0") + byte % 10)
    }
  }

  // MARK: Numbers

  /// Big-endian; the caller has checked that it is there.
  func number16(_ at: Int) -> UInt16 { UInt16(bytes[at]) << 8 | UInt16(bytes[at + 1]) }

  /// Big-endian; the caller has checked that it is there.
  func number(_ range: Range<Int>) -> UInt64 {
    bytes[range].reduce(0) { $0 << 8 | UInt64($1) }
  }
}
