import Plan
import TestSupport
import Testing

@Suite("FlowStream")
struct FlowTests {
  @Test(
    "takes interfaces, timeouts and a direction",
    arguments: [
      "A = FlowStream(⟦SAL0251:5s⟧);", "A = FlowStream(\"h\", ⟦SAL0251:9999⟧);",
      "A = FlowStream(active: ⟦SAL0251:60⟧);", "A = FlowStream(idle: ⟦SAL0251:1ms⟧);",
      "A = FlowStream(⟦SAL0251:linger⟧: 1s);", "A = FlowStream(direction: ⟦SAL0251:up⟧);",
      "A = FlowStream(); N = FOREACH A GENERATE sum(⟦SAL0202:DestAS⟧) WINDOW 1s;",
    ])
  func mistakes(text: String) { expectMessages(text + " OUTPUT A;") }

  @Test("packets and flows of one interface are one source, whichever is named first")
  func oneSource() throws {
    for text in [
      "A = PacketStream(\"h\"); B = FlowStream(\"h\"); C = FlowStream(\"h\", idle: 1s);",
      "C = FlowStream(\"h\", idle: 1s); B = FlowStream(\"h\"); A = PacketStream(\"h\");",
    ] {
      let outputs = "OUTPUT UNION B, D; OUTPUT A; OUTPUT C;"
      let plan = try Query.plan(text + " D = FlowStream(\"h\"); " + outputs)
      #expect(plan.sources.count == 1 && plan.flowMakings.count == 2)
      #expect(plan.flowMakings.allSatisfy { plan.nodes[$0.node].input == plan.sources[0] })
      #expect(plan.lateness == 60_000_000_000)
    }
    let two = try Query.plan("A = PacketStream(\"g\"); B = FlowStream(\"h\"); OUTPUT A; OUTPUT B;")
    #expect(two.sources.count == 2)
  }

  @Test("a window with the key and pane of the table of flows is another table")
  func ownTable() throws {
    let plan = try Query.plan(
      """
      F = FlowStream(); P = PacketStream();
      K = STREAM P BY SourceIp, DestIp, SourcePort ELSE 0, DestPort ELSE 0, IpProtocol;
      N = FOREACH K GENERATE count() WINDOW 1s;
      OUTPUT N; OUTPUT F;
      """)
    #expect(plan.aggregations.count == 2)
    #expect(plan.aggregations[0].key == plan.aggregations[1].key)
    #expect(plan.aggregations.indices.filter { plan.isTableOfFlows($0) }.count == 1)
  }

  @Test("a table of flows is declared with the panes that it keeps, not with those of Lateness")
  func declared() throws {
    let limits = HostLimits()
    let bytes = try ["1s", "600s"].map { active in
      try Query.plan("F = FlowStream(active: \(active), idle: 1s); OUTPUT F;")
        .hostState(ofAggregation: 0, limits).bytesMax
    }
    #expect(bytes[0] == bytes[1] && bytes[0] > 0)
  }
}
