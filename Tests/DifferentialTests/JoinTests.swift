import DataModel
import Plan
import Reference
import TestSupport
import Testing

/// Joins of rows and collapsed keys, each with rows in its answer, in every engine.
@Suite("Joins of rows")
struct JoinTests {
  /// Three features over differently named keys, as in Sonata's query 6.
  private static let three = """
    Syn = FILTER P BY tcp.flags.syn AND NOT tcp.flags.ack;
    SynAck = FILTER P BY tcp.flags.syn AND tcp.flags.ack;
    Ack = FILTER P BY tcp.flags.ack AND NOT tcp.flags.syn;
    A = FOREACH (STREAM Syn BY DestIp AS Host) GENERATE count() WINDOW 1s;
    B = FOREACH (STREAM SynAck BY SourceIp AS Host) GENERATE count() WINDOW 1s;
    C = FOREACH (STREAM Ack BY DestIp AS Host) GENERATE count() WINDOW 1s;

    """

  static let queries = [
    three + "Flood = FILTER (JOIN A, B, C BY Host OUTER) BY A + B - C >= 3; OUTPUT Flood;",
    three + "OUTPUT JOIN A, C BY Host;",
    three + "OUTPUT JOIN A, C BY Host LEFT;",
    three + "OUTPUT JOIN C, A, B BY Host ANTI;",
    three + "J = JOIN (FILTER A BY A > 1), (FILTER C BY C > 2) BY Host OUTER; OUTPUT J (A, C);",
    three + "J = JOIN C, (FILTER A BY A > 1) BY Host LEFT; OUTPUT TOP 3 J BY A - C (A, C);",
    // A join of a join, and keys in another order.
    """
    M = FOREACH (STREAM P BY SourceIp, DestPort) GENERATE max(frame.len) WINDOW 500ms;
    N = FOREACH (STREAM P BY DestPort, SourceIp) GENERATE count() WINDOW 500ms;
    U = FOREACH (STREAM (FILTER P BY udp) BY SourceIp, DestPort) GENERATE ave(ip.ttl)
      WINDOW 500ms;
    I = JOIN N, (FILTER U BY U > 20) BY SourceIp, DestPort LEFT;
    J = JOIN (FILTER M BY M > 300), I BY DestPort, SourceIp OUTER;
    OUTPUT J (M, N, U, N * 2 AS Twice);
    """,
    // Estimates and rankings beside a key that may be absent.
    """
    T = FOREACH (STREAM P BY SourceIp) GENERATE topk(DestPort, 2) WINDOW 1s;
    D = FOREACH (STREAM (FILTER P BY tcp) BY SourceIp) GENERATE countdistinct(DestPort) WINDOW 1s;
    J = JOIN T, (FILTER D BY D > 3) BY SourceIp LEFT;
    OUTPUT J (D, T.key(0) AS First, T.count(0) AS Most);
    """,
    // Sets of joined and collapsed rows, which filter tuples in the data path.
    """
    N = FOREACH (STREAM P BY DestIp, DestPort) GENERATE count() WINDOW 500ms;
    Many = COLLAPSE (FILTER N BY N >= 2) BY DestIp;
    F = FILTER P BY DestIp IN Many WITHIN 1s AND frame.len > 100;
    OUTPUT FOREACH (STREAM F BY DestIp) GENERATE count() WINDOW 1s;
    OUTPUT Many;
    """,
    three + """
      Quiet = JOIN A, B BY Host ANTI;
      F = FILTER P BY DestIp IN Quiet;
      OUTPUT FOREACH (STREAM F BY DestPort) GENERATE sum(frame.len) WINDOW 1s;
      """,
  ]

  static func frames(_ count: Int = 1500) -> [CapturedFrame] {
    var profile = PacketGenerator.Profile()
    profile.gap = 3_000_000
    var generator = PacketGenerator(seed: 7, profile: profile)
    return generator.frames(count)
  }

  @Test("give the naive evaluator's rows", arguments: queries)
  func engines(query: String) throws {
    let text = "P = PacketStream(\"eth0\");\n" + query
    let frames = Self.frames()
    #expect(!NaiveEvaluator.rows(of: try Query.plan(text), over: frames).isEmpty, "\(query)")
    var ways = [Way.host]
    if Requirement.kernel.isMet { ways += try EngineTests.kernelWays(text, cuts: 4, seed: 1) }
    try Comparison(text, frames, "joins").expect(ways)
  }

  /// Joins of the same two inputs are one partition of the same keys.
  @Test("are a partition of the keys: inner and anti make the left, both sides the outer")
  func partition() throws {
    func keys(_ join: String) throws -> Set<[String]> {
      let text = "P = PacketStream(\"eth0\");\n" + Self.three + "OUTPUT \(join);"
      let rows = NaiveEvaluator.rows(of: try Query.plan(text), over: Self.frames())
      return Set(rows.map { ["\($0.row.end)", "\($0.row.values[0])"] })
    }
    let inner = try keys("JOIN A, C BY Host")
    let left = try keys("JOIN A, C BY Host LEFT")
    let onlyA = try keys("JOIN A, C BY Host ANTI")
    let onlyC = try keys("JOIN C, A BY Host ANTI")
    let outer = try keys("JOIN A, C BY Host OUTER")
    #expect(!inner.isEmpty && !onlyA.isEmpty && !onlyC.isEmpty)
    #expect(left == inner.union(onlyA) && inner.isDisjoint(with: onlyA))
    #expect(outer == left.union(onlyC) && left.isDisjoint(with: onlyC))
    #expect(left == (try keys("A")))
  }
}
