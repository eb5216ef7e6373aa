import BPFModel
import Testing

struct PrinterTests {
  @Test(arguments: [
    ("ip.src", "ip_src"), ("SourceIp", "source_ip"), ("9 lives", "_9_lives"), ("", "_"),
    ("int", "int_"), ("x; } evil(", "x____evil_"), ("Größe", "gr____e"),
  ])
  func identifiersAreSanitised(text: String, expected: String) {
    #expect(CIdentifier(sanitizing: text).text == expected)
  }

  @Test func operatorsKeepTheirMeaning() {
    let a: CExpression = .name("a")
    let b: CExpression = .name("b")
    let c: CExpression = .name("c")
    #expect(CPrinter.print((a | b) & c) == "(a | b) & c")
    #expect(CPrinter.print(a | (b & c)) == "a | (b & c)")
    #expect(CPrinter.print(a - (b - c)) == "a - (b - c)")
    #expect(CPrinter.print((a - b) - c) == "a - b - c")
    #expect(CPrinter.print(~(a + b)) == "~(a + b)")
    #expect(CPrinter.print(.unary(.negate, .unary(.negate, a))) == "- -a")
    #expect(CPrinter.print((a >> 3) & 1) == "(a >> 3) & 1")
    #expect(CPrinter.print(.signed(.min)) == "0x8000000000000000ULL")
    #expect(CPrinter.print(.cast(.u64, a) * b) == "(__u64)a * b")
  }
}
