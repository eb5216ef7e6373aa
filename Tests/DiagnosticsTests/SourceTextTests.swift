import Diagnostics
import Testing

@Suite struct SourceTextTests {
  @Test func positions() {
    let source = SourceText(name: "s", "ab\né日x\r\n\nend")
    let places = [0, 2, 3, 5, 8, 11, 12, 99].map { source.position(at: $0) }
    let expected = [(1, 1), (1, 3), (2, 1), (2, 2), (2, 3), (3, 1), (4, 1), (4, 4)]
    #expect(places == expected.map { SourcePosition(line: $0.0, column: $0.1) })
    #expect(source[source.lineRange(containing: 5)] == "é日x")
    #expect(source[source.lineRange(containing: 11)] == "")
    #expect(source[source.lineRange(containing: 99)] == "end")
  }

  @Test func editsApplyInTheOrderOfTheText() {
    let source = SourceText(name: "s", "abcdef")
    let edits = [
      TextEdit.insert("!", at: 6), TextEdit(SourceRange(1, 3), "X"), .insert("(", at: 0),
      .insert("[", at: 0),
    ]
    #expect(source.applying(edits) == SourceText(name: "s", "([aXdef!"))
  }

  @Test func overlappingEditsWaitForTheNextPass() {
    let source = SourceText(name: "s", "abcdef")
    let edits = [TextEdit(SourceRange(0, 4), "X"), TextEdit(SourceRange(2, 5), "Y")]
    #expect(source.applying(edits) == SourceText(name: "s", "Xef"))
  }

  @Test func logKeepsOrderAndKnowsErrors() {
    var log = DiagnosticLog()
    let code = DiagnosticCode("SAL0101")
    log.report(Diagnostic(code, "late", at: SourceRange(9, 9), severity: .warning))
    #expect(!log.containsError)
    log.report(Diagnostic(code, "early", at: SourceRange(1, 2)))
    #expect(log.containsError)
    #expect(log.diagnostics.map(\.message) == ["late", "early"])
    #expect(log.inSourceOrder.map(\.message) == ["early", "late"])
  }
}
