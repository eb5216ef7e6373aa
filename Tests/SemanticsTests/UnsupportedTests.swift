import Testing

@Suite("What cannot run yet gets one message")
struct UnsupportedTests {
  @Test(
    arguments: [
      "A = ⟦SAL0901:FlowStream(\"eth0\", active: 60s, idle: 15s)⟧;",
      "A = FILTER P BY ⟦SAL0901:dns.qry.name⟧ == 5;",
      "A = FOREACH P GENERATE ⟦SAL0901:first(frame.len)⟧ WINDOW 5 ITEMS;",
      "F = FOREACH P GENERATE count() WINDOW 1s; A = STREAM F BY ⟦SAL0232:SourceIp⟧;",
    ])
  func oneMessage(text: String) { expectErrors(text) }
}
