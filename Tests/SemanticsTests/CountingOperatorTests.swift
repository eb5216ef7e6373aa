import Testing

@Suite("Arguments of the operators that count values")
struct CountingOperatorTests {
  @Test(
    arguments: [
      "A = FOREACH P GENERATE quantile(frame.len, ⟦SAL0251:1.5⟧) WINDOW 1s;",
      "A = FOREACH P GENERATE quantile(frame.len, ⟦SAL0232:ip.ttl⟧) WINDOW 1s;",
      "A = FOREACH P GENERATE median(⟦SAL0221:SourceIp⟧) WINDOW 1s;",
      "A = FOREACH P GENERATE norm(SourceIp, ⟦SAL0251:L3⟧) WINDOW 1s;",
      "A = FOREACH P GENERATE rarity(SourceIp, ⟦SAL0251:0⟧) WINDOW 1s;",
      "A = FOREACH P GENERATE ewma(frame.len, ⟦SAL0251:2⟧) WINDOW 1s;",
      "A = FOREACH P GENERATE ⟦SAL0251:rate(frame.len)⟧ WINDOW 5 ITEMS;",
      "A = FOREACH P GENERATE ⟦SAL0251:similarity(SourceIp)⟧ WINDOW 3s SLIDE 1s;",
      "A = FOREACH P GENERATE kmedians(frame.len, ⟦SAL0251:0⟧) WINDOW 1s;",
      "A = FOREACH P GENERATE sample(SourceIp, 5)⟦SAL0241:⟧;",
      "A = FOREACH P GENERATE median(frame.len) ⟦SAL0253:WITHIN 0.0001%⟧ WINDOW 1s;",
      "A = FOREACH P GENERATE ⟦SAL0252:quantile(frame.len)⟧ WINDOW 1s;",
    ])
  func refused(text: String) { expectErrors(text) }
}
