/// What the comments of a query promise: captures, rows, diagnostics.
///
/// A line of comment that begins with `-- pcap:`, `-- expect:` and the like; `//` is as good as
/// `--`. Each capture begins a case, and the lines up to the next belong to it. See
/// `Docs/Testing.md`.
struct QueryTestFile {
  /// A line's number, from 1, and what stands behind its key.
  struct Line {
    let number: Int
    let text: String
  }

  /// A capture with what it shall give.
  struct Case {
    let capture: Line
    /// Exactly these rows.
    var rows: [Line] = []
    /// These rows among others.
    var someRows: [Line] = []
    /// So many rows, of all outputs or of a named one.
    var rowCounts: [Line] = []

    var isEmpty: Bool { rows.isEmpty && someRows.isEmpty && rowCounts.isEmpty }
  }

  /// The keys of the lines, for "did you mean".
  static let keys = [
    "pcap", "expect", "expect-some", "expect-rows", "expect-error", "expect-warning",
  ]

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
        Line(number: first.capture.number, text: "a query that is refused gives no rows"))
    }
    for test in cases where test.isEmpty {
      problems.append(
        Line(
          number: test.capture.number,
          text: "nothing is expected of this capture; salc test --update writes its rows"))
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
    case "pcap": cases.append(Case(capture: line))
    case "expect": expect(line, key) { $0.rows.append(line) }
    case "expect-some": expect(line, key) { $0.someRows.append(line) }
    case "expect-rows": expect(line, key) { $0.rowCounts.append(line) }
    case "expect-error": errors.append(line)
    case "expect-warning": warnings.append(line)
    default:
      // Ordinary comments have colons too; a misspelt key must not make a test that cannot fail.
      guard key.hasPrefix("expect") || key.hasPrefix("pcap") else { return }
      let hint = nearestWord(to: key, in: Self.keys).map { "; did you mean ‘\($0):’?" } ?? ""
      problems.append(Line(number: line.number, text: "there is no ‘\(key):’\(hint)"))
    }
  }

  private mutating func expect(_ line: Line, _ key: String, _ body: (inout Case) -> Void) {
    guard !cases.isEmpty else {
      problems.append(
        Line(number: line.number, text: "‘\(key):’ needs a ‘-- pcap: FILE’ line above it"))
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
