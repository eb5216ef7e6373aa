import Diagnostics

extension Lexer {
  /// Moves over one token and says what it is.
  mutating func scanToken() -> TokenKind {
    let first = bytes[offset]
    if let kind = scanColonAddress() { return kind }
    switch first {
    case 0x30...0x39: return scanNumber()
    case 0x41...0x5A, 0x5F, 0x61...0x7A: return scanIdentifier()
    case UInt8(ascii: "\""): return scanString()
    case UInt8(ascii: "'"): return scanSingleQuoted()
    case 0x80...: return scanUnicode()
    default: return scanPunctuation()
    }
  }

  // MARK: Words

  private mutating func scanIdentifier() -> TokenKind {
    while let length = identifierPart(at: offset) { offset += length }
    return .identifier
  }

  /// The length of the character at `place` if it can continue an identifier.
  private func identifierPart(at place: Int) -> Int? {
    guard place < bytes.count else { return nil }
    switch bytes[place] {
    case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: return 1
    case 0x80...:
      guard let (scalar, length) = scalar(at: place) else { return nil }
      let properties = scalar.properties
      let isMark = properties.generalCategory == .nonspacingMark
      return isLetter(scalar) || isMark || properties.numericType == .decimal ? length : nil
    default: return nil
    }
  }

  private func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return true
    default: return false
    }
  }

  // MARK: Numbers and addresses

  private func isDigit(_ byte: UInt8?) -> Bool {
    guard let byte else { return false }
    return (0x30...0x39).contains(byte)
  }

  private func isHexDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
  }

  /// An IPv6 address or prefix or a MAC: a run of hex digits, `:` and `.` with two colons.
  ///
  /// No other construct has two colons in such a run, so a malformed one is read here too.
  private mutating func scanColonAddress() -> TokenKind? {
    var end = offset
    var colons = 0
    while end < bytes.count, end - offset <= 64 {
      let byte = bytes[end]
      if byte == UInt8(ascii: ":") {
        colons += 1
      } else if byte == UInt8(ascii: ".") {
        guard colons >= 2 else { return nil }
      } else if !isHexDigit(byte) {
        break
      }
      end += 1
      // A word of letters alone is the common case; do not scan far for it.
      if colons == 0, end - offset > 4 { return nil }
    }
    guard colons >= 2, identifierPart(at: end) == nil else { return nil }
    let text = bytes[offset..<end]
    offset = end
    if AddressParser.mac(text) != nil { return .mac }
    guard byte(0) == UInt8(ascii: "/"), isDigit(byte(1)) else { return .ipv6 }
    offset += 1
    while isDigit(byte(0)) { offset += 1 }
    return .ipv6Prefix
  }

  private mutating func scanNumber() -> TokenKind {
    if bytes[offset] == 0x30, byte(1) == UInt8(ascii: "x") || byte(1) == UInt8(ascii: "X") {
      offset += 2
      while let length = identifierPart(at: offset) { offset += length }
      return .hexInteger
    }
    var points = 0
    while true {
      while isDigit(byte(0)) { offset += 1 }
      guard byte(0) == UInt8(ascii: "."), isDigit(byte(1)) else { break }
      points += 1
      offset += 1
    }
    if points >= 2 {
      guard points == 3, byte(0) == UInt8(ascii: "/"), isDigit(byte(1)) else { return .ipv4 }
      offset += 1
      while isDigit(byte(0)) { offset += 1 }
      return .ipv4Prefix
    }
    let unitStart = offset
    while let length = identifierPart(at: offset) { offset += length }
    guard offset > unitStart else { return points == 0 ? .integer : .decimal }
    return Unit.size(bytes[unitStart..<offset]) != nil ? .size : .duration
  }

  // MARK: Strings

  private mutating func scanString() -> TokenKind {
    let start = offset
    offset += 1
    while let byte = byte(0), byte != 0x0A, byte != 0x0D {
      if byte == UInt8(ascii: "\\"), let next = self.byte(1), next != 0x0A, next != 0x0D {
        offset += 2
        continue
      }
      offset += 1
      if byte == UInt8(ascii: "\"") {
        reportInvalidUTF8(from: start)
        return .string
      }
    }
    report(
      .unterminatedString(at: SourceRange(start, start + 1), closingAt: likelyEnd(from: start)))
    return .unknown
  }

  /// Where the quote of the string from `start` to here was forgotten: before what closes the
  /// statement.
  private func likelyEnd(from start: Int) -> Int {
    var place = offset
    let closers = Array(" \t);".utf8)
    while place > start + 1, closers.contains(bytes[place - 1]) { place -= 1 }
    return place
  }

  /// `'text'`, as other languages write strings: reported, then read as a string, or as the address
  /// that it is.
  private mutating func scanSingleQuoted() -> TokenKind {
    if offset == closingQuote {
      offset += 1
      return .unknown
    }
    var end = offset + 1
    while end < bytes.count, bytes[end] != 0x0A, bytes[end] != UInt8(ascii: "'") { end += 1 }
    guard end < bytes.count, bytes[end] == UInt8(ascii: "'") else { return scanUnknown() }
    let start = offset
    let opening = SourceRange(start, start + 1)
    let closing = SourceRange(end, end + 1)
    if AddressParser.isAddress(bytes[(start + 1)..<end]) {
      report(.quotedAddress(opening: opening, closing: closing))
      closingQuote = end
      offset += 1
      return .unknown
    }
    offset = end + 1
    report(.foreignQuotes(opening: opening, closing: closing))
    return .string
  }

  // MARK: Punctuation

  private static let pairs: [(String, TokenKind)] = [
    ("==", .equal), ("!=", .notEqual), ("<=", .lessOrEqual), (">=", .greaterOrEqual),
    ("<<", .shiftLeft), (">>", .shiftRight), ("&&", .doubleAmpersand), ("||", .doublePipe),
  ]

  /// Spellings of other languages that are read as their meaning, after a message.
  private static let foreignPairs: [(String, TokenKind)] = [
    ("<>", .notEqual), ("=<", .lessOrEqual), ("=>", .greaterOrEqual), (":=", .assign),
  ]

  private mutating func scanPunctuation() -> TokenKind {
    for (text, kind) in Self.pairs where text.utf8.elementsEqual(bytes[offset...].prefix(2)) {
      offset += 2
      return kind
    }
    for (text, kind) in Self.foreignPairs
    where text.utf8.elementsEqual(bytes[offset...].prefix(2)) {
      report(.foreignSpelling(text, of: kind, at: SourceRange(offset, offset + 2)))
      offset += 2
      return kind
    }
    if bytes[offset] == UInt8(ascii: "#") { return scanHashComment() }
    let text = String(Character(Unicode.Scalar(bytes[offset])))
    guard let kind = TokenKind(rawValue: text) else { return scanUnknown() }
    offset += 1
    return kind
  }

  /// `# text`, another language's comment: reported, then left out to the end of the line.
  private mutating func scanHashComment() -> TokenKind {
    report(.hashComment(at: SourceRange(offset, offset + 1)))
    while let byte = byte(0), byte != 0x0A, byte != 0x0D { offset += 1 }
    return .unknown
  }

  // MARK: Beyond ASCII

  /// Characters that look like an operator, from papers and word processors.
  private static let lookAlikes: [Unicode.Scalar: TokenKind] = [
    "\u{2013}": .minus, "\u{2014}": .minus, "\u{FF0D}": .minus, "≤": .lessOrEqual,
    "≥": .greaterOrEqual, "≠": .notEqual, "×": .star, "；": .semicolon, "，": .comma,
    "（": .leftParenthesis, "）": .rightParenthesis, "＝": .assign,
  ]

  private mutating func scanUnicode() -> TokenKind {
    guard let (scalar, length) = scalar(at: offset) else { return scanUnknown() }
    if scalar == "\u{2212}" {
      offset += length
      return .minus
    }
    if let kind = Self.lookAlikes[scalar] {
      let range = SourceRange(offset, offset + length)
      report(.foreignSpelling(String(Character(scalar)), of: kind, at: range))
      offset += length
      return kind
    }
    if scalar == "\u{201C}" || scalar == "\u{201D}" { return scanCurlyQuoted(length) }
    return isLetter(scalar) ? scanIdentifier() : scanUnknown()
  }

  private mutating func scanCurlyQuoted(_ length: Int) -> TokenKind {
    var end = offset + length
    while let (scalar, width) = scalar(at: end), scalar != "\n" {
      if scalar == "\u{201C}" || scalar == "\u{201D}" || scalar == "\"" {
        let opening = SourceRange(offset, offset + length)
        offset = end + width
        report(.foreignQuotes(opening: opening, closing: SourceRange(end, offset)))
        return .string
      }
      end += width
    }
    return scanUnknown()
  }

  /// One token for a run of bytes that belong to no token, and one message for it.
  private mutating func scanUnknown() -> TokenKind {
    let start = offset
    var isText = true
    repeat {
      if let (_, length) = scalar(at: offset) {
        offset += length
      } else {
        offset += 1
        isText = false
      }
    } while offset < bytes.count && isUnknown(at: offset)
    let range = SourceRange(start, offset)
    report(isText ? .unexpectedCharacter(source, at: range) : .invalidUTF8(at: range))
    return .unknown
  }

  /// Whether nothing that could be a token or trivia starts at `place`.
  private func isUnknown(at place: Int) -> Bool {
    guard let (scalar, _) = scalar(at: place) else { return true }
    switch scalar.value {
    case 0x00...0x08, 0x0E...0x1F, 0x7F: return true
    case 0x20...0x7E, 0x09...0x0D: return false
    default:
      return !scalar.properties.isWhitespace && !isLetter(scalar) && scalar != "\u{2212}"
        && Self.lookAlikes[scalar] == nil
    }
  }
}
