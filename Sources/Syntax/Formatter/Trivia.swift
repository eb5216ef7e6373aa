import Diagnostics

/// The white space and comments before a token.
struct Trivia {
  /// A comment and how it stood.
  struct Comment {
    let text: String
    /// Whether it runs to the end of its line.
    let isLineComment: Bool
    /// Whether a line end precedes it.
    let isOnOwnLine: Bool
    /// Whether an empty line precedes it.
    let hasBlankLineBefore: Bool
  }

  private(set) var comments: [Comment] = []
  /// Whether an empty line separates the token from what is before it.
  let endsWithBlankLine: Bool
  /// Whether the trivia is the last of the text.
  let isAtEnd: Bool

  init(_ source: SourceText, _ range: SourceRange) {
    isAtEnd = range.upperBound == source.utf8.count
    let bytes = source.utf8
    var offset = range.lowerBound
    var newlines = 0
    while offset < range.upperBound {
      let start = offset
      switch bytes[offset] {
      case UInt8(ascii: "\n"):
        newlines += 1
        offset += 1
      case UInt8(ascii: "/"), UInt8(ascii: "-"):
        let isBlock = bytes[offset + 1] == UInt8(ascii: "*")
        offset =
          isBlock
          ? Self.blockEnd(bytes, offset + 2, range.upperBound)
          : Self.lineEnd(bytes, offset, range.upperBound)
        comments.append(
          Comment(
            text: Self.trimmed(source[SourceRange(start, offset)]), isLineComment: !isBlock,
            isOnOwnLine: newlines > 0, hasBlankLineBefore: newlines > 1))
        newlines = 0
      default: offset += 1
      }
    }
    endsWithBlankLine = newlines > 1
  }

  private static func lineEnd(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Int {
    bytes[start..<end].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? end
  }

  private static func blockEnd(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Int {
    var offset = start
    while offset + 1 < end {
      if bytes[offset] == UInt8(ascii: "*"), bytes[offset + 1] == UInt8(ascii: "/") {
        return offset + 2
      }
      offset += 1
    }
    return end
  }

  private static func trimmed(_ text: String) -> String {
    var scalars = text.unicodeScalars[...]
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    return String(scalars)
  }
}
