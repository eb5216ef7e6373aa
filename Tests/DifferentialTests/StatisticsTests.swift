import DataModel
import Plan
import Reference
import TestSupport
import Testing

/// The statistics that are neither sums nor counts of all items, in every engine.
@Suite("Statistics")
struct StatisticsTests {
  static let queries = [
    """
    K = STREAM P BY SourceIp;
    R = FOREACH K GENERATE rate() WINDOW 2s;
    B = FOREACH K GENERATE rate(frame.len) WINDOW 2s;
    D = FOREACH K GENERATE descents(tcp.seq) WINDOW 2s;
    E = FOREACH K GENERATE ewma(frame.len, 0.2) WINDOW 2s;
    U = FOREACH K GENERATE ewma(tcp.seq, 1) WINDOW 2s;
    OUTPUT (FILTER K BY R >= 1) (R, B, D, E, U);
    """,
    // Folds in order are composed of panes.
    """
    K = STREAM P BY IpProtocol;
    E = FOREACH K GENERATE ewma(frame.len, 0.01) WINDOW 2s SLIDE 500ms;
    D = FOREACH K GENERATE descents(frame.len) WINDOW 2s SLIDE 500ms;
    R = FOREACH K GENERATE rate(ip.ttl) WINDOW 2s SLIDE 500ms;
    OUTPUT K (E, D, R);
    """,
    "OUTPUT FOREACH P GENERATE ewma(tcp.dstport, 0.5) WINDOW 1s;",
    """
    K = STREAM P BY SourceIp;
    S = FOREACH K GENERATE similarity(DestPort) WINDOW 2s;
    T = FOREACH K GENERATE similarity(DestIp, IpProtocol) WINDOW 3s;
    OUTPUT K (S, T);
    """,
    "OUTPUT FOREACH P GENERATE similarity(SourceIp) WINDOW 1s;",
    """
    K = STREAM P BY IpProtocol;
    F = FOREACH K GENERATE flowset({SourceIp, DestIp, SourcePort, DestPort}) WINDOW 1s;
    G = FOREACH K GENERATE flowset(DestPort, 3) WINDOW 1s;
    A = FOREACH K GENERATE sample(SourceIp, 4) WINDOW 1s;
    B = FOREACH K GENERATE sample({ApplicationProtocol, eth.src, frame.len}, 7) WINDOW 1s;
    OUTPUT K (F, A, A.key(0) AS Drawn);
    OUTPUT K (B);
    OUTPUT K (G);
    """,
    """
    K = STREAM P BY SourceIp;
    A = FOREACH K GENERATE kmedians(ip.ttl, 3) WINDOW 2s;
    B = FOREACH K GENERATE kmedians(frame.len, 2) WITHIN 10% WINDOW 2s SLIDE 1s;
    OUTPUT K (A, A.count(1) AS Second);
    OUTPUT K (B);
    """,
    // Buckets, of wide and of narrow numbers; of keys that have no such number too.
    """
    K = STREAM P BY DestIp;
    A = FOREACH K GENERATE quantile(tcp.seq, 0.3) WITHIN 1% WINDOW 2s;
    B = FOREACH K GENERATE median(frame.len) WITHIN 5% WINDOW 2s;
    C = FOREACH K GENERATE quantile(frame.len, 0.99) WITHIN 20% WINDOW 2s;
    D = FOREACH K GENERATE median(ip.ttl) WITHIN 0.01% WINDOW 2s;
    E = FOREACH K GENERATE histogram(tcp.seq) WINDOW 2s;
    F = FOREACH K GENERATE histogram(frame.len, 7) WINDOW 2s;
    OUTPUT K (A, B, C, D);
    OUTPUT K (E, F);
    """,
    "OUTPUT FOREACH P GENERATE quantile(tcp.seq, 0.5) WITHIN 3% WINDOW 1s SLIDE 250ms;",
    // Windows of items.
    """
    K = STREAM P BY SourceIp;
    E = FOREACH K GENERATE ewma(tcp.dstport, 0.3) WINDOW 5 ITEMS;
    D = FOREACH K GENERATE descents(frame.len) WINDOW 6 ITEMS;
    S = FOREACH K GENERATE similarity(DestPort) WINDOW 9 ITEMS;
    T = FOREACH K GENERATE similarity(DestIp, DestPort) WINDOW 4 ITEMS;
    Q = FOREACH K GENERATE quantile(frame.len, 0.5) WITHIN 4% WINDOW 12 ITEMS;
    M = FOREACH K GENERATE median(tcp.seq) WITHIN 4% WINDOW 7 ITEMS;
    OUTPUT K (E, D, S, T, Q, M);
    """,
    """
    K = STREAM P BY DestIp;
    S = FOREACH K GENERATE similarity(SourcePort, 1);
    F = FOREACH K GENERATE flowset(DestPort, 5) WINDOW 8 ITEMS;
    A = FOREACH K GENERATE sample(SourceIp, 2) WINDOW 20 ITEMS;
    M = FOREACH K GENERATE kmedians(frame.len, 2) WINDOW 6 ITEMS;
    H = FOREACH K GENERATE histogram(frame.len, 50) WINDOW 6 ITEMS;
    OUTPUT K (S, F, A, M, H);
    """,
  ]

  static let frames: [CapturedFrame] = {
    var profile = PacketGenerator.Profile()
    profile.gap = 4_000_000
    var generator = PacketGenerator(seed: 23, profile: profile)
    return generator.frames(1500)
  }()

  @Test("give the naive evaluator's rows", arguments: queries)
  func engines(query: String) throws {
    let text = "P = PacketStream(\"eth0\");\n" + query
    #expect(!NaiveEvaluator.rows(of: try Query.plan(text), over: Self.frames).isEmpty, "\(query)")
    var ways = [Way.host]
    if Requirement.kernel.isMet { ways += try EngineTests.kernelWays(text, cuts: 2, seed: 1) }
    try Comparison(text, Self.frames, "statistics").expect(ways)
  }
}
