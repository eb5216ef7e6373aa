import Reference
import TestSupport
import Testing

/// TOP where ranks are estimates, and of rows that hang on one.
@Suite("TOP and estimates")
struct TopTests {
  static let queries = [
    // The rank is an estimate.
    """
    K = STREAM P BY SourceIp;
    S = FOREACH K GENERATE countdistinct(DestPort) WITHIN 5% WINDOW 1s;
    OUTPUT TOP 3 K BY S (S);
    """,
    // The rows hang on one; the rank is exact, and per key.
    """
    K = STREAM P BY IpProtocol, SourceIp;
    N = FOREACH K GENERATE count() WINDOW 1s;
    Q = FOREACH K GENERATE quantile(frame.len, 0.9) WITHIN RANK 5% WINDOW 1s;
    Some = FILTER K BY N > 1 AND Q < 600;
    OUTPUT TOP 2 Some BY N PER IpProtocol (N, Q);
    """,
    // Both, and ties.
    """
    K = STREAM P BY DestIp/28;
    N = FOREACH K GENERATE count() WINDOW 500ms;
    S = FOREACH K GENERATE countdistinct(SourceIp, SourcePort) WITHIN 3% WINDOW 500ms;
    Some = FILTER K BY S > 2;
    OUTPUT TOP 4 Some BY S / N (S, N);
    """,
  ]

  @Test("give the naive evaluator's rows", arguments: queries)
  func engines(query: String) throws {
    let text = "P = PacketStream(\"eth0\");\n" + query
    var profile = PacketGenerator.Profile()
    profile.gap = 3_000_000
    var generator = PacketGenerator(seed: 53, profile: profile)
    let frames = generator.frames(1200)
    let rows = NaiveEvaluator.rows(of: try Query.plan(text), over: frames)
    #expect(rows.contains { !$0.isOptional }, "\(query)")
    var ways = [Way.host]
    if Requirement.kernel.isMet { ways += try EngineTests.kernelWays(text, cuts: 2, seed: 1) }
    try Comparison(text, frames, "top").expect(ways)
  }
}
