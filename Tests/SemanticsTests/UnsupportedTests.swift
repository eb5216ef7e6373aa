import Testing

@Suite("What cannot run yet gets one message")
struct UnsupportedTests {
  @Test(
    arguments: [
      """
      K = STREAM P BY SourceIp, DestIp; N = FOREACH K GENERATE count() WINDOW 5 ITEMS;
      A = FOREACH (COLLAPSE K BY SourceIp FOR N) GENERATE ⟦SAL0901:first(N)⟧;
      """,
      "F = FOREACH P GENERATE count() WINDOW 1s; A = STREAM F BY ⟦SAL0232:SourceIp⟧;",
    ])
  func oneMessage(text: String) { expectErrors(text) }
}
