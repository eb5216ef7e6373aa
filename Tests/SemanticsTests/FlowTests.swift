import Testing

@Suite("FlowStream")
struct FlowTests {
  @Test(
    "takes interfaces, timeouts and a direction",
    arguments: [
      "A = FlowStream(⟦SAL0251:5s⟧);", "A = FlowStream(\"h\", ⟦SAL0251:9999⟧);",
      "A = FlowStream(active: ⟦SAL0251:60⟧);", "A = FlowStream(idle: ⟦SAL0251:1ms⟧);",
      "A = FlowStream(⟦SAL0251:linger⟧: 1s);", "A = FlowStream(direction: ⟦SAL0251:up⟧);",
      "A = FlowStream(); B = ⟦SAL0901:FlowStream(idle: 1s)⟧; OUTPUT B;",
      "A = PacketStream(\"h\"); B = ⟦SAL0901:FlowStream(\"h\")⟧; OUTPUT B;",
      "A = FlowStream(\"h\"); B = ⟦SAL0901:PacketStream(\"h\")⟧; OUTPUT B;",
      "A = FlowStream(); N = FOREACH A GENERATE sum(⟦SAL0202:DestAS⟧) WINDOW 1s;",
    ])
  func mistakes(text: String) { expectMessages(text + " OUTPUT A;") }
}
