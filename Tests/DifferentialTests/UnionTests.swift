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

  /// Unions that the host makes.
  static let hostQueries = [
    // Behind DISTINCT, beside a filter: a tuple that several have is once in the union.
    """
    A = DISTINCT P BY SourceIp WINDOW 200ms;
    B = DISTINCT (FILTER P BY tcp) BY DestIp WINDOW 400ms SLIDE 200ms;
    U = UNION A, B, (FILTER P BY udp);
    V = UNION (FILTER U BY frame.len > 80), A;
    N = FOREACH (STREAM U BY IpProtocol) GENERATE count() WINDOW 200ms;
    M = FOREACH (STREAM V BY SourceIp) GENERATE sum(frame.len) WINDOW 200ms;
    OUTPUT N;
    OUTPUT M;
    OUTPUT U (SourceIp, DestIp, frame.len);
    """,
    // Behind TRANSFORM each has tuples of its own, in the union all of them, in their order.
    """
    Here = FOREACH (STREAM P BY SourceIp) TRANSFORM (frame.len) : Octets, (ip.ttl) : Ttl;
    There = FOREACH (STREAM (FILTER P BY tcp) BY SourceIp)
      TRANSFORM (frame.len - frame.len.prev(1)) : Octets, (ip.ttl.prev(1)) : Ttl;
    Both = STREAM (UNION Here, There) BY SourceIp;
    Next = FOREACH Both TRANSFORM (Octets - Octets.prev(1)) : Change;
    N = FOREACH (STREAM Next BY DestIp) GENERATE sum(Change) WINDOW 200ms;
    M = FOREACH Both GENERATE ave(Octets) WINDOW 4 ITEMS;
    OUTPUT N;
    OUTPUT Next (SourceIp, Octets, Change);
    OUTPUT Both (SourceIp, Ttl, M);
    """,
    // A union asks current values of what it is made of, and is asked by it.
    """
    K = STREAM P BY SourceIp;
    Len = FOREACH K TRANSFORM (frame.len) : X;
    Ttl = FOREACH K TRANSFORM (ip.ttl) : X;
    All = STREAM (UNION Len, Ttl) BY SourceIp;
    Mean = FOREACH K GENERATE ave(frame.len) WINDOW 4 ITEMS;
    Most = FOREACH All GENERATE max(X) WINDOW 6 ITEMS;
    Low = FILTER All BY X < Mean;
    High = FILTER K BY Most > Mean + 100;
    OUTPUT Low (SourceIp, X, Mean);
    OUTPUT High (SourceIp, Most);
    """,
    // Rows of windows as tuples.
    """
    A = FOREACH (STREAM (FILTER P BY tcp) BY SourceIp AS Host) GENERATE count() WINDOW 100ms;
    B = FOREACH (STREAM P BY DestIp AS Host) GENERATE count() WINDOW 200ms;
    Tcp = FOREACH (STREAM A BY Host) TRANSFORM (A) : Count;
    All = FOREACH (STREAM B BY Host) TRANSFORM (B) : Count;
    Some = UNION (FILTER A BY A > 1), (FILTER A BY A < 9);
    Most = FOREACH (STREAM Some BY Host) GENERATE max(A) WINDOW 1s;
    Sums = FOREACH (STREAM Some BY A) GENERATE count() WINDOW 200ms;
    OUTPUT Most;
    OUTPUT Sums;
    OUTPUT Some (Host, A, frame.time);
    """,
  ]

  @Test("give the naive evaluator's rows", arguments: queries)
  func engines(query: String) throws { try expect(query, cuts: 64) }

  @Test("on the host give the naive evaluator's rows", arguments: hostQueries)
  func host(query: String) throws { try expect(query, cuts: 4) }

  private func expect(_ query: String, cuts: Int) throws {
    let text = "P = PacketStream(\"eth0\");\n" + query
    var profile = PacketGenerator.Profile()
    profile.gap = 3_000_000
    var generator = PacketGenerator(seed: 41, profile: profile)
    let frames = generator.frames(1200)
    #expect(!NaiveEvaluator.rows(of: try Query.plan(text), over: frames).isEmpty, "\(query)")
    var ways = [Way.host]
    if Requirement.kernel.isMet { ways += try EngineTests.kernelWays(text, cuts: cuts, seed: 1) }
    try Comparison(text, frames, "union").expect(ways)
  }
}
