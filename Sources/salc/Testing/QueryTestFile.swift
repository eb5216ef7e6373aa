/// What the comments of a query promise: files, rows, diagnostics.
///
/// A line of comment that begins with `-- pcap:`, `-- expect:` and the like; `//` is as good as
/// `--`. Each file begins a case, and the lines up to the next belong to it; `bind:` lines that
/// stand together are one case. See `Docs/Testing.md`.
struct QueryTestFile {
  /// A line's number, from 1, and what stands behind its key.
  struct Line {
    let number: Int
    let text: String
  }

  /// A file that a case reads.
  struct Input {
    /// What `salc run` calls it: one of ``QueryTestFile/inputKeys``.
    let key: String
    /// The file, behind `NAME=` where the key is `bind`.
    let line: Line
  }

  /// What is read, with what it shall give.
  struct Case {
    /// Never empty.
    var inputs: [Input]
    /// Exactly these rows.
    var rows: [Line] = []
    /// These rows among others.
    var someRows: [Line] = []
    /// So many rows, of all outputs or of a named one.
    var rowCounts: [Line] = []

    var isEmpty: Bool { rows.isEmpty && someRows.isEmpty && rowCounts.isEmpty }
    /// The number of its first line.
    var number: Int { inputs[0].line.number }
    /// What it reads, for people.
    var title: String { inputs.map(\.line.text).joined(separator: ", ") }

    /// Whether a further line of input is of this case: sources, and tables beside them.
    func takes(_ key: String) -> Bool {
      isEmpty && (key == "bind" || inputs.allSatisfy { $0.key == "bind" })
    }
  }

  /// The keys of lines that name a file: the flags of `salc run`.
  static let inputKeys = ["pcap", "csv", "netflow", "ipfix", "sflow", "bind"]

  /// The keys of the lines, for "did you mean".
  static let keys =
    inputKeys + ["expect", "expect-some", "expect-rows", "expect-error", "expect-warning"]

  private(set) var cases: [Case] = []
  /// Codes of the errors that the query shall be refused with, and no others.
  private(set) var errors: [Line] = []
  /// Codes of warnings that it shall be answered with, among others.
  private(set) var warnings: [Line] = []
  /// What is wrong with the lines themselves.
  private(set) var problems: [Line] = []

  /// Whether there is nothing to test.
  var isEmpty: Bool { cases.isEmpty && errors.isEmpty && warnings.isEmpty && problems.isEmpty }

  init(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if let (key, rest) = Self.entry(line) { take(key, Line(number: index + 1, text: rest)) }
    }
    if !errors.isEmpty, let first = cases.first {
      problems.append(
        Line(number: first.number, text: "a query that is refused gives no rows"))
    }
    for test in cases where test.isEmpty {
      problems.append(
        Line(
          number: test.number,
          text: "nothing is expected of \(test.title); salc test --update writes its rows"))
    }
  }

  /// The key and the text of `-- key: text`; nil where the line is another one.
  static func entry(_ line: Substring) -> (key: String, text: String)? {
    let trimmed = line.drop { $0 == " " || $0 == "\t" }
    guard trimmed.hasPrefix("--") || trimmed.hasPrefix("//"),
      let colon = trimmed.firstIndex(of: ":")
    else { return nil }
    let key = trimmed[..<colon].dropFirst(2).trimmed
    guard !key.isEmpty, key.allSatisfy({ $0.isLetter || $0 == "-" }) else { return nil }
    return (key, trimmed[trimmed.index(after: colon)...].trimmed)
  }

  private mutating func take(_ key: String, _ line: Line) {
    switch key {
    case let key where Self.inputKeys.contains(key): read(Input(key: key, line: line))
    case "expect": expect(line, key) { $0.rows.append(line) }
    case "expect-some": expect(line, key) { $0.someRows.append(line) }
    case "expect-rows": expect(line, key) { $0.rowCounts.append(line) }
    case "expect-error": errors.append(line)
    case "expect-warning": warnings.append(line)
    default:
      // Ordinary comments have colons too; a misspelt key must not make a test that cannot fail. It
      // is one where it is near a key and, where that names a file, one word stands behind it.
      let near = nearestWord(to: key, in: Self.keys)
      let isInput = Self.inputKeys.contains(where: key.hasPrefix) && !line.text.contains(" ")
      guard key.hasPrefix("expect-") || near != nil && (key.hasPrefix("expect") || isInput)
      else { return }
      let hint = near.map { "; did you mean ‘\($0):’?" } ?? ""
      problems.append(Line(number: line.number, text: "there is no ‘\(key):’\(hint)"))
    }
  }

  private mutating func read(_ input: Input) {
    if let last = cases.indices.last, cases[last].takes(input.key) {
      cases[last].inputs.append(input)
    } else {
      cases.append(Case(inputs: [input]))
    }
  }

  private mutating func expect(_ line: Line, _ key: String, _ body: (inout Case) -> Void) {
    guard !cases.isEmpty else {
      problems.append(
        Line(
          number: line.number,
          text: "‘\(key):’ needs a line above it that names a file, such as ‘-- pcap: FILE’"))
      return
    }
    body(&cases[cases.count - 1])
  }
}

extension StringProtocol {
  /// Without white space at either end.
  var trimmed: String {
    let head = drop { $0.isWhitespace }
    return String(head.prefix(head.count - head.reversed().prefix { $0.isWhitespace }.count))
  }
}
