import Compiler
import Glibc
import Plan
import Reference
import Session
import Sinks
import TestSupport
import Testing

@testable import DataModel

/// Texts that nothing can hold any more leave their codes to others: many times more texts than the
/// table takes give the naive evaluator's rows, and nothing is lost. Each test has a process of its
/// own, and in it a small table.
@Suite("Texts are given back")
struct TextTests {
  static let queries = [
    """
    N = FOREACH (STREAM F BY IpLayerProtocolCode) GENERATE count() WINDOW 2s;
    """,
    """
    K = STREAM F BY IpLayerProtocolCode;
    N = FOREACH K GENERATE count() WINDOW 4s SLIDE 1s;
    Top = FOREACH F GENERATE topk(IpLayerProtocolCode, 3) WINDOW 2s;
    D = FOREACH (STREAM F BY SourceIp) GENERATE countdistinct(IpLayerProtocolCode) EXACT WINDOW 1s;
    OUTPUT N; OUTPUT Top; OUTPUT D;
    """,
    """
    New = DISTINCT F BY IpLayerProtocolCode WINDOW 3s SLIDE 1s;
    OUTPUT New (TimeSeconds, IpLayerProtocolCode, ParseDate);
    """,
    """
    N = FOREACH (STREAM F BY IpLayerProtocolCode) GENERATE count() WINDOW 1s;
    More = FILTER N BY N > N.prev(1) AND N > N.prev(2);
    OUTPUT More;
    """,
    """
    N = FOREACH (STREAM F BY IpLayerProtocolCode) GENERATE count() WINDOW 1s;
    Busy = FILTER N BY N > 2;
    Of = FILTER F BY IpLayerProtocolCode IN Busy;
    M = FOREACH (STREAM Of BY IpLayerProtocolCode) GENERATE sum(SrcTotalBytes) WINDOW 2s;
    Tcp = FILTER F BY IpLayerProtocolCode == "n7" OR IpLayerProtocolCode == "n2000";
    OUTPUT M; OUTPUT Tcp (TimeSeconds, IpLayerProtocolCode, DateTime);
    """,
    """
    A = STREAM (FILTER F BY Label == 0) BY IpLayerProtocolCode AS Name;
    B = STREAM (FILTER F BY Label == 1) BY IpLayerProtocolCode AS Name;
    Odd = JOIN A, B BY Name ANTI AFTER 2s;
    N = FOREACH (STREAM Odd BY Name) GENERATE count() WINDOW 2s;
    OUTPUT N; OUTPUT Odd (Name, SourceIp);
    """,
    """
    M = SUBGRAPH ON F WITH source(SourceIp) AND target(DestIp) {
      a e1 b; b e2 c; start(e2) - start(e1) <= 20ms; start(e2) >= start(e1); };
    OUTPUT M (a, e1.IpLayerProtocolCode, e2.IpLayerProtocolCode);
    """,
    """
    N = FOREACH (STREAM F BY IpLayerProtocolCode) GENERATE count() WINDOW 1s;
    Most = FOREACH (STREAM N BY IpLayerProtocolCode) GENERATE max(N) WINDOW 3s;
    Names = FOREACH N GENERATE countdistinct(IpLayerProtocolCode) EXACT WINDOW 2s;
    OUTPUT Most; OUTPUT Names;
    """,
    """
    A = STREAM (FILTER F BY Label == 0) BY IpLayerProtocolCode AS Name;
    B = STREAM (FILTER F BY Label == 1) BY IpLayerProtocolCode AS Name;
    N = FOREACH A GENERATE count() WINDOW 2s;
    M = FOREACH B GENERATE sum(SrcTotalBytes) WINDOW 2s;
    Both = JOIN N, M BY Name OUTER;
    OUTPUT FILTER Both BY N > 1 (N, M);
    """,
    // Of texts that are kept for ever there are few.
    """
    K = STREAM F BY ParseDate;
    Mean = FOREACH K GENERATE ave(SrcTotalBytes) WINDOW 5 ITEMS;
    Big = FILTER K BY Mean > 500;
    N = FOREACH (STREAM Big BY IpLayerProtocolCode) GENERATE count() WINDOW 2s;
    T = FOREACH K TRANSFORM (SrcTotalBytes - SrcTotalBytes.prev(1)) : Step;
    OUTPUT N; OUTPUT T (ParseDate, IpLayerProtocolCode, Step);
    """,
    """
    OUTPUT F (TimeSeconds, IpLayerProtocolCode, DateTime);
    """,
  ]

