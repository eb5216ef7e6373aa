/// One line of source made fit for a terminal, with the columns that a range covers.
///
/// Tabs become spaces, control characters and bad bytes visible marks, so that a binary file
/// cannot drive the terminal. Of a long line only a window around the range is decoded.
struct SourceExcerpt {
  /// What to print.
  private(set) var text = ""
  /// Terminal columns before the marked piece.
  private(set) var columnsBefore = 0
  /// Terminal columns of the marked piece; at least 1.
  private(set) var columnsMarked = 0

  /// The line of `range.lowerBound`, cut to about `width` columns around the range.
  init(_ source: SourceText, _ range: SourceRange, width: Int) {
    let line = source.lineRange(containing: range.lowerBound)
    let lower = min(max(range.lowerBound, line.lowerBound), line.upperBound)
    let upper = min(max(range.upperBound, lower), line.upperBound)
    var first = line.lowerBound
    var end = line.upperBound
    if line.count > width {
      first = max(line.lowerBound, lower - width / 2)
      end = min(line.upperBound, first + width)
      while first > line.lowerBound, source.utf8[first] & 0xC0 == 0x80 { first -= 1 }
      while end < line.upperBound, source.utf8[end] & 0xC0 == 0x80 { end += 1 }
    }
    var columns = 0
    if first > line.lowerBound { append("…", width: 1, to: &columns) }
    append(source[SourceRange(first, max(first, lower))], to: &columns)
    columnsBefore = columns
    append(source[SourceRange(lower, max(lower, min(upper, end)))], to: &columns)
    columnsMarked = max(1, columns - columnsBefore)
    append(source[SourceRange(max(lower, min(upper, end)), end)], to: &columns)
    if end < line.upperBound { append("…", width: 1, to: &columns) }
  }

  private mutating func append(_ piece: String, to columns: inout Int) {
    for scalar in piece.unicodeScalars {
      switch scalar.value {
      case 0x09:
        let width = 4 - columns % 4
        append(String(repeating: " ", count: width), width: width, to: &columns)
      case 0x00...0x1F:
        // U+2400 … U+241F are the pictures of the control characters.
        append(String(Character(visible(0x2400 + scalar.value))), width: 1, to: &columns)
      case 0x7F: append("␡", width: 1, to: &columns)
      case 0x80...0x9F, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2069, 0xFEFF:
        // Invisible and direction-changing characters would make the text lie.
        append("\u{FFFD}", width: 1, to: &columns)
      default: append(String(Character(scalar)), width: terminalWidth(scalar), to: &columns)
      }
    }
  }

  private mutating func append(_ piece: String, width: Int, to columns: inout Int) {
    text += piece
    columns += width
  }

  private func visible(_ value: UInt32) -> Unicode.Scalar {
    Unicode.Scalar(value) ?? "\u{FFFD}"
  }
}

/// Columns that a terminal gives a character: 0 combining, 2 East Asian wide and emoji, else 1.
///
/// Source: the W and F rows of Unicode's EastAsianWidth.txt, as whole blocks.
func terminalWidth(_ scalar: Unicode.Scalar) -> Int {
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark: return 0
  default: break
  }
  switch scalar.value {
  case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
    0xA000...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
    0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,
    0x20000...0x3FFFD:
    return 2
  default: return 1
  }
}
