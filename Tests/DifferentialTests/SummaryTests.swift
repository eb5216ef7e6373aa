import DataModel
import Plan
import Reference
import TestSupport
import Testing

/// Bounded state under WITHIN: heaviest items, samples, moments, projections and ranks, in every
/// engine. Counters are few and samples small, so that they overflow.
@Suite("Summaries under WITHIN")
struct SummaryTests {
  static let queries = [
    """
    K = STREAM P BY IpProtocol;
    T = FOREACH K GENERATE topk(SourcePort, 3) WITHIN 20% WINDOW 2s;
    U = FOREACH K GENERATE topk({SourceIp, DestPort}, 4, frame.len) WITHIN 10% WINDOW 2s;
    A = FOREACH K GENERATE norm(SourcePort, L1) WITHIN 10% WINDOW 2s;
    M = FOREACH K GENERATE norm(SourcePort, Linf, frame.len) WITHIN 10% WINDOW 2s;
    OUTPUT K (T, U, T.count(0) AS First, T.value(1) AS Second, T.count(9) AS None, T.key(0) AS Key,
      T.key(2) AS Third, U.key(0) AS Pair, U.key(9) AS Nobody);
    OUTPUT K (A, M);
    """,
    """
    K = STREAM P BY IpProtocol;
    R = FOREACH K GENERATE rarity(SourcePort, 1) WITHIN 25% WINDOW 2s;
    J = FOREACH K GENERATE similarity(SourcePort) WITHIN 25% WINDOW 2s;
    L = FOREACH K GENERATE norm(SourcePort, L2) WITHIN 45% WINDOW 2s;
    Z = FOREACH K GENERATE norm(SourcePort, L0) WITHIN 20% WINDOW 2s;
    H = FOREACH K GENERATE entropy(SourcePort) WITHIN 60% WINDOW 2s;
    OUTPUT K (R, J, L, Z, H);
    """,
    """
    K = STREAM P BY DestIp;
    T = FOREACH K GENERATE topk(SourcePort, 2) WITHIN 30% WINDOW 2s SLIDE 500ms;
    R = FOREACH K GENERATE rarity(SourcePort, 2) WITHIN 25% WINDOW 2s SLIDE 500ms;
    L = FOREACH K GENERATE norm(SourcePort, L2, ip.ttl) WITHIN 45% WINDOW 2s SLIDE 500ms;
    H = FOREACH K GENERATE entropy(SourcePort) WITHIN 90% WINDOW 2s SLIDE 500ms;
    J = FOREACH K GENERATE similarity(SourcePort) WITHIN 40% WINDOW 2s SLIDE 500ms;
    Q = FOREACH K GENERATE quantile(SourcePort, 0.5) WITHIN RANK 20% WINDOW 2s SLIDE 500ms;
    OUTPUT K (T, R, L, H, J, Q);
    """,
    """
    K = STREAM P BY IpProtocol;
    A = FOREACH K GENERATE quantile(tcp.seq, 0.3) WITHIN RANK 10% WINDOW 2s;
    B = FOREACH K GENERATE median(frame.len) WITHIN RANK 10% CONFIDENCE 99% WINDOW 2s;
    C = FOREACH K GENERATE kmedians(frame.len, 3) WITHIN 10% WINDOW 2s;
    OUTPUT K (A, B, C);
    """,
    // The halves of sliding windows move.
    """
    K = STREAM P BY SourceIp;
    A = FOREACH K GENERATE similarity(DestPort) WINDOW 2s SLIDE 250ms;
    B = FOREACH K GENERATE similarity(DestIp, IpProtocol) WINDOW 2s SLIDE 1s;
    OUTPUT K (A, B);
    """,
    "OUTPUT FOREACH P GENERATE topk(SourcePort, 5) WITHIN 2% WINDOW 1s;",
    "OUTPUT FOREACH P GENERATE norm(SourcePort, L2) WITHIN 40% WINDOW 3s;",
    "OUTPUT FOREACH P GENERATE quantile(tcp.seq, 0.99) WITHIN RANK 5% WINDOW 3s;",
    // What hangs on an estimate may be there or not.
    """
    K = STREAM P BY DestIp;
    T = FOREACH K GENERATE topk(SourcePort, 2) WITHIN 20% WINDOW 2s;
    H = FOREACH K GENERATE entropy(SourcePort) WITHIN 60% WINDOW 2s;
    Q = FOREACH K GENERATE quantile(tcp.seq, 0.5) WITHIN RANK 10% WINDOW 2s;
    M = FOREACH K GENERATE median(frame.len) WITHIN RANK 10% WINDOW 2s;
    L = FOREACH K GENERATE norm(SourcePort, Linf) WITHIN 10% WINDOW 2s;
    OUTPUT (FILTER K BY T.count(0) >= 10 AND T.value(1) > 0.05) (T);
    OUTPUT (FILTER K BY H > 4.5) (H);
    OUTPUT (FILTER K BY Q > 2000000000 OR M > 700) (Q, M);
    OUTPUT (FILTER K BY L > 8) (L);
    """,
    // Real numbers have ranks too.
    """
    T = FOREACH (STREAM P BY IpProtocol) TRANSFORM (frame.len / 3) : Third;
    K = STREAM T BY IpProtocol;
    OUTPUT FOREACH K GENERATE quantile(Third, 0.5) WITHIN RANK 20% WINDOW 2s;
    """,
  ]

  @Test("keep their bounds", arguments: queries)
  func engines(query: String) throws {
    let text = "P = PacketStream(\"eth0\");\n" + query
    let frames = StatisticsTests.frames
    #expect(!NaiveEvaluator.rows(of: try Query.plan(text), over: frames).isEmpty, "\(query)")
    var ways = [Way.host]
    if Requirement.kernel.isMet { ways.append(Way(engine: .kernel(cpus: 2), tableSets: 4)) }
    try Comparison(text, frames, "summaries").expect(ways)
  }
}
