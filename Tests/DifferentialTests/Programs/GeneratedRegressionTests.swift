import TestSupport
import Testing

/// What generated programs found, each made small.
@Suite("Found by generated programs")
struct GeneratedRegressionTests {
  private static func program(
    _ kinds: GeneratedProgram.Kind..., lines: String, count: Int = 60, seed: UInt64 = 7
  ) -> GeneratedProgram {
    var program = GeneratedProgram()
    for (index, kind) in kinds.enumerated() {
      program.sources.append(
        GeneratedProgram.Source(
          name: ["A", "B"][index], kind: kind, seed: UInt64(index) + seed, count: count,
          isFine: kinds.contains { !$0.isRecords }))
    }
    if kinds == [.packets] { program.statements.append("A = PacketStream();") }
    program.statements += lines.split(separator: "\n").map(String.init)
    return program
  }

  static let programs = [
    // A column of CSV that is true or false was missing in every record.
    program(
      .csv,
      lines: """
        N = FOREACH (STREAM A BY ok) GENERATE count() WINDOW 10s;
        OUTPUT N;
        OUTPUT (FILTER A BY ok) (src, ok);
        """),
    // Sketches among the features of rows that are used as tuples stopped the compiler.
    program(
      .packets,
      lines: """
        K = STREAM A BY SourceIp;
        N = FOREACH K GENERATE count() WINDOW 200ms;
        S = FOREACH K GENERATE thetasketch(DestIp) WINDOW 200ms;
        R = FILTER K BY N > 0;
        J = JOIN N, S BY SourceIp;
        M = FOREACH (STREAM J BY SourceIp) GENERATE max(N) WINDOW 1s;
        OUTPUT M;
        """),
    // Unused windows of items were one output, also where its tuples did not have their keys.
    program(
      .packets,
      lines: """
        U = FOREACH (STREAM A BY udp.port) GENERATE count() WINDOW 2 ITEMS;
        P = FOREACH (STREAM A BY SourceIp) GENERATE count() WINDOW 2 ITEMS;
        Q = FOREACH (STREAM A BY DestIp) GENERATE max(frame.len) WINDOW 3 ITEMS;
        """),
    program(
      .capture, .json,
      lines: """
        M = FOREACH (STREAM A BY SourceIp) GENERATE count() WINDOW 2 ITEMS;
        N = FOREACH (STREAM B BY src) GENERATE max(octets) WINDOW 2 ITEMS;
        """),
    // A filter over the edges of a match was asked of packets, where windows of items stood by.
    program(
      .packets,
      lines: """
        C = FOREACH (STREAM A BY SourceIp) GENERATE count() WINDOW 3 ITEMS;
        M = SUBGRAPH ON A WITH source(SourceIp) AND target(DestIp) { u e0 v; u e1 w; \
        start(e1) - start(e0) BETWEEN 0 AND 1; e0.ip.ttl < e1.ip.ttl; }
        OUTPUT M (u, v, e0.ip.ttl);
        OUTPUT A (SourceIp, C);
        """),
    // The remainder of a division by a constant stays in 64 bits, whatever is divided.
    program(
      .json,
      lines: """
        F = FILTER A BY delta % 46 > 3 OR div(delta, 3) < 0;
        N = FOREACH (STREAM F BY port ELSE 0) GENERATE sum(delta % 7) WINDOW 10s;
        OUTPUT N;
        """),
    // The entropy of one item is 0, and not what is left of its rounded logarithms.
    program(
      .packets,
      lines: """
        K = STREAM A BY IpProtocol;
        E = FOREACH K GENERATE entropy(eth.src.lg) WINDOW 1s;
        N = FOREACH K GENERATE count() WINDOW 1s;
        OUTPUT FILTER K BY E > 0 (E);
        OUTPUT N;
        """, count: 300),
    // Captures of other links: what was captured of a frame was counted with a header of Ethernet.
    program(
      .packets,
      lines: "OUTPUT A (frame.len, frame.cap_len); OUTPUT FILTER A BY frame.cap_len < 70;",
      seed: 3),
    program(.packets, lines: "OUTPUT FILTER A BY frame.cap_len < 70 (frame.cap_len);", seed: 4),
  ]

  @Test("gives the naive evaluator's rows", arguments: programs.indices)
  func host(index: Int) throws {
    let check = try ProgramCheck(Self.programs[index])
    #expect(!check.exact.isEmpty)
    let findings = try check.findings(.host, seed: index)
    #expect(findings.isEmpty, "\(findings)\n\(check.text)")
  }

  @Test(
    "gives them in the kernel", .enabled(if: Requirement.kernel.isMet, "needs the kernel"),
    arguments: programs.indices)
  func kernel(index: Int) throws {
    let findings = try ProgramCheck(Self.programs[index]).findings(.kernel, seed: index)
    #expect(findings.isEmpty, "\(findings)")
  }

  @Test("a sketch is no column of a table")
  func textColumns() {
    let said = Query.diagnostics(
      """
      P = PacketStream();
      K = STREAM P BY SourceIp, DestIp;
      S = FOREACH K GENERATE thetasketch(DestPort) WINDOW 3 ITEMS;
      C = COLLAPSE K BY SourceIp FOR S;
      OUTPUT C;
      """)
    #expect(said.contains("‘S’ is a text, and no column"))
  }
}
