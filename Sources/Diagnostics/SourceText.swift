/// A half-open range of UTF-8 offsets into one source text.
public struct SourceRange: Hashable, Sendable {
  /// Offset of the first byte.
  public let lowerBound: Int
  /// Offset after the last byte; equal to `lowerBound` for a place between two characters.
  public let upperBound: Int

  /// The range of bytes `lowerBound ..< upperBound`; `upperBound` must not be the smaller.
  public init(_ lowerBound: Int, _ upperBound: Int) {
    precondition(lowerBound <= upperBound, "a source range must not end before it begins")
    self.lowerBound = lowerBound
    self.upperBound = upperBound
  }

  /// The empty range at `offset`.
  public init(at offset: Int) {
    self.init(offset, offset)
  }

  /// Number of bytes.
  public var count: Int { upperBound - lowerBound }

  /// Whether the range is a place between two characters.
  public var isEmpty: Bool { lowerBound == upperBound }

  /// The smallest range that holds both.
  public func union(_ other: SourceRange) -> SourceRange {
    SourceRange(min(lowerBound, other.lowerBound), max(upperBound, other.upperBound))
  }
}

extension SourceRange: CustomStringConvertible {
  public var description: String { "\(lowerBound)..<\(upperBound)" }
}

/// A place in a text as people count: both numbers start at 1, columns count Unicode scalars.
public struct SourcePosition: Hashable, Sendable {
  /// Line, from 1.
  public let line: Int
  /// Column in Unicode scalars, from 1.
  public let column: Int

  /// The given line and column, both from 1.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// A source text: its bytes exactly as read, and the name to show for it.
///
/// The bytes need not be valid UTF-8; whatever asks for text sees U+FFFD in place of bad bytes.
public struct SourceText: Sendable, Equatable {
  /// Name shown in messages, usually a file name.
  public let name: String
  /// The text, byte for byte.
  public let utf8: [UInt8]

  /// A text from bytes as read from a file.
  public init(name: String, utf8: [UInt8]) {
    self.name = name
    self.utf8 = utf8
  }

  /// A text from a string.
  public init(name: String, _ text: String) {
    self.init(name: name, utf8: Array(text.utf8))
  }

  /// The range of the whole text.
  public var range: SourceRange { SourceRange(0, utf8.count) }

  /// The text of `range`, clamped to the source; bad UTF-8 becomes U+FFFD.
  public subscript(range: SourceRange) -> String {
    String(decoding: utf8[clamped(range)], as: UTF8.self)
  }

  /// Line and column of `offset` (clamped to the text). Counts from the start: O(offset).
  public func position(at offset: Int) -> SourcePosition {
    let end = min(max(offset, 0), utf8.count)
    var line = 1
    var column = 1
    for byte in utf8[..<end] {
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return SourcePosition(line: line, column: column)
  }

  /// The line that holds `offset`, without its line end.
  public func lineRange(containing offset: Int) -> SourceRange {
    let place = min(max(offset, 0), utf8.count)
    var lower = place
    while lower > 0, utf8[lower - 1] != UInt8(ascii: "\n") { lower -= 1 }
    var upper = place
    while upper < utf8.count, utf8[upper] != UInt8(ascii: "\n") { upper += 1 }
    if upper > lower, utf8[upper - 1] == UInt8(ascii: "\r") { upper -= 1 }
    return SourceRange(lower, upper)
  }

  /// The text after `edits`, which must not overlap; edits at one place apply in their order.
  ///
  /// An edit that overlaps an earlier one is left out, so that several fix-its can be applied at
  /// once and the rest in a second pass.
  public func applying(_ edits: [TextEdit]) -> SourceText {
    let ordered = edits.enumerated().sorted {
      ($0.element.range.lowerBound, $0.offset) < ($1.element.range.lowerBound, $1.offset)
    }
    var result: [UInt8] = []
    result.reserveCapacity(utf8.count)
    var copied = 0
    for (_, edit) in ordered {
      let range = clamped(edit.range)
      guard range.lowerBound >= copied else { continue }
      result += utf8[copied..<range.lowerBound]
      result += Array(edit.replacement.utf8)
      copied = range.upperBound
    }
    result += utf8[copied...]
    return SourceText(name: name, utf8: result)
  }

  private func clamped(_ range: SourceRange) -> Range<Int> {
    let lower = min(max(range.lowerBound, 0), utf8.count)
    return lower..<min(max(range.upperBound, lower), utf8.count)
  }
}
