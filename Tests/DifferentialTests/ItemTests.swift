import Plan
import Reference
import TestSupport
import Testing

/// Windows of items, each query with rows in its answer, in every engine.
@Suite("Windows of items")
struct ItemTests {
  static let queries = [
    // Every operator, over windows that fill and slide.
    """
    K = STREAM P BY SourceIp;
    A = FOREACH K GENERATE ave(frame.len) WINDOW 7 ITEMS;
    B = FOREACH K GENERATE var(frame.len) WINDOW 7 ITEMS;
    C = FOREACH K GENERATE sum(ip.ttl) WINDOW 3 ITEMS;
    D = FOREACH K GENERATE min(frame.len) WINDOW 5 ITEMS;
    E = FOREACH K GENERATE max(tcp.dstport) WINDOW 5 ITEMS;
    F = FOREACH K GENERATE count() WINDOW 4 ITEMS;
    G = FOREACH K GENERATE stddev(udp.length) WINDOW 1 ITEMS;
    """,
    """
    K = STREAM P BY IpProtocol;
    A = FOREACH K GENERATE median(frame.len) WINDOW 6 ITEMS;
    B = FOREACH K GENERATE quantile(frame.len, 0.9) WINDOW 20 ITEMS;
    C = FOREACH K GENERATE countdistinct(SourceIp, DestPort) WINDOW 20 ITEMS;
    D = FOREACH K GENERATE countdistinct(DestPort) WINDOW 9 ITEMS;
    E = FOREACH K GENERATE topk(DestIp, 2) WINDOW 30 ITEMS;
    F = FOREACH K GENERATE entropy(DestPort) WINDOW 11 ITEMS;
    OUTPUT K (IpProtocol, frame.time, A, B, C, D, E, E.key(0) AS Top, E.value(1) AS Share, F);
    """,
    // All keys' values time and again, of one key and of all tuples.
    """
    K = STREAM P BY SourceIp, DestPort ELSE 0;
    A = FOREACH K GENERATE ave(frame.len) WINDOW 7 ITEMS;
    B = FOREACH K GENERATE count() WINDOW 4 ITEMS;
    T = FOREACH (STREAM P BY IpProtocol) GENERATE topk(DestPort, 20, 4, 2);
    G = FOREACH P GENERATE max(frame.len) WINDOW 50 ITEMS;
    OUTPUT K (A, B, A * B AS Octets) EVERY 300ms;
    OUTPUT T EVERY 500ms;
    OUTPUT G EVERY 250ms;
    OUTPUT FILTER (FILTER K BY A > 100) BY DestPort < 1000 AND B * 30 < A (A) EVERY 400ms;
    """,
    // Filters that ask keys only, of addresses and of numbers.
    """
    K = STREAM P BY SourceIp, IpProtocol;
    A = FOREACH K GENERATE ave(frame.len) WINDOW 7 ITEMS;
    Tcp = FILTER K BY IpProtocol == 6 AND SourceIp NOT IN 10.0.0.0/31;
    OUTPUT Tcp (A) EVERY 300ms;
    Few = FILTER (FILTER Tcp BY A > 100) BY SourceIp != 10.0.0.7 OR IpProtocol + 1 IN {7, 9};
    OUTPUT Few (A) EVERY 300ms;
    """,
    // SAL's positional parameters and the preamble's defaults.
    """
    WindowSize = 12; Ehk = 3; BasicWindowSize = 4;
    K = STREAM P BY DestIp;
    A = FOREACH K GENERATE ave(frame.len, 10, 2);
    T = FOREACH K GENERATE topk(DestPort, 30, 5, 2);
    U = FOREACH K GENERATE topk(SourceIp, 40);
    OUTPUT K (DestIp, A, T, T.value(0) + T.value(1) AS Both, U.key AS First);
    """,
    // Filters pass what satisfies them with this very tuple; a chain of them.
    """
    K = STREAM P BY DestIp;
    T = FOREACH K GENERATE topk(DestPort, 20, 4, 2);
    Servers = FILTER K BY T.value(0) + T.value(1) > 0.5;
    M = FOREACH Servers GENERATE ave(frame.len) WINDOW 8 ITEMS;
    Large = FILTER Servers BY frame.len >= M AND M > 80;
    N = FOREACH Large GENERATE count() WINDOW 500ms;
    OUTPUT Large (DestIp, M, frame.len);
    OUTPUT N;
    """,
    // A stream that has less than another's tuples asks the other's features, by another field.
    """
    Tcp = FILTER P BY tcp;
    A = FOREACH (STREAM Tcp BY SourceIp AS Host) GENERATE ave(frame.len) WINDOW 5 ITEMS;
    B = STREAM P BY DestIp AS Host;
    Answered = FILTER B BY A > 60 OR NOT A > 0;
    OUTPUT Answered (Host, A, frame.len);
    """,
    // One state for all tuples, beside a window of time.
    """
    N = FOREACH P GENERATE count() WINDOW 500ms;
    M = FOREACH P GENERATE max(frame.len) WINDOW 50 ITEMS;
    OUTPUT (FILTER P BY frame.len == M OR N > 40) (frame.time, M, N);
    """,
    // Exponential histograms, where an error is allowed: SAL's k, and WITHIN.
    """
    K = STREAM P BY IpProtocol;
    A = FOREACH K GENERATE ehave(frame.len, 4000, 4);
    B = FOREACH K GENERATE sum(frame.len) WITHIN 30% WINDOW 3000 ITEMS;
    C = FOREACH K GENERATE var(frame.len) WITHIN 90% WINDOW 8000 ITEMS;
    D = FOREACH K GENERATE stddev(udp.length) WITHIN 90% WINDOW 8000 ITEMS;
    OUTPUT K (IpProtocol, A, B, C, D);
    """,
    // Values of earlier tuples of the key: of all kinds of states, by filters, ticks, others' keys.
    """
    K = STREAM P BY SourceIp;
    A = FOREACH K GENERATE ave(frame.len) WINDOW 7 ITEMS;
    B = FOREACH K GENERATE max(frame.len) WINDOW 3 ITEMS;
    T = FOREACH K GENERATE topk(DestPort, 2) WINDOW 5 ITEMS;
    U = FOREACH K GENERATE topk(DestPort, 8, 4, 2);
    N = FOREACH K GENERATE count() WINDOW 4 ITEMS;
    Jump = FILTER K BY A > 1.2 * A.prev(1);
    OUTPUT Jump (SourceIp, A, A.prev(1) AS Before, B.prev(2), N, N.prev(3) AS Then, T.prev(1),
      U.prev(5));
    OUTPUT K (A, A.prev(4), N.prev(1)) EVERY 300ms;
    Back = FILTER (STREAM P BY DestIp AS SourceIp) BY A.prev(1) > 60;
    OUTPUT Back (DestIp, A.prev(1), frame.len);
    """,
    """
    Pairs = STREAM P BY DestIp, SourceIp;
    M = FOREACH Pairs GENERATE max(frame.len) WINDOW 3 ITEMS;
    Peers = COLLAPSE Pairs BY DestIp FOR M;
    Most = FOREACH Peers GENERATE max(M);
    New = FILTER Peers BY Most != Most.prev(1);
    OUTPUT New (DestIp, SourceIp, M, Most, Most.prev(1), Most.prev(20));
    """,
    // First and last by arrival, also where few tuples have the field, and of real numbers.
    """
    K = STREAM P BY IpProtocol;
    A = FOREACH K GENERATE first(frame.len) WINDOW 5 ITEMS;
    B = FOREACH K GENERATE last(tcp.dstport) WINDOW 4 ITEMS;
    C = FOREACH K GENERATE first(tcp.dstport) WINDOW 4 ITEMS;
    D = FOREACH P GENERATE first(udp.length) WINDOW 9 ITEMS;
    E = FOREACH P GENERATE last(udp.length) WINDOW 9 ITEMS;
    M = FOREACH P GENERATE ave(udp.length) WINDOW 9 ITEMS;
    Tcp = FOREACH K TRANSFORM (frame.len / 7) : Part, (frame.time - frame.time.prev(1)) : Gap;
    F = FOREACH Tcp GENERATE first(Part) WINDOW 6 ITEMS;
    G = FOREACH Tcp GENERATE ave(Part) WINDOW 6 ITEMS;
    H = FOREACH Tcp GENERATE last(Gap) WINDOW 6 ITEMS;
    OUTPUT Tcp (IpProtocol, A, B, C, D, E, M, F, G, H, frame.len);
    """,
    // Sums of weights over windows and over tables.
    """
    K = STREAM P BY SourceIp;
    T = FOREACH K GENERATE topk(DestPort, 2, frame.len) WINDOW 6 ITEMS;
    V = FOREACH P GENERATE topk({DestIp, DestPort}, 3, tcp.window) WINDOW 30 ITEMS;
    L = FOREACH K GENERATE norm(DestIp, L2, 100 - ip.ttl) WINDOW 9 ITEMS;
    OUTPUT K (SourceIp, T, T.key(0) AS Port, T.value(0) AS Share, V.count(1), L);
    """,
    """
    Pairs = STREAM P BY DestIp, SourceIp;
    M = FOREACH Pairs GENERATE max(frame.len) WINDOW 3 ITEMS;
    Peers = COLLAPSE Pairs BY DestIp FOR M;
    Heavy = FOREACH Peers GENERATE topk(SourceIp, 2, M);
    OUTPUT Peers (DestIp, SourceIp, M, Heavy);
    """,
    // Norms and the heaviest of windows and of tables, beside what reads all items of the same
    // state; of numbers, of several fields, of addresses and of texts, which are numbered.
    """
    K = STREAM P BY IpProtocol;
    A = FOREACH K GENERATE norm(DestPort, L0) WINDOW 25 ITEMS;
    B = FOREACH K GENERATE norm(DestPort, L1) WINDOW 25 ITEMS;
    C = FOREACH K GENERATE norm({SourceIp, DestPort}, L2) WINDOW 25 ITEMS;
    D = FOREACH K GENERATE norm(DestPort, Linf) WINDOW 25 ITEMS;
    E = FOREACH K GENERATE entropy(DestPort) WINDOW 25 ITEMS;
    Q = FOREACH K GENERATE quantile(DestPort, 0.5) WINDOW 25 ITEMS;
    R = FOREACH K GENERATE rarity(DestPort, 2) WINDOW 25 ITEMS;
    F = FOREACH K GENERATE topk(DestPort, 3) WINDOW 25 ITEMS;
    G = FOREACH P GENERATE norm(ip.src, Linf, 100 - ip.ttl) WINDOW 40 ITEMS;
    H = FOREACH P GENERATE topk(ip.dst, 4) WINDOW 60 ITEMS;
    I = FOREACH P GENERATE topk(ApplicationProtocol, 2, frame.len) WINDOW 60 ITEMS;
    OUTPUT K (IpProtocol, A, B, C, D, E, Q, R, F, G, H, I);
    """,
    """
    Pairs = STREAM P BY DestIp, SourceIp;
    M = FOREACH Pairs GENERATE max(frame.len) WINDOW 3 ITEMS;
    Peers = COLLAPSE Pairs BY DestIp FOR M;
    L = FOREACH Peers GENERATE norm(SourceIp, L2);
    T = FOREACH Peers GENERATE topk(SourceIp, 2);
    R = FOREACH Peers GENERATE norm(SourceIp, Linf, 500 - M);
    OUTPUT Peers (DestIp, SourceIp, M, L, T, R);
    """,
    // Behind DISTINCT, whose first tuple matters then.
    """
    First = DISTINCT P BY SourceIp, DestPort WINDOW 500ms;
    A = FOREACH (STREAM First BY SourceIp) GENERATE countdistinct(DestPort) WINDOW 6 ITEMS;
    """,
  ]

