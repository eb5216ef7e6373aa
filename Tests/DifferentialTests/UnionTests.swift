import Plan
import Reference
import TestSupport
import Testing

/// UNION of filters, and ANTI joins of tuples, each query with rows in its answer, in every engine.
@Suite("UNION and ANTI BEFORE")
struct UnionTests {
  static let queries = [
    // Tuples that are in both are once in the union; a union may be filtered and united again.
    """
    A = FILTER P BY tcp;
    B = FILTER P BY frame.len > 100;
    C = FILTER A BY tcp.flags.syn;
    U = UNION A, B;
    V = UNION (FILTER U BY ip.ttl > 60), C;
    N = FOREACH (STREAM U BY SourceIp) GENERATE count() WINDOW 200ms;
    M = FOREACH (STREAM V BY DestIp) GENERATE sum(frame.len) WINDOW 200ms;
    OUTPUT N;
    OUTPUT M;
    OUTPUT V (SourceIp, DestIp, frame.len);
    """,
    // Of keyed streams, and with all tuples of a stream.
    """
    K = STREAM P BY SourceIp;
    N = FOREACH (UNION (FILTER K BY tcp), (FILTER K BY udp)) GENERATE count() WINDOW 200ms;
    M = FOREACH (UNION K, (FILTER K BY tcp)) GENERATE count() WINDOW 200ms;
    """,
    // Answers that nobody asked for shortly before, and what is new after a pause.
    """
    Asked = STREAM (FILTER P BY udp) BY SourceIp AS A, DestIp AS B;
    Told = STREAM (FILTER P BY tcp) BY DestIp AS A, SourceIp AS B;
    Odd = JOIN Told, Asked BY A, B ANTI BEFORE 100ms;
    N = FOREACH (STREAM Odd BY A) GENERATE count() WINDOW 200ms;
    OUTPUT Odd (A, B, frame.len);
    OUTPUT N;
    """,
  ]

  @Test("give the naive evaluator's rows", arguments: queries)
  func engines(query: String) throws {
    let text = "P = PacketStream(\"eth0\");\n" + query
    var profile = PacketGenerator.Profile()
    profile.gap = 3_000_000
    var generator = PacketGenerator(seed: 41, profile: profile)
    let frames = generator.frames(1200)
    #expect(!NaiveEvaluator.rows(of: try Query.plan(text), over: frames).isEmpty, "\(query)")
    var ways = [Way.host]
    if Requirement.kernel.isMet { ways += try EngineTests.kernelWays(text, cuts: 64, seed: 1) }
    try Comparison(text, frames, "union").expect(ways)
  }
}
