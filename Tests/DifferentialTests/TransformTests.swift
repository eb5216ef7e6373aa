import Plan
import Reference
import TestSupport
import Testing

/// TRANSFORM, each query with rows in its answer, in every engine.
@Suite("TRANSFORM")
struct TransformTests {
  static let queries = [
    // SAL's own: how regularly the peers of a destination come.
    """
    Pairs = STREAM P BY DestIp, SourceIp;
    Gaps = FOREACH Pairs TRANSFORM (frame.time − frame.time.prev(1)) : TimeDiff;
    V = FOREACH Gaps GENERATE var(TimeDiff) WINDOW 10 ITEMS;
    M = FOREACH Gaps GENERATE median(TimeDiff) WINDOW 10 ITEMS;
    A = FOREACH Gaps GENERATE ave(TimeDiff) WINDOW 10 ITEMS;
    """,
    // New fields in filters, keys, windows of time and outputs; several at once.
    """
    K = STREAM P BY SourceIp;
    T = FOREACH K TRANSFORM (frame.len - frame.len.prev(2)) : Step, (frame.len % 7) : Rest;
    Up = FILTER T BY Step > 0 AND tcp;
    N = FOREACH (STREAM Up BY Rest) GENERATE sum(Step) WINDOW 500ms;
    OUTPUT N;
    OUTPUT Up (SourceIp, Step, Rest, tcp.dstport);
    OUTPUT T;
    """,
    // A transformation of a transformation; earlier values may be missing.
    """
    T = FOREACH P TRANSFORM (tcp.dstport.prev(1) + 1) : Last;
    U = FOREACH (STREAM T BY DestIp) TRANSFORM (Last.prev(1)) : Before;
    OUTPUT U (DestIp, Last, Before);
    """,
  ]

  @Test("gives the naive evaluator's rows", arguments: queries, [false, true])
  func engines(query: String, disorder: Bool) throws {
    let text = "P = PacketStream(\"eth0\");\n" + query
    var profile = PacketGenerator.Profile()
    profile.gap = 3_000_000
    // Within a pane and beyond it: arrival, not time, is the order of earlier values.
    profile.disorderOnceIn = disorder ? 40 : 0
    var generator = PacketGenerator(seed: 17, profile: profile)
    let frames = generator.frames(2500)
    #expect(!NaiveEvaluator.rows(of: try Query.plan(text), over: frames).isEmpty, "\(query)")
    var ways = [Way.host]
    if Requirement.kernel.isMet { ways += try EngineTests.kernelWays(text, cuts: 64, seed: 1) }
    try Comparison(text, frames, "transform").expect(ways)
  }
}
