import Diagnostics
import Syntax
import Testing

/// A diagnostic that a test expects, at one of the markers of its text.
struct Expected: CustomStringConvertible {
  let code: DiagnosticCode
  let marker: Character
  let message: String?

  init(_ code: DiagnosticCode, at marker: Character = "1️⃣", _ message: String? = nil) {
    self.code = code
    self.marker = marker
    self.message = message
  }

  var description: String { "\(code) at \(marker)" }
}

/// The markers that texts may contain; each stands for the place of the character after it.
private let markers: [Character] = ["1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣", "6️⃣"]

/// Parses `marked` without its markers and checks:
/// the tokens are the text; the diagnostics are those expected, in order, each starting at its
/// marker; applying every first fix-it gives `fixed`, which has no errors; no text that lacks one
/// of the tokens crashes the parser.
func expectParse(
  _ marked: String, diagnostics expected: [Expected] = [], fixed: String? = nil,
  tree: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  var text = ""
  var places: [Character: Int] = [:]
  for character in marked {
    if markers.contains(character) {
      places[character] = text.utf8.count
    } else {
      text.append(character)
    }
  }
  let source = SourceText(name: "test.sal", text)
  var log = DiagnosticLog()
  let result = parse(source, reportingTo: &log)
  expectRoundTrip(result, sourceLocation)

  let found = log.inSourceOrder
  let rendered = DiagnosticRenderer(source: source).render(log)
  #expect(
    found.map(\.code) == expected.map(\.code), "\(rendered)", sourceLocation: sourceLocation)
  for (diagnostic, expectation) in zip(found, expected) {
    #expect(
      diagnostic.range.lowerBound == places[expectation.marker], "\(expectation)\n\(rendered)",
      sourceLocation: sourceLocation)
    if let message = expectation.message {
      #expect(diagnostic.message == message, sourceLocation: sourceLocation)
    }
  }
  if let fixed {
    let edits = log.diagnostics.flatMap { $0.fixIts.first?.edits ?? [] }
    let after = source.applying(edits)
    #expect(after[after.range] == fixed, sourceLocation: sourceLocation)
    var clean = DiagnosticLog()
    let reparsed = parse(after, reportingTo: &clean)
    #expect(clean.diagnostics.isEmpty && !reparsed.hasErrors, sourceLocation: sourceLocation)
  }
  if let tree {
    #expect(
      result.program.description == tree + "\n", sourceLocation: sourceLocation)
  }
  expectFormat(result, sourceLocation)
  expectSurvivesRemovals(result, sourceLocation)
}

/// The trivia and texts of all tokens are the source, byte for byte.
func expectRoundTrip(_ tree: SyntaxTree, _ sourceLocation: SourceLocation = #_sourceLocation) {
  var bytes: [UInt8] = []
  for token in tree.tokens {
    bytes += tree.source.utf8[token.trivia.lowerBound..<token.trivia.upperBound]
    bytes += tree.source.utf8[token.range.lowerBound..<token.range.upperBound]
  }
  #expect(bytes == tree.source.utf8, sourceLocation: sourceLocation)
}

/// A tree without errors is formatted to a text of the same tree, and again to the same text.
func expectFormat(_ tree: SyntaxTree, _ sourceLocation: SourceLocation = #_sourceLocation) {
  guard let formatted = format(tree) else {
    #expect(tree.hasErrors, sourceLocation: sourceLocation)
    return
  }
  #expect(!tree.hasErrors, sourceLocation: sourceLocation)
  var log = DiagnosticLog()
  let again = parse(SourceText(name: "formatted.sal", formatted), reportingTo: &log)
  #expect(!log.containsError, "\(formatted)", sourceLocation: sourceLocation)
  #expect(
    again.program.description == tree.program.description, sourceLocation: sourceLocation)
  #expect(
    comments(of: again) == comments(of: tree), "\(formatted)", sourceLocation: sourceLocation)
  #expect(format(again) == formatted, sourceLocation: sourceLocation)
}

/// The comments of a tree without white space and byte order mark.
private func comments(of tree: SyntaxTree) -> String {
  let trivia = tree.tokens.map { tree.source[$0.trivia] }.joined().unicodeScalars
  let kept = trivia.filter { !$0.properties.isWhitespace && $0 != "\u{FEFF}" }
  return String(String.UnicodeScalarView(kept))
}

/// Removes each token in turn: a tree must come back, and every byte in it.
func expectSurvivesRemovals(_ tree: SyntaxTree, _ sourceLocation: SourceLocation) {
  guard tree.tokens.count <= 400 else { return }
  for token in tree.tokens.dropLast() {
    var bytes = tree.source.utf8
    bytes.removeSubrange(token.range.lowerBound..<token.range.upperBound)
    let source = SourceText(name: "removed.sal", utf8: bytes)
    var log = DiagnosticLog()
    let result = parse(source, reportingTo: &log)
    #expect(result.hasErrors == log.containsError, sourceLocation: sourceLocation)
    expectRoundTrip(result, sourceLocation)
    expectRangesInside(log, source, sourceLocation)
  }
}

/// Every range of every diagnostic lies in the text.
func expectRangesInside(
  _ log: DiagnosticLog, _ source: SourceText, _ sourceLocation: SourceLocation = #_sourceLocation
) {
  for diagnostic in log.diagnostics {
    let ranges =
      [diagnostic.range] + diagnostic.notes.compactMap(\.range)
      + diagnostic.fixIts.flatMap { $0.edits.map(\.range) }
    for range in ranges {
      #expect(
        range.lowerBound >= 0 && range.upperBound <= source.utf8.count,
        "\(diagnostic)", sourceLocation: sourceLocation)
    }
  }
}
