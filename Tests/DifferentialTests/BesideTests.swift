import Plan
import Reference
import TestSupport
import Testing

/// Statements in which tuples meet rows, each with rows in its answer, in every engine.
@Suite("Tuples beside rows")
struct BesideTests {
  static let queries = [
    // A feature of all tuples in a filter of tuples: a set over all tuples, in the data path.
    """
    Rate = FOREACH P GENERATE count() WINDOW 500ms;
    Busy = FILTER P BY Rate > 20 AND tcp;
    N = FOREACH (STREAM Busy BY DestIp) GENERATE count() WINDOW 1s;
    OUTPUT N;
    """,
    """
    Rate = FOREACH P GENERATE count() WINDOW 500ms;
    OUTPUT (FILTER P BY NOT Rate < 30) (frame.len);
    """,
    // A feature and a field in one comparison.
    """
    K = STREAM P BY SourceIp;
    Mean = FOREACH K GENERATE ave(frame.len) WINDOW 500ms;
    Long = FILTER K BY frame.len > Mean AND ip.ttl > 10;
    N = FOREACH Long GENERATE count() WINDOW 1s;
    OUTPUT N;
    """,
    """
    Mean = FOREACH P GENERATE ave(frame.len) WINDOW 500ms;
    A = FOREACH (STREAM P BY DestIp/24) GENERATE count() WINDOW 1s;
    Odd = FILTER P BY udp OR frame.len * 2 > Mean + A;
    N = FOREACH (STREAM Odd BY IpProtocol) GENERATE count() WINDOW 1s;
    OUTPUT N;
    """,
    // Columns of the key that no field of the tuple is.
    """
    K = STREAM P BY DestPort ELSE 0, SourceIp/16 AS Net;
    OUTPUT (FILTER K BY DestPort == 0 OR Net == 10.0.0.0) (frame.time, DestPort, Net);
    """,
    // Computed columns of tuples, and features in effect.
    """
    K = STREAM P BY SourceIp;
    N = FOREACH K GENERATE count() WINDOW 500ms;
    OUTPUT K (frame.time, N, N / 2 AS Half, tcp AND ip.ttl > 9 AS Far, frame.len / 3 AS Third);
    """,
    """
    Ends = FOREACH (STREAM P BY IpProtocol) GENERATE topk({DestIp, DestPort}, 2) WINDOW 1s;
    OUTPUT Ends (Ends.key(0) AS First, Ends.count(1) AS Second);
    """,
  ]

  @Test("give the naive evaluator's rows", arguments: queries)
  func engines(query: String) throws {
    let text = "P = PacketStream(\"eth0\");\n" + query
    var profile = PacketGenerator.Profile()
    profile.gap = 3_000_000
    var generator = PacketGenerator(seed: 4, profile: profile)
    let frames = generator.frames(1500)
    #expect(!NaiveEvaluator.rows(of: try Query.plan(text), over: frames).isEmpty, "\(query)")
    var ways = [Way.host]
    if Requirement.kernel.isMet { ways += try EngineTests.kernelWays(text, cuts: 64, seed: 1) }
    try Comparison(text, frames, "beside").expect(ways)
  }

  @Test("a filter by a feature of all tuples is in the data path")
  func globalSet() throws {
    let plan = try Query.plan("P = PacketStream(\"eth0\");\n" + Self.queries[0])
    #expect(Query.cuts(plan, limit: 64).contains { $0.contains("n1") })
  }
}
