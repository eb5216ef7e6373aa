import Diagnostics

/// A token together with the keyword that its text spells.
struct LexedToken {
  var token: Token
  let keyword: Keyword?
}

/// Cuts a text into tokens; every byte ends up in exactly one token or its trivia.
struct Lexer {
  let source: SourceText
  let bytes: [UInt8]
  var offset = 0
  /// The quote that closes an address, whose opening quote was reported.
  var closingQuote: Int?
  private(set) var tokens: [LexedToken] = []
  private(set) var diagnostics: [Diagnostic] = []

  init(_ source: SourceText) {
    self.source = source
    bytes = source.utf8
    tokens.reserveCapacity(bytes.count / 4)
  }

  mutating func run() {
    while true {
      let triviaStart = offset
      skipTrivia()
      let trivia = SourceRange(triviaStart, offset)
      guard offset < bytes.count else {
        append(.endOfText, trivia, at: offset)
        return
      }
      let start = offset
      let kind = scanToken()
      append(kind, trivia, at: start)
    }
  }

  mutating func report(_ diagnostic: Diagnostic) {
    diagnostics.append(diagnostic)
  }

  private mutating func append(_ kind: TokenKind, _ trivia: SourceRange, at start: Int) {
    let keyword = kind == .identifier ? Keyword(bytes[start..<offset]) : nil
    let isReserved = keyword?.isReserved ?? false
    let token = Token(
      kind: isReserved ? .keyword : kind, trivia: trivia, range: SourceRange(start, offset))
    tokens.append(LexedToken(token: token, keyword: keyword))
  }

  // MARK: Trivia

  private mutating func skipTrivia() {
    if offset == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09...0x0D: offset += 1
      case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"): skipLine()
      case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"): skipBlockComment()
      case UInt8(ascii: "-") where isDashComment: skipLine()
      case 0x80...:
        guard let (scalar, length) = scalar(at: offset), scalar.properties.isWhitespace else {
          return
        }
        offset += length
      default: return
      }
    }
  }

  /// Whether `--` here opens a comment: first on its line, or between white space.
  private var isDashComment: Bool {
    guard byte(1) == UInt8(ascii: "-") else { return false }
    var before = offset
    while before > 0, isBlank(bytes[before - 1]) { before -= 1 }
    if before == 0 || isLineEnd(bytes[before - 1]) { return true }
    guard before < offset else { return false }
    guard let after = byte(2) else { return true }
    return isBlank(after) || isLineEnd(after)
  }

  private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
  private func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

  private mutating func skipLine() {
    let start = offset
    while offset < bytes.count, !isLineEnd(bytes[offset]) { offset += 1 }
    reportInvalidUTF8(from: start)
  }

  private mutating func skipBlockComment() {
    let start = offset
    offset += 2
    while offset < bytes.count {
      if bytes[offset] == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
        offset += 2
        reportInvalidUTF8(from: start)
        return
      }
      offset += 1
    }
    report(.unterminatedComment(at: SourceRange(start, start + 2), end: bytes.count))
  }

  /// Reports the first bytes of a comment or string that are not UTF-8.
  mutating func reportInvalidUTF8(from start: Int) {
    var place = start
    while place < offset {
      guard let (_, length) = scalar(at: place) else {
        report(.invalidUTF8(at: SourceRange(place, place + 1)))
        return
      }
      place += length
    }
  }

  // MARK: Reading

  /// The byte `distance` after the current one.
  func byte(_ distance: Int) -> UInt8? {
    offset + distance < bytes.count ? bytes[offset + distance] : nil
  }

  /// The well-formed scalar at `place` and its length in bytes.
  func scalar(at place: Int) -> (Unicode.Scalar, Int)? {
    guard place < bytes.count else { return nil }
    let first = bytes[place]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0
    guard length > 0, place + length <= bytes.count else { return nil }
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for byte in bytes[(place + 1)..<(place + length)] {
      guard byte & 0xC0 == 0x80 else { return nil }
      value = (value << 6) | UInt32(byte & 0x3F)
    }
    let smallest: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x1_0000
    guard value >= smallest, let scalar = Unicode.Scalar(value) else { return nil }
    return (scalar, length)
  }
}
