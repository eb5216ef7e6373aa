import DataModel
import HostRuntime
import Plan
import TestSupport
import Testing

/// Tuples that patterns and ANTI AFTER hold back, where there is room for few.
@Suite("Tuples that are held, in little room")
struct HeldTupleTests {
  /// A run of a query with room for so many tuples.
  private func run(_ query: String, limit: Int) throws -> TestRun {
    var builder = PlanBuilder()
    builder.plan = try Query.plan("P = PacketStream(\"eth0\");\n" + query)
    return TestRun(builder, edgeLimit: limit)
  }

  private func packet(_ seconds: Double, _ source: UInt32, _ length: Int64) -> TestTuple {
    TestTuple(
      time: Int64(seconds * 1e9),
      values: [
        "SourceIp": v4(source), "DestIp": v4(99), "frame.len": .integer(length),
        "frame.time": .time(Int64(seconds * 1e9)),
      ])
  }

  private func lost(_ run: TestRun) -> (count: UInt64, reasons: [String]) {
    (
      run.losses.reduce(0) { $0 + $1.lost[.table, default: 0] },
      run.losses.map(\.reason).filter { !$0.isEmpty }
    )
  }

  static let unanswered = """
    S = STREAM (FILTER P BY frame.len > 100) BY SourceIp AS H;
    T = STREAM (FILTER P BY frame.len <= 100) BY SourceIp AS H;
    OUTPUT JOIN S, T BY H ANTI AFTER 10s (H, frame.len);
    """

  @Test("ANTI AFTER forgets the oldest of those that wait, and counts them")
  func unanswered() throws {
    let run = try run(Self.unanswered, limit: 4)
    // Ten wait at once in steps of a second with two each; the last of them is answered.
    run.push((0..<10).map { packet(Double($0) / 2, UInt32($0), 200 + Int64($0)) })
    run.push([packet(6, 9, 60)])
    let rows = run.finish()
    #expect(rows.map { $0.values[1] } == [206, 207, 208].map { .integer($0) })
    let lost = lost(run)
    #expect(lost.count == 6)
    #expect(lost.reasons.allSatisfy { $0.contains("the oldest were forgotten") }, "\(lost)")
    #expect(!lost.reasons.isEmpty)
  }

  @Test("a step of more tuples than there is room for takes the first, and counts the others")
  func crowded() throws {
    let run = try run(Self.unanswered, limit: 4)
    run.push((0..<10).map { packet(0.05 * Double($0), UInt32($0), 200 + Int64($0)) })
    #expect(run.finish().map { $0.values[1] } == (200..<204).map { .integer($0) })
    #expect(lost(run).count == 6)
  }

  @Test("everything is handed on where there is room")
  func roomy() throws {
    let run = try run(Self.unanswered, limit: 100)
    run.push((0..<10).map { packet(Double($0) / 2, UInt32($0), 200 + Int64($0)) })
    #expect(run.finish().count == 10 && run.losses.isEmpty)
  }

  static let answered = """
    M = SUBGRAPH ON P WITH source(SourceIp) AND target(DestIp) {
      a e1 b; a e2 b; start(e2) - start(e1) BETWEEN 1 AND 100; e2.frame.len > e1.frame.len;
    }
    OUTPUT M (e1.frame.len AS First, e2.frame.len AS Second);
    """

  @Test("a pattern forgets its oldest edges with their fields, counted", arguments: [3, 90])
  func edges(limit: Int) throws {
    let run = try run(Self.answered, limit: limit)
    let lengths = (0..<60).map { Int64(($0 * 37) % 61) + 60 }
    run.push(lengths.enumerated().map { packet(Double($0.offset), 7, $0.element) })
    var expected: [[Value]] = []
    for (second, length) in lengths.enumerated() {
      for earlier in lengths[..<second].suffix(limit) where earlier < length {
        expected.append([.integer(earlier), .integer(length)])
      }
    }
    #expect(run.finish().map(\.values) == expected)
    #expect(lost(run).count == UInt64(max(0, 60 - limit)))
  }

  @Test("conditions between edges leave out what would be too much to try")
  func jointConditions() throws {
    let query = """
      M = SUBGRAPH ON P WITH source(SourceIp) AND target(DestIp) {
        a e1 b; a e2 b; a e3 b; a e4 b; start(e1) < start(e2); start(e2) < start(e3);
        start(e3) < start(e4); start(e4) - start(e1) < 1000;
        e2.frame.len == e1.frame.len + 1; e3.frame.len - e2.frame.len == 1;
        2 * e4.frame.len > 2 * e3.frame.len + 1; e4.frame.len <= e3.frame.len + 1;
      }
      OUTPUT M (a, e1.frame.len);
      """
    let run = try run(query, limit: 1000)
    // Of 240 tuples each has more triples before it than a search may try.
    run.push((0..<240).map { packet(Double($0), 1, 100 + Int64($0)) })
    #expect(run.finish().map { $0.values[1] } == (100..<337).map { .integer($0) })
    #expect(lost(run).count == 0)
  }
}
