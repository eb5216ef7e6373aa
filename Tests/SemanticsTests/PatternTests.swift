import Testing

@Suite("Mistakes in patterns")
struct PatternMistakeTests {
  static let head = "SUBGRAPH ON P WITH source(SourceIp) AND target(DestIp)"

  @Test(
    arguments: [
      "{ a e b; b f a; start(e) < start(f); ⟦SAL0291:start(f) <= start(e)⟧; };",
      // A packet ends when it starts.
      "{ a e b; b f a; ⟦SAL0291:end(e) - start(e) > 1⟧; };",
      "{ a e b; b f a; start(f) - start(e) < 9; ⟦SAL0294:g⟧.frame.len > 3; };",
      "{ a e b; start(⟦SAL0294:f⟧) < start(e); };",
      "{ a e b; ⟦SAL0295:start(e) < 10⟧; };",
      "{ a e b; ⟦SAL0295:start(e) * 2⟧ < start(e); };",
      "{ a e b; ⟦SAL0295:a == b⟧; };",
      "{ a e b; ⟦SAL0295:1 == 2⟧; };",
      "{ a e b; e.⟦SAL0202:frame.lem⟧ > 3; };",
      "{ a e b; b f a; start(f) = start(e); e.⟦SAL0202:frame.lem⟧ > f.frame.len; };",
      "{ a e b; b f a; start(f) = start(e); e.⟦SAL0221:tcp.port⟧ == f.tcp.srcport; };",
      "{ a e b; b ⟦SAL0266:b⟧ c; };",
      "{ a e b; c ⟦SAL0266:e⟧ d; };",
    ])
  func reported(constraints: String) { expectErrors(Self.head + " " + constraints) }

  @Test("ends of two kinds, tables, and more edges than eight")
  func others() {
    expectErrors("SUBGRAPH ON P WITH source(SourceIp) AND target(⟦SAL0221:DestPort⟧) { a e b; };")
    expectErrors("V = ⟦SAL0252:VertexInfo(\"domainurl\", port)⟧;")
    expectErrors(Self.head + " { a e b; ⟦SAL0201:V⟧(a).x != 3; };")
    let edges = (1...9).map { $0 == 9 ? "⟦SAL0293:a e9 b⟧;" : "a e\($0) b;" }
    expectErrors(Self.head + " { \(edges.joined(separator: " ")) };")
  }
}
