/// Brings a terminal from the lines that it shows to others: only lines that differ are written.
struct ScreenPainter {
  private var shown: [String]?

  /// Forgets what the terminal shows: the next frame is written whole.
  mutating func forget() { shown = nil }

  /// The bytes that make a terminal of so many columns show these lines, at most one a row of it.
  mutating func bytes(for lines: [StyledLine], columns: Int, colored: Bool) -> [UInt8] {
    let next = lines.map { $0.rendered(colored: colored) }
    var text = shown == nil ? "\u{1B}[0m\u{1B}[2J" : ""
    let before = shown ?? []
    for (row, line) in next.enumerated() where !before.indices.contains(row) || before[row] != line
    {
      if shown == nil && line.isEmpty { continue }
      // Behind a full line the cursor still stands on its last column: erasing would take that.
      let isFull = lines[row].width >= columns
      text += "\u{1B}[\(row + 1);1H\(line)\(isFull ? "" : "\u{1B}[K")"
    }
    if next.count < before.count { text += "\u{1B}[\(next.count + 1);1H\u{1B}[J" }
    shown = next
    return Array(text.utf8)
  }
}
