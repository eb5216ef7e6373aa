import Plan
import Reference
import TestSupport
import Testing

/// Rows used as tuples, each query with rows in its answer, in every engine.
@Suite("Rows as tuples")
struct RowTupleTests {
  static let queries = [
    // Features of features: whole numbers and reals, keyed anew, over longer windows.
    """
    Pair = STREAM P BY SourceIp, DestIp;
    Bytes = FOREACH Pair GENERATE sum(frame.len) WINDOW 100ms;
    Mean = FOREACH Pair GENERATE ave(frame.len) WINDOW 100ms;
    Most = FOREACH (STREAM Bytes BY SourceIp) GENERATE max(Bytes) WINDOW 500ms;
    Peers = FOREACH (STREAM Bytes BY SourceIp) GENERATE countdistinct(DestIp) WINDOW 500ms;
    Level = FOREACH (STREAM Mean BY SourceIp) GENERATE ave(Mean) WINDOW 500ms;
    Rows = FOREACH Mean GENERATE count() WINDOW 100ms;
    OUTPUT (FILTER (STREAM Bytes BY SourceIp) BY Most > 1000) (Most, Peers, Level);
    OUTPUT Rows;
    """,
    // COLLAPSE … FOR of rows: an operator without a window ranges over the rows of each window.
    """
    K = STREAM P BY SourceIp, DestPort;
    N = FOREACH K GENERATE count() WINDOW 200ms;
    B = FOREACH K GENERATE sum(frame.len) WINDOW 200ms;
    C = COLLAPSE K BY SourceIp FOR N, B;
    Ports = FOREACH C GENERATE count();
    Even = FOREACH C GENERATE entropy(N);
    Largest = FOREACH C GENERATE topk(DestPort, 1, B);
    D = COLLAPSE (FILTER N BY N > 1) BY SourceIp FOR N;
    Total = FOREACH D GENERATE sum(N);
    OUTPUT (FILTER C BY N >= 2) (SourceIp, DestPort, N, B);
    OUTPUT Ports;
    OUTPUT Even;
    OUTPUT Largest;
    OUTPUT Total;
    """,
    // TRANSFORM, DISTINCT, filters and outputs of rows; rows of rows.
    """
    K = STREAM P BY SourceIp;
    N = FOREACH K GENERATE count() WINDOW 100ms;
    Best = TOP 3 K BY N;
    T = FOREACH (STREAM Best BY SourceIp) TRANSFORM (N - N.prev(1)) : Step,
      (frame.time - frame.time.prev(1)) : Since;
    Up = FILTER T BY Step > 0 AND Since < 300ms;
    First = DISTINCT Best BY SourceIp WINDOW 500ms;
    Seen = FOREACH First GENERATE count() WINDOW 500ms;
    Ups = FOREACH (STREAM Up BY SourceIp) GENERATE count() WINDOW 500ms;
    Twice = FOREACH (STREAM Ups BY Ups) GENERATE count() WINDOW 1s;
    OUTPUT Up (SourceIp, N, Step, Since);
    OUTPUT Seen;
    OUTPUT Twice;
    OUTPUT First;
    """,
    // JOIN with absent parts; windows of items over rows; sliding windows.
    """
    A = FOREACH (STREAM (FILTER P BY tcp) BY DestIp AS Host) GENERATE count() WINDOW 100ms;
    B = FOREACH (STREAM (FILTER P BY udp) BY DestIp AS Host) GENERATE ave(frame.len) WINDOW 100ms;
    J = JOIN A, B BY Host OUTER;
    K = STREAM J BY Host;
    M = FOREACH K GENERATE ave(A) WINDOW 4 ITEMS;
    V = FOREACH K GENERATE var(B) WINDOW 3 ITEMS;
    S = FOREACH K GENERATE sum(A) WINDOW 300ms SLIDE 100ms;
    OUTPUT K (Host, A, B, M, V);
    OUTPUT (FILTER K BY A > M AND B > 100) (Host, A, B);
    OUTPUT S;
    """,
    // What rows of rows say, packets ask.
    """
    N = FOREACH (STREAM P BY SourceIp, DestPort) GENERATE count() WINDOW 200ms;
    W = FOREACH (STREAM N BY SourceIp) GENERATE count() WINDOW 200ms;
    Wide = FILTER W BY W > 1;
    Q = FILTER P BY SourceIp IN Wide;
    Z = FOREACH (STREAM Q BY SourceIp) GENERATE count() WINDOW 200ms;
    OUTPUT Z;
    OUTPUT (FILTER P BY frame.len > 40 * W) (SourceIp, frame.len);
    """,
  ]

  @Test("give the naive evaluator's rows", arguments: queries)
  func engines(query: String) throws {
    let text = "P = PacketStream(\"eth0\");\n" + query
    var profile = PacketGenerator.Profile()
    profile.gap = 3_000_000
    var generator = PacketGenerator(seed: 31, profile: profile)
    let frames = generator.frames(1500)
    #expect(!NaiveEvaluator.rows(of: try Query.plan(text), over: frames).isEmpty, "\(query)")
    var ways = [Way.host]
    if Requirement.kernel.isMet { ways += try EngineTests.kernelWays(text, cuts: 64, seed: 1) }
    try Comparison(text, frames, "rows").expect(ways)
  }
}
