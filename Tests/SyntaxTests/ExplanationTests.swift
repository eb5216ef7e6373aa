import Diagnostics
import Syntax
import Testing

@Suite struct ExplanationTests {
  private let catalogue = DiagnosticCatalogue(SyntaxExplanations.all)

  @Test func everyCodeIsExplained() {
    let names = catalogue.explanations.map(\.code.name)
    #expect(names == (101...129).map { "SAL0\($0)" })
    for explanation in catalogue.explanations {
      #expect(explanation.title.utf8.count > 5 && explanation.text.hasSuffix("."))
    }
  }

  @Test func examplesCauseWhatTheyExplain() {
    // These three cannot be shown by a short, well-formed text.
    let shortened: Set<DiagnosticCode> = [
      .invalidUTF8, .nestedTooDeeply, .expressionTooLong, .tooManyErrors,
    ]
    for explanation in catalogue.explanations where !shortened.contains(explanation.code) {
      var log = DiagnosticLog()
      _ = parse(SourceText(name: "example.sal", explanation.example), reportingTo: &log)
      #expect(log.diagnostics.map(\.code).contains(explanation.code), "\(explanation)")
    }
  }

  @Test func codesAreFoundAsPeopleTypeThem() {
    for spelling in ["SAL0101", "sal0101", "0101", "101"] {
      #expect(catalogue.explain(spelling)?.code == .missingSemicolon)
    }
    #expect(catalogue.explain("SAL9999") == nil)
    #expect(catalogue.explain("") == nil)
    #expect(catalogue.explain(.missingSemicolon)?.description.hasPrefix("SAL0101: missing") == true)
  }
}