  @Test("give the naive evaluator's rows", arguments: queries)
  func engines(query: String) throws {
    let text = "P = PacketStream(\"eth0\");\n" + query
    var profile = PacketGenerator.Profile()
    profile.gap = 3_000_000
    var generator = PacketGenerator(seed: 11, profile: profile)
    let frames = generator.frames(2500)
    #expect(!NaiveEvaluator.rows(of: try Query.plan(text), over: frames).isEmpty, "\(query)")
    var ways = [Way.host]
    if Requirement.kernel.isMet { ways += try EngineTests.kernelWays(text, cuts: 64, seed: 1) }
    try Comparison(text, frames, "items").expect(ways)
  }

  @Test("the data path keeps only what all item windows have in common")
  func placement() throws {
    let text = """
      P = PacketStream("eth0");
      Tcp = FILTER P BY tcp;
      A = FOREACH (STREAM Tcp BY SourceIp) GENERATE ave(frame.len) WINDOW 5 ITEMS;
      Big = FILTER Tcp BY frame.len > 100;
      B = FOREACH (STREAM Big BY SourceIp) GENERATE ave(frame.len) WINDOW 5 ITEMS;
      """
    let cuts = Query.cuts(try Query.plan(text), limit: 64)
    #expect(cuts.contains { $0.contains("n1") })
    #expect(!cuts.contains { $0.contains("n2") })
  }
}
