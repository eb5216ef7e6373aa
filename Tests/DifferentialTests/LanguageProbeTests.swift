import Plan
import Reference
import TestSupport
import Testing

/// The language's own test: a small program for each sentence of its description, checked without
/// an error, with the naive evaluator's rows on the host.
@Suite("Every sentence of the language runs")
struct LanguageProbeTests {
  static let programs = [
    """
    Small = FILTER P BY frame.len < 0x100;
    N = FOREACH Small GENERATE count() WINDOW 1s;
    """,
    """
    N = FOREACH (STREAM P BY DestIp) GENERATE ehsum(frame.len, 100, 2);
    """,
    """
    N = FOREACH (STREAM P BY DestIp) GENERATE ehave(frame.len, 100, 2);
    """,
    """
    N = FOREACH (STREAM P BY DestIp) GENERATE ehvar(frame.len, 100, 2);
    """,
    """
    N = FOREACH (STREAM P BY DestIp) GENERATE simplesum(frame.len, 100);
    """,
    """
    PARTITION P BY SourceIp, DestIp;
    HASH SourceIp WITH IpHashFunction;
    N = FOREACH P GENERATE count() WINDOW 1s;
    """,
    """
    K = STREAM P BY DestIp;
    T = FOREACH K GENERATE topk(DestPort, 3) WINDOW 1s;
    OUTPUT K (T.key, T.count(0), T.value(0), T.key(1));
    """,
    """
    K = STREAM P BY DestIp;
    T = FOREACH K GENERATE topk(DestPort, 100, 10, 2);
    OUTPUT K (T.key(0), T.value(0), T.count(1));
    """,
    """
    N = FOREACH (STREAM P BY DestIp, SourceIp) GENERATE count() WINDOW 200ms;
    S = FILTER N BY N > 2;
    Q = FILTER P BY (DestIp, SourceIp) IN S;
    M = FOREACH Q GENERATE count() WINDOW 200ms;
    """,
    """
    K = STREAM P BY DestIp;
    A = FOREACH K GENERATE count() WINDOW 100ms;
    B = FOREACH K GENERATE count() WINDOW 1s;
    C = FILTER K BY A > 2 AND B > 3;
    OUTPUT C (A, B);
    """,
    """
    K = STREAM P BY SourceIp, DestPort ELSE 0;
    N = FOREACH K GENERATE count() WINDOW 1s;
    """,
    """
    K = STREAM P BY DestIp/24/48 AS Net;
    N = FOREACH K GENERATE count() WINDOW 1s;
    """,
    """
    K = STREAM P BY DestIp/24;
    N = FOREACH K GENERATE count() WINDOW 1s;
    """,
    """
    U = DISTINCT P BY DestIp WINDOW 1s SLIDE 200ms;
    N = FOREACH (STREAM U BY DestIp) GENERATE count() WINDOW 200ms;
    """,
    """
    X = FILTER P BY frame.len BETWEEN 60 AND 200 AND NOT tcp.dstport BETWEEN 1 AND 10;
    N = FOREACH X GENERATE count() WINDOW 1s;
    """,
    """
    X = FILTER P BY payload CONTAINS "a";
    N = FOREACH X GENERATE count() WINDOW 1s;
    """,
    """
    K = STREAM P BY SourceIp, DestPort;
    N = FOREACH K GENERATE count() WINDOW 1s;
    OUTPUT TOP 2 K BY N PER SourceIp (N);
    """,
    """
    K = STREAM P BY SourceIp;
    N = FOREACH K GENERATE count() WINDOW 1s;
    B = FOREACH K GENERATE sum(frame.len) WINDOW 1s;
    OUTPUT TOP 3 K BY B (B, N);
    """,
    """
    A = FOREACH (STREAM (FILTER P BY tcp) BY DestIp) GENERATE count() WINDOW 1s;
    B = FOREACH (STREAM (FILTER P BY udp) BY DestIp) GENERATE max(frame.len) WINDOW 1s;
    J = JOIN A, B BY DestIp LEFT;
    OUTPUT J (A, B);
    """,
    """
    A = FOREACH (STREAM (FILTER P BY tcp) BY DestIp) GENERATE count() WINDOW 1s;
    B = FOREACH (STREAM (FILTER P BY udp) BY DestIp) GENERATE max(frame.len) WINDOW 1s;
    J = JOIN A, B BY DestIp OUTER;
    OUTPUT J (A, B);
    """,
    """
    A = FOREACH (STREAM (FILTER P BY tcp) BY DestIp) GENERATE count() WINDOW 1s;
    B = FOREACH (STREAM (FILTER P BY udp) BY DestIp) GENERATE count() WINDOW 1s;
    J = JOIN A, B BY DestIp ANTI;
    OUTPUT J (A);
    """,
    """
    N = FOREACH (STREAM P BY IpProtocol) GENERATE quantile(frame.len, 0.99) WITHIN 1% WINDOW 1s;
    """,
    """
    N = FOREACH (STREAM P BY IpProtocol) GENERATE quantile(frame.len, 0.5) EXACT WINDOW 1s;
    """,
    """
    K = STREAM P BY SourceIp;
    N = FOREACH K GENERATE count() WINDOW 200ms;
    G = FILTER K BY N > 2 * N.prev(1);
    OUTPUT G (N, N.prev(1), N.prev(2));
    """,
    """
    K = STREAM P BY SourceIp;
    T = FOREACH K TRANSFORM (frame.len - frame.len.prev(1)) : D, (frame.len + 1) : E;
    N = FOREACH T GENERATE sum(D) WINDOW 1s;
    """,
    """
    C = COLLAPSE (STREAM P BY SourceIp, DestIp) BY SourceIp;
    OUTPUT C (SourceIp);
    """,
    """
    K = STREAM P BY SourceIp;
    F = FOREACH K GENERATE first(frame.len) WINDOW 1s;
    G = FOREACH K GENERATE last(frame.len) WINDOW 1s;
    OUTPUT K (F, G);
    """,
    """
    K = STREAM P BY SourceIp;
    F = FOREACH K GENERATE ewma(frame.len, 0.3) WINDOW 1s;
    """,
    """
    K = STREAM P BY SourceIp;
    F = FOREACH K GENERATE topk(DestPort, 3, frame.len) WINDOW 1s;
    """,
    """
    K = STREAM P BY SourceIp;
    F = FOREACH K GENERATE entropy(DestPort) WINDOW 20 ITEMS;
    OUTPUT K (F);
    """,
    """
    K = STREAM P BY SourceIp;
    F = FOREACH K GENERATE median(frame.len) WINDOW 20 ITEMS;
    OUTPUT K (F);
    """,
    """
    K = STREAM P BY SourceIp;
    F = FOREACH K GENERATE histogram(frame.len, 3) WINDOW 20 ITEMS;
    OUTPUT K (F);
    """,
    """
    K = STREAM P BY SourceIp;
    F = FOREACH K GENERATE norm(frame.len, L2) WINDOW 20 ITEMS;
    OUTPUT K (F);
    """,
    """
    K = STREAM P BY SourceIp;
    F = FOREACH K GENERATE rarity(DestPort) WINDOW 20 ITEMS;
    OUTPUT K (F);
    """,
    """
    K = STREAM P BY SourceIp;
    F = FOREACH K GENERATE similarity(DestPort) WINDOW 20 ITEMS;
    OUTPUT K (F);
    """,
    """
    K = STREAM P BY SourceIp;
    F = FOREACH K GENERATE stddev(frame.len) WINDOW 20 ITEMS;
    G = FOREACH K GENERATE ewma(frame.len, 0.5) WINDOW 20 ITEMS;
    OUTPUT K (F, G);
    """,
    """
    K = STREAM P BY SourceIp;
    F = FOREACH K GENERATE countdistinct(DestIp, DestPort) WINDOW 20 ITEMS;
    OUTPUT K (F);
    """,
    """
    X = FILTER P BY (tcp.flags & 0x12) == 2 OR tcp.flags | 1 == 3 OR tcp.flags ^ 2 == 0
      OR frame.len >> 3 == 8 OR frame.len << 1 > 300;
    N = FOREACH X GENERATE count() WINDOW 1s;
    """,
    """
    X = FILTER P BY div(frame.len, 7) == 9 OR frame.len / 7 > 20.5 OR frame.len % 5 == 1;
    N = FOREACH X GENERATE count() WINDOW 1s;
    """,
    """
    N = FOREACH (FOREACH (STREAM P BY SourceIp) GENERATE count() WINDOW 200ms)
      GENERATE count() WINDOW 1s;
    """,
    """
    N = FOREACH P GENERATE countdistinct(SourceIp) WITHIN 2% CONFIDENCE 99% WINDOW 1s;
    """,
    """
    N = FOREACH P GENERATE sum(frame.len) WINDOW 1s SLIDE 200ms;
    """,
    """
    N = FOREACH P GENERATE topk(DestIp, 20, 5, 2);
    X = FILTER P BY DestIp IN N;
    OUTPUT X (DestIp);
    """,
    """
    K = STREAM P BY DestIp;
    A = FOREACH K GENERATE ave(frame.len) WINDOW 5 ITEMS;
    Big = FILTER K BY A > 200;
    X = FILTER P BY DestIp IN Big;
    OUTPUT X (DestIp);
    """,
    """
    S = TOP 3 (STREAM P BY DestIp) BY N;
    N = FOREACH (STREAM P BY DestIp) GENERATE count() WINDOW 200ms;
    X = FILTER P BY DestIp IN S WITHIN 1s;
    M = FOREACH X GENERATE count() WINDOW 200ms;
    """,
    """
    T = FOREACH P GENERATE topk(DestIp, 3) WINDOW 200ms;
    X = FILTER P BY DestIp IN T;
    M = FOREACH X GENERATE count() WINDOW 200ms;
    """,
    """
    X = FILTER P BY (SourcePort, DestPort) IN {(1, 2), (3, 4)};
    M = FOREACH X GENERATE count() WINDOW 200ms;
    """,
    """
    X = FILTER P BY ip.addr IN {10.0.0.0/8} AND tcp.port == 80;
    M = FOREACH X GENERATE count() WINDOW 200ms;
    """,
    """
    X = FILTER P BY ApplicationProtocol == "http" OR ApplicationProtocol IN {"ssh", "domain"};
    M = FOREACH X GENERATE count() WINDOW 200ms;
    """,
    """
    X = FILTER P BY TRUE AND tcp;
    M = FOREACH X GENERATE count() WINDOW 1m;
    """,
    """
    X = FILTER P BY SourceIp == DestIp OR SourcePort > DestPort;
    M = FOREACH X GENERATE count() WINDOW 200ms;
    """,
    """
    X = FILTER P BY TimeSeconds > 5;
    M = FOREACH X GENERATE count() WINDOW 200ms;
    """,
    """
    X = FILTER P BY frame.len > 60B AND frame.len < 64KB;
    M = FOREACH X GENERATE count() WINDOW 200ms;
    """,
    """
    N = FOREACH P GENERATE count() WINDOW 200ms;
    M = FOREACH P GENERATE ave(frame.len) WINDOW 200ms;
    OUTPUT (FILTER P BY N > 3 AND M > 100) (N, M, N * M AS Q);
    """,
    """
    N = FOREACH P GENERATE count() WINDOW 200ms;
    X = FILTER N BY N > 3;
    OUTPUT X;
    """,
    """
    K = STREAM P BY DestIp;
    N = FOREACH K GENERATE count() WINDOW 200ms;
    G = FOREACH P GENERATE count() WINDOW 200ms;
    X = FILTER K BY N * 3 > G;
    OUTPUT X (N / G AS Share);
    """,
    """
    K = STREAM P BY SourceIp, DestIp;
    N = FOREACH K GENERATE count() WINDOW 200ms;
    M = FOREACH (STREAM P BY SourceIp) GENERATE count() WINDOW 200ms;
    X = FILTER K BY N * 2 > M;
    OUTPUT X (N, M);
    """,
    """
    K = STREAM P BY DestIp;
    N = FOREACH K GENERATE count() WINDOW 200ms;
    V = FILTER K BY N > 2;
    A = FOREACH V GENERATE sum(frame.len) WINDOW 200ms;
    """,
    """
    K = STREAM P BY DestIp;
    N = FOREACH K GENERATE count() WINDOW 200ms;
    V = FILTER K BY N > 2;
    U = DISTINCT V BY SourceIp WINDOW 1s;
    OUTPUT U (SourceIp);
    """,
    """
    K = STREAM P BY DestIp;
    OUTPUT K (frame.time, DestIp, frame.len * 2 AS Twice, tcp AND frame.len > 100 AS Big);
    """,
    """
    K = STREAM P BY DestIp;
    N = FOREACH K GENERATE min(frame.len) WINDOW 1s;
    M = FOREACH K GENERATE rate() WINDOW 1s;
    OUTPUT K (N, M);
    """,
    """
    A = FILTER P BY tcp;
    B = FILTER P BY udp;
    N = FOREACH (UNION A, B) GENERATE count() WINDOW 1s;
    """,
    """
    C = FOREACH P GENERATE count() WINDOW 10 ITEMS;
    OUTPUT P (C);
    """,
    """
    J = JOIN (STREAM (FILTER P BY tcp) BY DestIp AS H), (STREAM (FILTER P BY udp)
      BY DestIp AS H) BY H ANTI AFTER 100ms;
    OUTPUT J;
    """,
    """
    J = JOIN (STREAM (FILTER P BY tcp) BY DestIp AS H), (STREAM (FILTER P BY udp)
      BY DestIp AS H) BY H ANTI BEFORE 100ms;
    OUTPUT J;
    """,
    """
    N = FOREACH (STREAM P BY IpProtocol, HopLimit) GENERATE max(IpBytes) WINDOW 1s;
    """,
    """
    K = STREAM P BY SourceIp;
    N = FOREACH K GENERATE kmedians(frame.len, 2) WINDOW 1s;
    """,
    """
    K = STREAM P BY SourceIp;
    N = FOREACH K GENERATE flowset(DestIp) WINDOW 1s;
    """,
    """
    K = STREAM P BY SourceIp;
    N = FOREACH K GENERATE count() WINDOW 200ms;
    M = FOREACH (STREAM N BY SourceIp) GENERATE max(N) WINDOW 1s;
    OUTPUT M;
    """,
    """
    K = STREAM P BY SourceIp, DestIp;
    N = FOREACH K GENERATE count() WINDOW 200ms;
    C = COLLAPSE N BY SourceIp FOR N;
    M = FOREACH C GENERATE entropy(N);
    OUTPUT C (N, M);
    """,
    """
    K = STREAM P BY SourceIp;
    K = STREAM K BY SourceIp, DestIp;
    N = FOREACH K GENERATE count() WINDOW 1s;
    """,
    """
    N = FOREACH (STREAM P BY IpProtocol) GENERATE quantile(frame.len, 0.9) WITHIN RANK 1% WINDOW 1s;
    """,
    """
    A = DISTINCT P BY DestIp WINDOW 1s;
    B = FILTER P BY udp;
    N = FOREACH (UNION A, B) GENERATE count() WINDOW 1s;
    """,
    """
    K = STREAM P BY SourceIp;
    C = FOREACH K GENERATE sum(frame.len) WINDOW 10 ITEMS;
    OUTPUT C EVERY 1s;
    """,
  ]

  @Test("and gives the naive evaluator's rows", arguments: programs)
  func host(program: String) throws {
    let text = "P = PacketStream(\"eth0\");\n" + program
    let errors = Query.diagnostics(text).split(separator: "\n").filter { $0.contains("error[") }
    try #require(errors.isEmpty, "\(errors)")
    try Comparison(text, Self.frames, "probe").expect([.host])
  }

  private static let frames: [CapturedFrame] = {
    var profile = PacketGenerator.Profile()
    profile.gap = 4_000_000
    var generator = PacketGenerator(seed: 53, profile: profile)
    return generator.frames(400)
  }()
}
