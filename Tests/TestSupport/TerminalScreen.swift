/// What a terminal shows after bytes were written to it: enough of an xterm for our own output
/// and libedit's (ECMA-48: cursor moves, erasing, inserting, deleting; colours are dropped).
public struct TerminalScreen: Sendable {
  /// Columns of a line.
  public private(set) var columns: Int
  /// Lines of the window.
  public private(set) var rows: Int
  /// Where the next character goes, from 0.
  public private(set) var cursor = (row: 0, column: 0)
  /// Lines that have left the window at its top, oldest first.
  public private(set) var scrolled: [String] = []

  private var cells: [[Character]]
  /// The screen behind the alternate one (xterm's mode 1049).
  private var behind: (cells: [[Character]], row: Int, column: Int)?
  /// The last column is written, and the next character begins a line.
  private var wrapIsPending = false
  private var pending: [UInt8] = []

  /// An empty screen.
  public init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
  }

  /// The lines of the window, without spaces at their ends.
  public var lines: [String] { cells.map(Self.trimmed) }

  /// Everything that could be scrolled to, without empty lines at the end.
  public var text: String {
    var all = scrolled + lines
    while all.last == "" { all.removeLast() }
    return all.joined(separator: "\n")
  }

  /// The line of the cursor.
  public var currentLine: String { lines[cursor.row] }

  /// Whether the program draws on the alternate screen.
  public var isAlternate: Bool { behind != nil }

  mutating func resize(columns: Int, rows: Int) {
    while cells.count > rows && cells.count > cursor.row + 1 { cells.removeLast() }
    while cells.count > rows { scroll(); cells.removeLast(); cursor.row -= 1 }
    for row in cells.indices {
      cells[row] = Array(cells[row].prefix(columns))
      cells[row] += Array(repeating: " ", count: columns - cells[row].count)
    }
    while cells.count < rows { cells.append(Array(repeating: " ", count: columns)) }
    self.columns = columns
    self.rows = rows
    cursor = (min(cursor.row, rows - 1), min(cursor.column, columns - 1))
  }

  /// Shows what these bytes draw.
  public mutating func write(_ bytes: some Sequence<UInt8>) {
    pending += bytes
    while let used = step(), used > 0 { pending.removeFirst(used) }
  }

  /// Acts on the first character or sequence of what is pending; nil or 0 where it is not whole.
  private mutating func step() -> Int? {
    guard let first = pending.first else { return nil }
    if first == 0x1B { return escape() }
    if first < 0x20 || first == 0x7F {
      control(first)
      return 1
    }
    let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    guard pending.count >= length else { return nil }
    let text = String(decoding: pending.prefix(length), as: UTF8.self)
    for character in text { put(character) }
    return length
  }

  private mutating func control(_ byte: UInt8) {
    switch byte {
    case 0x08:
      cursor.column = max(0, cursor.column - 1)
      wrapIsPending = false
    case 0x09: moveTo(cursor.row, (cursor.column / 8 + 1) * 8)
    case 0x0A: lineFeed()
    case 0x0D: moveTo(cursor.row, 0)
    default: break
    }
  }

  /// The second half of a wide character.
  private static let covered: Character = "\u{0}"

  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFF00...0xFF60,
      0x1F300...0x1FAFF:
      true
    default: false
    }
  }

  private mutating func put(_ character: Character) {
    let scalar = character.unicodeScalars.first ?? " "
    if (0x300...0x36F).contains(scalar.value) { return }
    put(cell: character)
    if Self.isWide(scalar) { put(cell: Self.covered) }
  }

  private mutating func put(cell character: Character) {
    if wrapIsPending {
      lineFeed()
      cursor.column = 0
      wrapIsPending = false
    }
    cells[cursor.row][cursor.column] = character
    if cursor.column + 1 < columns { cursor.column += 1 } else { wrapIsPending = true }
  }

  private mutating func lineFeed() {
    wrapIsPending = false
    if cursor.row + 1 < rows { cursor.row += 1 } else { scroll() }
  }

  private mutating func scroll() {
    scrolled.append(Self.trimmed(cells.removeFirst()))
    cells.append(Array(repeating: " ", count: columns))
  }

  private mutating func moveTo(_ row: Int, _ column: Int) {
    cursor = (min(max(row, 0), rows - 1), min(max(column, 0), columns - 1))
    wrapIsPending = false
  }

  private mutating func escape() -> Int? {
    guard pending.count >= 2 else { return nil }
    switch pending[1] {
    case UInt8(ascii: "["): return controlSequence()
    case UInt8(ascii: "]"):
      // An operating system command (a title) ends with BEL.
      return pending.firstIndex(of: 0x07).map { $0 + 1 }
    case UInt8(ascii: "("), UInt8(ascii: ")"): return pending.count >= 3 ? 3 : nil
    default: return 2
    }
  }

  private mutating func controlSequence() -> Int? {
    guard let end = pending.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else {
      return nil
    }
    let text = String(decoding: pending[2..<end], as: UTF8.self)
    if text == "?1049" { setAlternate(pending[end] == UInt8(ascii: "h")) }
    let numbers = text.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) }
    act(pending[end], count: max(1, numbers[0] ?? 1), numbers)
    return end + 1
  }

  private mutating func setAlternate(_ isOn: Bool) {
    if isOn && behind == nil {
      behind = (cells, cursor.row, cursor.column)
    } else if !isOn, let before = behind {
      behind = nil
      cells = before.cells
      // The window may have another size by now.
      while cells.count > rows { cells.removeLast() }
      for row in cells.indices {
        cells[row] = Array(cells[row].prefix(columns))
        cells[row] += Array(repeating: " ", count: columns - cells[row].count)
      }
      while cells.count < rows { cells.append(Array(repeating: " ", count: columns)) }
      moveTo(before.row, before.column)
    }
  }

  private mutating func act(_ final: UInt8, count: Int, _ numbers: [Int?]) {
    let (row, column) = cursor
    switch final {
    case UInt8(ascii: "A"): moveTo(row - count, column)
    case UInt8(ascii: "B"): moveTo(row + count, column)
    case UInt8(ascii: "C"): moveTo(row, column + count)
    case UInt8(ascii: "D"): moveTo(row, column - count)
    case UInt8(ascii: "G"): moveTo(row, count - 1)
    case UInt8(ascii: "d"): moveTo(count - 1, column)
    case UInt8(ascii: "H"), UInt8(ascii: "f"):
      moveTo(count - 1, max(1, (numbers.count > 1 ? numbers[1] : 1) ?? 1) - 1)
    case UInt8(ascii: "J"): eraseDisplay(numbers[0] ?? 0)
    case UInt8(ascii: "K"): eraseLine(numbers[0] ?? 0)
    case UInt8(ascii: "P"):
      let rest = cells[row].dropFirst(column + count)
      let kept = Array(cells[row].prefix(column)) + rest
      cells[row] = kept + Array(repeating: " ", count: columns - kept.count)
    case UInt8(ascii: "@"):
      let blanks = Array(repeating: Character(" "), count: count)
      let all = cells[row].prefix(column) + blanks + cells[row].dropFirst(column)
      cells[row] = Array(all.prefix(columns))
    default: break
    }
  }

  private mutating func eraseLine(_ kind: Int) {
    let (row, column) = cursor
    let range = kind == 0 ? column..<columns : kind == 1 ? 0..<(column + 1) : 0..<columns
    for place in range { cells[row][place] = " " }
  }

  private mutating func eraseDisplay(_ kind: Int) {
    if kind != 1 { eraseLine(0) } else { eraseLine(1) }
    let range = kind == 0 ? (cursor.row + 1)..<rows : kind == 1 ? 0..<cursor.row : 0..<rows
    for row in range { cells[row] = Array(repeating: " ", count: columns) }
  }

  private static func trimmed(_ cells: [Character]) -> String {
    var end = cells.count
    while end > 0 && cells[end - 1] == " " { end -= 1 }
    return String(cells[..<end].filter { $0 != covered })
  }
}
