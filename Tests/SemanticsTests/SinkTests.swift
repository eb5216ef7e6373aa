import DataModel
import Plan
import Testing

@Suite("TO sends outputs to sinks") struct SinkTests {
  private static let given = "N = FOREACH P GENERATE count() WINDOW 1s; "

  @Test(
    arguments: [
      "OUTPUT N TO ⟦SAL0311:cvs⟧(\"f\");",
      "OUTPUT N TO ⟦SAL0313:command(\"mail root\")⟧;",
      "OUTPUT N TO csv(⟦SAL0251:f⟧);",
      "OUTPUT N TO csv(⟦SAL0251:5⟧);",
      "OUTPUT N TO ⟦SAL0251:csv(\"\")⟧;",
      "OUTPUT N TO ⟦SAL0251:csv⟧;",
      "OUTPUT N TO ⟦SAL0251:stdout(\"f\")⟧;",
      "OUTPUT N TO ⟦SAL0252:csv(\"f\", \"g\")⟧;",
      "OUTPUT N TO csv(\"f\"), ⟦SAL0315:csv(\"f\")⟧;",
      "OUTPUT N TO csv(\"f\"); OUTPUT P TO ⟦SAL0314:csv(\"f\")⟧;",
    ])
  func messages(text: String) { expectErrors(Self.given + text) }

  @Test func fixItsNameTheSinkAndQuoteTheFile() {
    expectErrors(
      Self.given + "OUTPUT N TO ⟦SAL0311:jsn⟧(\"f\"), csv(⟦SAL0251:f⟧);",
      fixed: Self.given + "OUTPUT N TO json(\"f\"), csv(\"f\");")
  }

  @Test func theSecondOutputOfAFileGetsAFileOfItsOwn() {
    expectErrors(
      Self.given + "OUTPUT N TO csv(\"f.csv\"); OUTPUT P TO ⟦SAL0314:csv(\"f.csv\")⟧;",
      fixed: Self.given
        + "OUTPUT N TO csv(\"f.csv\"); OUTPUT P TO csv(\"f-{output}.csv\");")
  }

  @Test(
    arguments: [
      "OUTPUT N TO ⟦SAL0251:prometheus(\"web\")⟧;", "OUTPUT N TO ⟦SAL0251:prometheus⟧;",
      "OUTPUT P TO ⟦SAL0314:prometheus(\":9435\")⟧;",
      "K = STREAM P BY DestPort; F = FOREACH K GENERATE count() WINDOW 1s; "
        + "OUTPUT N; OUTPUT F TO prometheus(\":9435\");",
      "K = STREAM P BY DestPort, SourcePort; F = FOREACH K GENERATE count() WINDOW 1s; "
        + "OUTPUT F TO ⟦SAL0312:prometheus(\":9435\")⟧;",
      "K = STREAM P BY ip.src/8; F = FOREACH K GENERATE count() WINDOW 1s; "
        + "OUTPUT N; OUTPUT F TO prometheus(\":9435\");",
    ])
  func metricsHaveFewKeys(text: String) { expectErrors(Self.given + text) }

  @Test func keysWithoutALimitAreCutToTheLargest() {
    let keyed = "K = STREAM P BY SourceIp; F = FOREACH K GENERATE count() WINDOW 1s; "
    expectErrors(
      keyed + "OUTPUT F TO ⟦SAL0312:prometheus(\":9435\")⟧;",
      fixed: keyed + "OUTPUT TOP 20 K BY F TO prometheus(\":9435\");")
  }

  @Test func outputsKeepTheirTargets() throws {
    let text = Self.given + "OUTPUT N TO csv(\"{output}.csv\"), json(\"all\"), stdout; OUTPUT P;"
    let plan = try #require(Resolved("P = PacketStream(\"eth0\"); " + text).plan)
    #expect(
      plan.outputs.map(\.targets) == [
        [
          SinkTarget(sink: "csv", target: "N.csv"), SinkTarget(sink: "json", target: "all"),
          .standardOutput,
        ], [],
      ])
    #expect(plan.description.contains("(N) to csv(\"N.csv\"), json(\"all\"), stdout\n"))
  }
}
