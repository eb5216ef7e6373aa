import Diagnostics
import Testing

extension DiagnosticCode {
  fileprivate static let example = DiagnosticCode("SAL0101")
}

@Suite struct RendererTests {
  private let source = SourceText(name: "scan.sal", "A = 1;\n\tB = naïve 日本 x\nC = 3;\n")

  private func offset(of text: String) -> Int {
    let needle = Array(text.utf8)
    let all = source.utf8
    return all.indices.first { all[$0...].starts(with: needle) } ?? -1
  }

  @Test func excerptWithCaretNotesAndHelp() {
    let place = offset(of: "x\n")
    let diagnostic = Diagnostic(
      .example, "missing ‘;’", at: SourceRange(place, place + 1),
      notes: [.init("first here", at: SourceRange(0, 1)), .init("a remark")],
      fixIts: [FixIt("insert ‘;’", [.insert(";", at: place + 1)])])
    #expect(
      DiagnosticRenderer(source: source).render(diagnostic) == """
        error[SAL0101]: missing ‘;’
          ┌─ scan.sal:2:15
        2 │     B = naïve 日本 x
          │                    ━
          │ note: first here: scan.sal:1:1  A = 1;
          │ note: a remark
          = help: insert ‘;’:  B = naïve 日本 x;
          = more: salc why SAL0101

        """)
    #expect(
      DiagnosticRenderer(source: source).renderShort(diagnostic)
        == "scan.sal:2:15: error[SAL0101]: missing ‘;’\n")
  }

  @Test func json() {
    let place = offset(of: "x\n")
    let diagnostic = Diagnostic(
      .example, "say \"x\"\n", at: SourceRange(place, place + 1), severity: .warning,
      notes: [.init("here", at: SourceRange(0, 1))],
      fixIts: [FixIt("remove", replacing: SourceRange(place, place + 1), with: "")])
    #expect(
      DiagnosticRenderer(source: source).renderJSON(diagnostic)
        == #"{"type":"diagnostic","file":"scan.sal","line":2,"column":15,"code":"SAL0101","#
        + #""severity":"warning","message":"say \"x\"\n","#
        + #""range":{"start":{"line":1,"character":14},"end":{"line":1,"character":15}},"#
        + #""notes":[{"message":"here","range":{"start":{"line":0,"character":0},"#
        + #""end":{"line":0,"character":1}}}],"fixIts":[{"title":"remove","edits":[{"range":"#
        + #"{"start":{"line":1,"character":14},"end":{"line":1,"character":15}},"newText":""}]}]}"#
        + "\n")
  }

  @Test func colour() {
    let diagnostic = Diagnostic(.example, "m", at: SourceRange(0, 1))
    let plain = DiagnosticRenderer(source: source).render(diagnostic)
    let painted = DiagnosticRenderer(source: source, color: true).render(diagnostic)
    #expect(painted.contains("\u{1B}[1;31m"))
    #expect(painted.replacing(/\u{1B}\[[0-9;]*m/, with: "") == plain)
  }

  @Test func longLinesAreCutAroundTheCaret() {
    let before = String(repeating: "é", count: 500_000)
    let long = before + "HERE" + String(repeating: "z", count: 9_999)
    let text = SourceText(name: "long.sal", long)
    let diagnostic = Diagnostic(.example, "m", at: SourceRange(1_000_000, 1_000_004))
    let lines = DiagnosticRenderer(source: text).render(diagnostic).split(separator: "\n")
    #expect(lines.count == 5)
    #expect(lines.allSatisfy { $0.unicodeScalars.count < 120 })
    let word = Array(lines[2].unicodeScalars).firstIndex(of: "H")
    #expect(word != nil && Array(lines[3].unicodeScalars).firstIndex(of: "━") == word)
  }

  @Test func hostileTextCannotDriveTheTerminal() {
    let text = SourceText(
      name: "a\u{1B}[2Jb.sal", utf8: Array("x\u{1B}[31m\u{202E}\r\u{7F}".utf8) + [0xFF, 0x00])
    let diagnostic = Diagnostic(
      .example, "found ‘\u{1B}[31m’", at: SourceRange(1, 4), notes: [.init("\u{7}", at: nil)])
    let renderer = DiagnosticRenderer(source: text)
    let texts = [
      renderer.render(diagnostic), renderer.renderShort(diagnostic),
      renderer.renderJSON(diagnostic),
    ]
    for rendered in texts {
      let controls = rendered.unicodeScalars.filter { $0.value < 0x20 && $0 != "\n" }
      #expect(controls.isEmpty, "\(rendered.debugDescription)")
    }
    #expect(!renderer.render(diagnostic).unicodeScalars.contains("\u{202E}"))
  }

  @Test func placesOutsideTheTextAreClamped() {
    for text in ["", "x", "x\n"] {
      let source = SourceText(name: "s", text)
      let diagnostic = Diagnostic(.example, "m", at: SourceRange(5, 9))
      #expect(DiagnosticRenderer(source: source).render(diagnostic).contains("━"))
    }
  }
}
