import Testing

@Suite("Several sources, unions of them, and EVERY")
struct SourceTests {
  @Test(
    arguments: [
      "F = FOREACH P GENERATE count() WINDOW 1s; OUTPUT F ⟦SAL0251:EVERY⟧ 5s;",
      "OUTPUT P ⟦SAL0251:EVERY⟧ 5s;",
      "F = FOREACH P GENERATE max(frame.len) WINDOW 5 ITEMS; OUTPUT F EVERY ⟦SAL0128:0s⟧;",
      """
      K = STREAM P BY SourceIp; F = FOREACH K GENERATE max(frame.len) WINDOW 5 ITEMS;
      OUTPUT K (F, ⟦SAL0251:frame.len⟧) EVERY 5s;
      """,
      """
      K = STREAM P BY SourceIp; F = FOREACH K GENERATE max(frame.len) WINDOW 5 ITEMS;
      Y = FILTER K BY F > frame.len; OUTPUT ⟦SAL0251:Y⟧ (F) EVERY 5s;
      """,
      """
      K = STREAM P BY SourceIp; F = FOREACH K GENERATE max(frame.len) WINDOW 5 ITEMS;
      Y = STREAM P BY DestIp; OUTPUT ⟦SAL0251:Y⟧ (F) EVERY 5s;
      """,
      """
      K = STREAM P BY SourceIp; F = FOREACH K GENERATE max(frame.len) WINDOW 5 ITEMS;
      N = FOREACH K GENERATE count() WINDOW 5s; OUTPUT K (F, ⟦SAL0251:N⟧) EVERY 5s;
      """,
      "V = VastStream(\"f\"); U = UNION P, ⟦SAL0221:V⟧; OUTPUT U;",
      """
      V = VastStream("f"); C = CtuStream("g"); U = UNION V, ⟦SAL0221:C⟧;
      OUTPUT U; OUTPUT P;
      """,
      """
      T = FOREACH (STREAM P BY SourceIp) TRANSFORM (frame.len) : Len;
      U = UNION P, ⟦SAL0221:T⟧; OUTPUT U;
      """,
    ])
  func messages(text: String) { expectErrors(text) }

  @Test(
    arguments: [
      "Q = PcapStream(\"a\"); U = UNION P, Q; OUTPUT U;",
      "V = VastStream(\"f\"); W = VastStream(\"g\"); U = UNION V, W; OUTPUT U; OUTPUT P;",
      "Q = PacketStream(\"eth1\"); OUTPUT P; OUTPUT Q;",
      """
      K = STREAM P BY SourceIp; F = FOREACH K GENERATE max(frame.len) WINDOW 5 ITEMS;
      OUTPUT K (F) EVERY 5s; OUTPUT F EVERY 1m;
      Y = FILTER K BY F > 5; OUTPUT Y (F) EVERY 5s;
      """,
    ])
  func accepted(text: String) { expectErrors(text) }
}
