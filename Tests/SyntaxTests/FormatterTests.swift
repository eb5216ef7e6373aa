import Diagnostics
import Syntax
import Testing

@Suite struct FormatterTests {
  private func expect(
    _ text: String, becomes formatted: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var log = DiagnosticLog()
    let tree = parse(SourceText(name: "test.sal", text), reportingTo: &log)
    #expect(format(tree) == formatted, sourceLocation: sourceLocation)
    expectFormat(tree, sourceLocation)
  }

  @Test func wordsAndSpaces() {
    expect(
      "A=filter P By x=1 and(y−-z)in{1,2};b =Stream A BY DestIp / 24/48 as Net;",
      becomes: "A = FILTER P BY x == 1 AND (y - -z) IN {1, 2};\n"
        + "b = STREAM A BY DestIp/24/48 AS Net;\n")
    expect(
      "F = FOREACH K GENERATE f ( a ,b:1 ) WITHIN 2 % WINDOW 1s; T=FOREACH K TRANSFORM(a-b):c;",
      becomes: "F = FOREACH K GENERATE f(a, b: 1) WITHIN 2% WINDOW 1s;\n"
        + "T = FOREACH K TRANSFORM (a - b) : c;\n")
    expect(
      "output top 5 K by f(f,g)to csv (\"x\");",
      becomes: "OUTPUT TOP 5 K BY f (f, g) TO csv(\"x\");\n")
    expect("A = - - 1;", becomes: "A = - -1;\n")
  }

  @Test func commentsStayWhereTheyBelong() {
    expect(
      "// head\n\n\n\n/* block\n   of two */\nA = 1;// one\n\n\n"
        + "// two\nB = /* in */ 2 ; C = 3;\n// end",
      becomes: """
        // head

        /* block
           of two */
        A = 1;  // one

        // two
        B = /* in */ 2;
        C = 3;
        // end

        """)
    expect(
      "A = FILTER P // which\n BY x // why\n;",
      becomes: "A = FILTER P // which\n    BY x // why\n    ;\n")
  }

  @Test func patterns() {
    expect(
      "M = subgraph on S with Source(a) and target(b) { // p\n x e y;\n\n"
        + "// q\nstart(e) < 3; // r\n} OUTPUT M;",
      becomes: """
        M = SUBGRAPH ON S WITH source(a) AND target(b) {  // p
          x e y;

          // q
          start(e) < 3;  // r
        }
        OUTPUT M;

        """)
  }

  @Test func longStatements() {
    expect(
      "Orphans = JOIN (STREAM Answers BY DestIp AS Host, dns.a AS Ip), "
        + "(STREAM Syn BY SourceIp AS Host, DestIp AS Ip) BY Host, Ip ANTI AFTER 1s;",
      becomes: """
        Orphans = JOIN (STREAM Answers BY DestIp AS Host, dns.a AS Ip),
            (STREAM Syn BY SourceIp AS Host, DestIp AS Ip) BY Host, Ip ANTI AFTER 1s;

        """)
  }

  @Test func refusesErrors() {
    var log = DiagnosticLog()
    #expect(format(parse(SourceText(name: "", "A = ;"), reportingTo: &log)) == nil)
  }
}
