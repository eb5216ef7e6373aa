import Plan
import Reference
import TestSupport
import Testing

/// COLLAPSE of tuples and real columns, each query with rows in its answer, in every engine.
@Suite("COLLAPSE … FOR")
struct CollapseTests {
  static let queries = [
    // SAL's own: the peers of a destination, each with how regularly it comes, and their mean.
    """
    Pairs = STREAM P BY DestIp, SourceIp;
    Gaps = FOREACH Pairs TRANSFORM (frame.time − frame.time.prev(1)) : TimeDiff;
    GapVar = FOREACH Gaps GENERATE var(TimeDiff) WINDOW 10 ITEMS;
    GapMed = FOREACH Gaps GENERATE median(TimeDiff) WINDOW 10 ITEMS;
    PerDest = COLLAPSE Gaps BY DestIp FOR GapVar, GapMed;
    A = FOREACH PerDest GENERATE ave(GapVar);
    B = FOREACH PerDest GENERATE var(GapVar);
    C = FOREACH PerDest GENERATE median(GapMed);
    D = FOREACH PerDest GENERATE stddev(GapMed);
    """,
    // Every operator that has a meaning over a table, of reals, whole numbers and addresses.
    """
    K = STREAM P BY SourceIp, DestPort;
    Mean = FOREACH K GENERATE ave(frame.len) WINDOW 3 ITEMS;
    Most = FOREACH K GENERATE max(frame.len) WINDOW 3 ITEMS;
    C = COLLAPSE K BY SourceIp FOR Mean, Most;
    A = FOREACH C GENERATE sum(Mean);
    B = FOREACH C GENERATE min(Mean);
    D = FOREACH C GENERATE max(Mean);
    E = FOREACH C GENERATE quantile(Mean, 0.9);
    F = FOREACH C GENERATE sum(Most);
    G = FOREACH C GENERATE var(Most);
    H = FOREACH C GENERATE min(Most);
    I = FOREACH C GENERATE count();
    J = FOREACH C GENERATE countdistinct(Mean);
    L = FOREACH C GENERATE topk(DestPort, 2);
    M = FOREACH C GENERATE entropy(Most);
    N = FOREACH C GENERATE ave(frame.len - 14);
    OUTPUT C (SourceIp, DestPort, Mean, Most, A, B, D, E, F, G, H, I, J, L, M, N);
    OUTPUT C;
    """,
    // Filters by columns and by values of the table; part of a key stays a key.
    """
    K = STREAM P BY SourceIp, DestIp, DestPort;
    Size = FOREACH K GENERATE ave(frame.len) WINDOW 4 ITEMS;
    C = COLLAPSE K BY DestIp, SourceIp FOR Size;
    Typical = FOREACH C GENERATE median(Size);
    Odd = FILTER C BY Size > 1.2 * Typical OR Size < 80.5 AND tcp;
    N = FOREACH (STREAM Odd BY DestIp) GENERATE count() WINDOW 500ms;
    OUTPUT Odd (DestIp, SourceIp, Size / Typical AS Share, Size > Typical AS IsMore);
    OUTPUT N;
    """,
    // Real columns go on: earlier ones, arithmetic, windows of items and of time.
    """
    K = STREAM P BY SourceIp;
    Mean = FOREACH K GENERATE ave(frame.len) WINDOW 6 ITEMS;
    T = FOREACH K TRANSFORM (frame.len - Mean) : Off, (frame.len / 3) : Third, (Mean) : Level;
    U = FOREACH T TRANSFORM (Off - Off.prev(1)) : Step, (Third.prev(2)) : Before;
    A = FOREACH U GENERATE ave(Step) WINDOW 7 ITEMS;
    B = FOREACH U GENERATE var(Off) WINDOW 33 ITEMS;
    D = FOREACH U GENERATE max(Step) WINDOW 1 ITEMS;
    E = FOREACH U GENERATE median(Step) WINDOW 5 ITEMS;
    F = FOREACH U GENERATE ave(Step) WINDOW 500ms;
    G = FOREACH U GENERATE min(Before) WINDOW 500ms;
    H = FOREACH U GENERATE median(Off) WINDOW 500ms;
    I = FOREACH U GENERATE sum(Third) WINDOW 500ms SLIDE 100ms;
    OUTPUT U (SourceIp, Off, Third, Step, Before, A, B, D, E);
    OUTPUT (FILTER U BY Step > 0.5 AND Level < 200) (SourceIp, Step, Level);
    OUTPUT U (F, G, H);
    OUTPUT I;
    """,
    // Differences of computed fields, which may leave 64 bits, are computed beside rows.
    """
    K = STREAM P BY SourceIp;
    T = FOREACH K TRANSFORM (frame.len * 3) : A, (frame.len.prev(1)) : B;
    U = FOREACH T TRANSFORM (A - B) : D;
    Big = FILTER U BY A - D > B - 1;
    OUTPUT Big (SourceIp, A, B, D, A - D AS Again);
    """,
  ]

  @Test("gives the naive evaluator's rows", arguments: queries)
  func engines(query: String) throws {
    let text = "P = PacketStream(\"eth0\");\n" + query
    var profile = PacketGenerator.Profile()
    profile.gap = 3_000_000
    var generator = PacketGenerator(seed: 23, profile: profile)
    let frames = generator.frames(1200)
    #expect(!NaiveEvaluator.rows(of: try Query.plan(text), over: frames).isEmpty, "\(query)")
    var ways = [Way.host]
    if Requirement.kernel.isMet { ways += try EngineTests.kernelWays(text, cuts: 64, seed: 1) }
    try Comparison(text, frames, "collapse").expect(ways)
  }
}
