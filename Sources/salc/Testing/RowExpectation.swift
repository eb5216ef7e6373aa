import DataModel

/// One line behind `expect:`: what a row shall look like.
///
/// Words, or a line of `--format csv`. Words: an output's name, the window's start (or the tuple's
/// time), and any number of `column=value` (also `== != < <= > >=`); what is not named may be
/// anything.
struct RowExpectation {
  /// What is said of one column.
  struct Condition {
    let column: String
    let comparison: Comparison
    let text: String
  }

  /// How a column is compared. `=` is fair to approximate values, `==` asks for the very one.
  enum Comparison: String, CaseIterable {
    case same = "=="
    case different = "!="
    case atLeast = ">="
    case atMost = "<="
    case equal = "="
    case greater = ">"
    case less = "<"
  }

  /// Why a line is none.
  struct Malformed: Error {
    let reason: String
  }

  let line: Int
  let text: String
  private(set) var output: Int?
  private(set) var start: String?
  private(set) var conditions: [Condition] = []

  /// Reads a line; the columns must be those of the outputs.
  init(_ entry: QueryTestFile.Line, _ schemas: [OutputSchema]) throws(Malformed) {
    line = entry.number
    text = entry.text
    let words = try Self.words(of: entry.text)
    guard let first = words.first else { throw Malformed(reason: "the line says nothing") }
    if Self.isCSV(first) {
      try readCSV(schemas)
    } else {
      for word in words { try read(word, schemas) }
    }
    for condition in conditions { try checkName(condition.column, schemas) }
  }

  /// Columns that every row has beside those of its output.
  static let commonColumns = ["window_start", "window_end", "time", "quality"]

  private mutating func read(_ word: [Piece], _ schemas: [OutputSchema]) throws(Malformed) {
    if let condition = Self.condition(word) {
      conditions.append(condition)
      return
    }
    let name = word.map(\.text).joined()
    if Self.isTime(name) {
      start = normalizedTime(name)
    } else if let index = schemas.firstIndex(where: { $0.name == name }) {
      output = index
    } else {
      let near = nearestWord(to: name, in: schemas.map(\.name))
      throw Malformed(
        reason: "‘\(name)’ is no output, time or column=value; outputs: "
          + schemas.map(\.name).joined(separator: ", ")
          + (near.map { "; did you mean \($0)?" } ?? ""))
    }
  }

  private mutating func readCSV(_ schemas: [OutputSchema]) throws(Malformed) {
    var cells = Self.cells(of: text)[...]
    var index = 0
    if schemas.count > 1 {
      let name = cells.popFirst() ?? ""
      guard let found = schemas.firstIndex(where: { $0.name == name }) else {
        throw Malformed(reason: "‘\(name)’ is no output of the query; CSV begins with its name")
      }
      index = found
    }
    guard index < schemas.count else { throw Malformed(reason: "the query has no output") }
    let schema = schemas[index]
    output = index
    let times = schema.isWindowed ? ["window_start", "window_end"] : ["time"]
    let names = times + schema.columns.map(\.name)
    guard cells.count == names.count || cells.count == names.count + 1 else {
      throw Malformed(
        reason: "\(cells.count) cells, but a row has \(names.count): "
          + names.joined(separator: ","))
    }
    for (name, cell) in zip(names + ["quality"], cells) where cell != "*" {
      conditions.append(Condition(column: name, comparison: .equal, text: cell))
    }
  }

  private func checkName(_ name: String, _ schemas: [OutputSchema]) throws(Malformed) {
    let asked = output.map { [schemas[$0]] } ?? schemas
    let names = asked.flatMap { $0.columns.map(\.name) }
    guard !names.contains(name), !Self.commonColumns.contains(name) else { return }
    let near = nearestWord(to: name, in: names + Self.commonColumns)
    throw Malformed(
      reason: "there is no column ‘\(name)’; columns: " + names.joined(separator: ", ")
        + (near.map { "; did you mean \($0)?" } ?? ""))
  }
}

// MARK: Words

extension RowExpectation {
  /// A part of a word, quoted or not.
  struct Piece {
    var text: String
    let isQuoted: Bool
  }

  /// The words of a line; quotes hold blanks and operators together, `\"` and `\\` are escapes.
  static func words(of line: String) throws(Malformed) -> [[Piece]] {
    var words: [[Piece]] = []
    var isOpen = false
    var isQuoted = false
    var isEscaped = false
    for character in line {
      if isQuoted {
        let last = words.count - 1
        if isEscaped || character != "\\" && character != "\"" {
          words[last][words[last].count - 1].text.append(character)
          isEscaped = false
        } else if character == "\\" {
          isEscaped = true
        } else {
          isQuoted = false
        }
        continue
      }
      if character == " " || character == "\t" {
        isOpen = false
        continue
      }
      if !isOpen { words.append([]) }
      isOpen = true
      let last = words.count - 1
      if character == "\"" {
        words[last].append(Piece(text: "", isQuoted: true))
        isQuoted = true
      } else if words[last].last?.isQuoted ?? true {
        words[last].append(Piece(text: String(character), isQuoted: false))
      } else {
        words[last][words[last].count - 1].text.append(character)
      }
    }
    if isQuoted { throw Malformed(reason: "a quote is not closed") }
    return words
  }

  /// `column=value`: the first operator outside quotes divides.
  private static func condition(_ word: [Piece]) -> Condition? {
    var column = ""
    for (index, piece) in word.enumerated() {
      guard !piece.isQuoted, let at = piece.text.firstIndex(where: { "=<>!".contains($0) }) else {
        column += piece.text
        continue
      }
      let rest = piece.text[at...]
      guard let comparison = Comparison.allCases.first(where: { rest.hasPrefix($0.rawValue) })
      else { return nil }
      column += piece.text[..<at]
      let value =
        rest.dropFirst(comparison.rawValue.count) + word[(index + 1)...].map(\.text).joined()
      return Condition(column: column, comparison: comparison, text: String(value))
    }
    return nil
  }

  /// Whether a line's first word begins a row of CSV.
  private static func isCSV(_ word: [Piece]) -> Bool {
    guard let first = word.first(where: { piece in piece.text.contains { ",=".contains($0) } })
    else { return false }
    return first.text.first { ",=".contains($0) } == "," && !first.isQuoted
  }

  /// The cells of a line of RFC 4180.
  private static func cells(of line: String) -> [String] {
    var cells = [""]
    var isQuoted = false
    var previous: Character = ","
    for character in line {
      if character == "\"" {
        // A doubled quote is one; the first of the pair closed, the second opens again.
        if !isQuoted && previous == "\"" { cells[cells.count - 1].append(character) }
        isQuoted.toggle()
      } else if character == "," && !isQuoted {
        cells.append("")
      } else {
        cells[cells.count - 1].append(character)
      }
      previous = character
    }
    return cells
  }

  private static func isTime(_ word: String) -> Bool {
    word.hasSuffix("Z") && word.contains("T") && word.prefix(4).allSatisfy(\.isNumber)
  }
}

/// A time as `Timestamp.text` writes it: nine decimals.
func normalizedTime(_ text: String) -> String {
  let body = text.hasSuffix("Z") ? text.dropLast() : text[...]
  let parts = body.split(separator: ".", maxSplits: 1)
  let decimals = parts.count > 1 ? String(parts[1]) : ""
  let zeros = String(repeating: "0", count: max(0, 9 - decimals.utf8.count))
  return String(parts.first ?? "") + "." + decimals + zeros + "Z"
}
