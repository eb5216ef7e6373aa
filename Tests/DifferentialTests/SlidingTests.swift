import DataModel
import Plan
import Reference
import TestSupport
import Testing

/// Sliding windows and earlier values, each with rows in its answer, in every engine.
@Suite("Sliding windows")
struct SlidingTests {
  static let queries = [
    // Every form of state: words, order, distinct items, tallies; global and by key.
    """
    K = STREAM P BY SourceIp;
    N = FOREACH K GENERATE count() WINDOW 2s SLIDE 500ms;
    B = FOREACH K GENERATE sum(frame.len) WINDOW 2s SLIDE 500ms;
    S = FOREACH K GENERATE stddev(frame.len) WINDOW 2s SLIDE 500ms;
    F = FOREACH K GENERATE first(frame.len) WINDOW 2s SLIDE 500ms;
    L = FOREACH K GENERATE last(frame.len) WINDOW 2s SLIDE 500ms;
    OUTPUT K (N, B, S, F, L);
    """,
    """
    K = STREAM P BY DestIp;
    D = FOREACH K GENERATE countdistinct(SourceIp) WINDOW 2s SLIDE 500ms;
    T = FOREACH K GENERATE topk(DestPort, 3) WINDOW 2s SLIDE 500ms;
    E = FOREACH K GENERATE entropy(SourceIp) WINDOW 2s SLIDE 500ms;
    OUTPUT K (D, T, E);
    """,
    "OUTPUT FOREACH P GENERATE countdistinct(SourceIp, DestPort) WINDOW 3s SLIDE 1s;",
    // Windows of several slides, filters, ranks and joins of them.
    """
    K = STREAM P BY SourceIp;
    Long = FOREACH K GENERATE count() WINDOW 4s SLIDE 1s;
    Short = FOREACH K GENERATE count() WINDOW 1s;
    OUTPUT (FILTER K BY Short * 4 > Long) (Short, Long);
    OUTPUT TOP 2 K BY Long (Long);
    """,
    """
    A = FOREACH (STREAM P BY SourceIp AS Host) GENERATE count() WINDOW 2s SLIDE 1s;
    B = FOREACH (STREAM (FILTER P BY tcp) BY DestIp AS Host) GENERATE max(frame.len)
      WINDOW 2s SLIDE 1s;
    OUTPUT JOIN A, (FILTER B BY B > 100) BY Host LEFT;
    """,
    // Sets and features in effect change at every slide.
    """
    Hot = FOREACH (STREAM P BY SourceIp) GENERATE count() WINDOW 2s SLIDE 500ms;
    H = FILTER Hot BY Hot > 20;
    F = FILTER P BY SourceIp IN H AND frame.len > 2 * Hot;
    G = FILTER P BY SourceIp IN H WITHIN 1s;
    OUTPUT FOREACH F GENERATE count() WINDOW 1s;
    OUTPUT FOREACH (STREAM G BY SourceIp) GENERATE count() WINDOW 500ms;
    """,
    // A key is new again after the panes that remember it.
    """
    New = DISTINCT P BY SourceIp, DestPort WINDOW 1500ms SLIDE 500ms;
    OUTPUT FOREACH (STREAM New BY SourceIp) GENERATE count() WINDOW 1s;
    """,
    """
    New = DISTINCT P BY SourceIp WINDOW 2s SLIDE 1s;
    OUTPUT New (SourceIp, frame.len);
    """,
    // Earlier values, of keys that were absent too.
    """
    K = STREAM P BY SourceIp;
    N = FOREACH K GENERATE count() WINDOW 500ms;
    M = FOREACH K GENERATE max(frame.len) WINDOW 500ms;
    Jump = FILTER K BY N > N.prev(1) + 1 OR M < M.prev(3);
    OUTPUT Jump (N, N.prev(1) AS Before, M, M.prev(3) AS Earlier, N - N.prev(2) AS Step);
    """,
    """
    N = FOREACH P GENERATE count() WINDOW 2s SLIDE 500ms;
    OUTPUT N (N, N.prev(1) AS Before, N.prev(4) AS Disjoint);
    """,
    """
    N = FOREACH P GENERATE count() WINDOW 500ms;
    OUTPUT FOREACH (FILTER P BY N > N.prev(1) AND tcp) GENERATE count() WINDOW 1s;
    """,
  ]

  /// Six seconds of traffic.
  static func frames(disorder: Bool = false) -> [CapturedFrame] {
    var profile = PacketGenerator.Profile()
    profile.gap = 4_000_000
    profile.disorderOnceIn = disorder ? 40 : 0
    var generator = PacketGenerator(seed: 11, profile: profile)
    return generator.frames(1500)
  }

  @Test("give the naive evaluator's rows", arguments: queries, [false, true])
  func engines(query: String, disorder: Bool) throws {
    let text = "P = PacketStream(\"eth0\");\n" + query
    let frames = Self.frames(disorder: disorder)
    #expect(!NaiveEvaluator.rows(of: try Query.plan(text), over: frames).isEmpty, "\(query)")
    var ways = [Way.host]
    if Requirement.kernel.isMet {
      ways += try EngineTests.kernelWays(text, cuts: disorder ? 0 : 3, seed: 1)
    }
    try Comparison(text, frames, "sliding").expect(ways)
  }

  /// A sum over the tumbling windows inside a sliding one is the sliding one's.
  @Test("a sliding count is the sum of its panes' counts")
  func sumOfPanes() throws {
    func counts(_ window: String) throws -> [Int64: Int64] {
      let text = """
        P = PacketStream("eth0");
        N = FOREACH P GENERATE count() WINDOW \(window);
        """
      let rows = NaiveEvaluator.rows(of: try Query.plan(text), over: Self.frames())
      return Dictionary(
        uniqueKeysWithValues: rows.map { naive in
          guard case .integer(let count) = naive.row.values[0] else { return (naive.row.end, -1) }
          return (naive.row.end, count)
        })
    }
    let panes = try counts("500ms")
    let windows = try counts("2s SLIDE 500ms")
    #expect(windows.count == panes.count + 3)
    for (end, count) in windows {
      let sum = (0..<4).reduce(Int64(0)) { $0 + (panes[end - $1 * 500_000_000] ?? 0) }
      #expect(count == sum)
    }
  }
}