  /// Lines of which each second has texts of its own, some up to a second late.
  static func lines(_ count: Int, seed: UInt64) -> String {
    var random = RandomSource(seed: seed)
    var text = ""
    var now = 1_312_962_413_000
    for place in 0..<count {
      now += random.number(0...20)
      let time = now - (random.once(in: 5) ? random.number(0...1000) : 0)
      let back = random.once(in: 4) ? random.number(0...300) : 0
      let name = "n\(max(0, place - back) + random.number(0...20))"
      let fields = [
        "\(random.number(0...1))",
        "\(time / 1000).\("\(time % 1000 + 1000)".dropFirst())",
        "day \(place % 5)", "d\(place)", "6", name, "10.0.0.\(random.number(1...6))",
        "10.0.0.\(random.number(1...6))", "1", "80", "0", "0", "1",
      ]
      text +=
        (fields + (0..<6).map { _ in "\(random.number(0...1000))" } + ["0"])
        .joined(separator: ",") + "\n"
    }
    return text
  }

  /// Makes the process's table small.
  static func limit(_ texts: Int) {
    TextTable.table.limit(textsMax: texts, bytesMax: TextTable.bytesMax)
  }

  /// The program over records, in a table of so many texts.
  static func run(
    _ query: String, _ lines: String, threads: Int, limit: Int = TextTable.textsMax
  ) throws -> Answer {
    let path = RecordTests.write(lines)
    defer { unlink(path) }
    Self.limit(limit)
    let answer = try RecordTests.run(program(query, path), threads: threads)
    #expect(TextTable.table.usage.texts <= limit)
    #expect(answer.losses.allSatisfy { $0.reason.isEmpty }, "\(answer.losses.prefix(3))")
    return answer
  }

  private static func program(_ query: String, _ path: String) -> String {
    "F = VastStream(\"\(path)\"); Lateness = 1s;\n" + query
  }

  /// A batch is of 1024 records, and so many texts of each column are held at once.
  @Test("one thread gives the naive evaluator's rows")
  func naive() async {
    await #expect(processExitsWith: .success) {
      let text = TextTests.lines(4000, seed: 1)
      let plan = try Query.plan(TextTests.program(TextTests.queries[0], "f"))
      var evaluator = NaiveEvaluator(plan: plan)
      for record in NaiveRecords.read(text, try #require(plan.recordSchema(of: 0))).records {
        evaluator.take(record)
      }
      let answer = try TextTests.run(TextTests.queries[0], text, threads: 1, limit: 1600)
      let verdict = Verdict(expected: evaluator.finish(), found: answer.rows, keys: [[0]])
      #expect(verdict.agrees && answer.rows.count > 2000, "\(verdict.differences.prefix(3))")
    }
  }

  @Test("rows are those of a table that takes all", arguments: queries.indices)
  func manyTexts(query: Int) async {
    await #expect(processExitsWith: .success) { [query = query as Int] in
      let text = TextTests.lines(12_000, seed: UInt64(query))
      let few = try TextTests.run(TextTests.queries[query], text, threads: 1, limit: 6000)
      let all = try TextTests.run(TextTests.queries[query], text, threads: 1)
      #expect(few.rows == all.rows && few.losses == all.losses && all.rows.count > 20)
    }
  }

  /// Batches that are read ahead hold texts too.
  @Test("several threads give one's rows", arguments: [1, 4, 8])
  func threads(query: Int) async {
    await #expect(processExitsWith: .success) { [query = query as Int] in
      let text = TextTests.lines(30_000, seed: 9)
      let query = TextTests.queries[query]
      let one = try TextTests.run(query, text, threads: 1, limit: 32_000)
      #expect(one.rows.count > 20)
      for count in [2, 3] {
        let other = try TextTests.run(query, text, threads: count, limit: 32_000)
        #expect(one.rows == other.rows && one.losses == other.losses, "\(count) threads")
      }
    }
  }

  @Test("what is kept for ever keeps its texts, and what then finds no room is told of")
  func keptForEver() async {
    await #expect(processExitsWith: .success) {
      let path = RecordTests.write(TextTests.lines(4000, seed: 3))
      defer { unlink(path) }
      let program = TextTests.program(
        """
        K = STREAM F BY IpLayerProtocolCode;
        Mean = FOREACH K GENERATE ave(SrcTotalBytes) WINDOW 3 ITEMS;
        N = FOREACH (STREAM F BY ParseDate) GENERATE count() WINDOW 2s;
        OUTPUT N; OUTPUT K (Mean);
        """, path)
      TextTests.limit(1500)
      let few = try RecordTests.run(program, threads: 1)
      TextTests.limit(TextTable.textsMax)
      let all = try RecordTests.run(program, threads: 1)
      // Tuples without their text have no value; others are what they were.
      let (own, whole) = (few.rows.filter { $0.output == 1 }, all.rows.filter { $0.output == 1 })
      let wrong = zip(own, whole).filter { row, of in
        row.values != of.values && row.values.last != .missing
      }
      #expect(own.count == whole.count && wrong.isEmpty, "\(wrong.prefix(3))")
      let missing = own.count { $0.values.last == .missing }
      #expect((500..<3500).contains(missing), "\(missing) without a value")
      let told = few.losses.filter { $0.reason.contains("texts are missing: windows and states") }
      #expect(!told.isEmpty, "\(few.losses.prefix(3))")
    }
  }
}
