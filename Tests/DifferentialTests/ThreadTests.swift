import Compiler
import DataModel
import Glibc
import Plan
import Reference
import Session
import Sinks
import TestSupport
import Testing

/// A file that several threads read and evaluate gives the rows of one thread, in the same order.
@Suite("However many threads, the rows are those of one")
struct ThreadTests {
  static let counts = [2, 3, 8]

  private static func expectSame(_ one: Answer, _ other: Answer, _ text: String) {
    #expect(one.rows == other.rows, "\(text)")
    #expect(one.losses == other.losses, "\(text)")
    #expect(one.totals.packets == other.totals.packets, "\(text)")
    #expect(one.totals.lost == other.totals.lost, "\(text)")
    #expect(one.totals.unkeyed == other.totals.unkeyed, "\(text)")
  }

  /// Compares one thread with several over records.
  private static func compareRecords(_ text: String, threads: [Int] = counts) throws -> Answer {
    let one = try RecordTests.run(text, threads: 1)
    for count in threads {
      expectSame(one, try RecordTests.run(text, threads: count), "\(count) threads: \(text)")
    }
    return one
  }

  @Test(
    "over captures",
    .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA"),
    arguments: Sample.all)
  func samples(sample: Sample) throws {
    let path = TestCaptures.path(try #require(sample.capture))
    let one = try Engines.run(sample.text, over: path, .host, threads: 1)
    for count in Self.counts {
      let other = try Engines.run(sample.text, over: path, .host, threads: count)
      Self.expectSame(one, other, "\(count) threads: \(sample.text)")
    }
  }

  @Test("random queries over random traffic", arguments: Seeds.range(16))
  func random(seed: Int) throws {
    let text = RandomEngineTests.query(seed)
    let directory = TemporaryDirectory()
    let path = directory.file("traffic.pcap")
    FileBytes.write(CaptureFile.classic(RandomEngineTests.traffic(seed)), to: path)
    let one = try Engines.run(text, over: path, .host, threads: 1)
    for count in Self.counts {
      let other = try Engines.run(text, over: path, .host, threads: count)
      Self.expectSame(one, other, "seed \(seed), \(count) threads: \(text)")
    }
  }

  @Test("over records, of which some are damaged", arguments: RecordTests.queries)
  func records(query: String) throws {
    let path = RecordTests.write(RecordTests.lines(6000, seed: 11))
    defer { unlink(path) }
    let one = try Self.compareRecords("F = VastStream(\"\(path)\");\n" + query)
    #expect(!one.rows.isEmpty && one.totals.lost[.malformed, default: 0] > 0)
  }

  @Test("the samples over flow records")
  func sampleRecords() throws {
    let path = RecordTests.write(RecordTests.lines(5000, seed: 5))
    defer { unlink(path) }
    let files = Repository.files(below: "samples").filter { $0.hasSuffix(".sal") }
    var compared = 0
    for file in files {
      let text = Repository.text(file)
      guard text.contains("VastStream(\"localhost\", 9999)"), !text.contains("VertexInfo"),
        !text.contains(" TO csv")
      else { continue }
      compared += 1
      _ = try Self.compareRecords(
        text.replacing("VastStream(\"localhost\", 9999)", with: "VastStream(\"\(path)\")"),
        threads: [2, 3])
    }
    #expect(compared >= 5)
  }

  @Test("several sources are merged by one thread, which no other folds beside")
  func severalSources() throws {
    let texts = [RecordTests.lines(6000, seed: 21), RecordTests.lines(5000, seed: 22)]
    let paths = texts.map { RecordTests.write($0) }
    defer { for path in paths { unlink(path) } }
    let program = """
      A = VastStream("\(paths[0])");
      B = VastStream("\(paths[1])");
      Sent = FOREACH (STREAM A BY SourceIp) GENERATE countdistinct(DestIp) EXACT WINDOW 1h;
      Got = FOREACH (STREAM (UNION A, B) BY DestIp) GENERATE countdistinct(SourcePort) WINDOW 1h;
      OUTPUT Sent;
      OUTPUT Got;
      """
    let one = try SourceTests.run(program, threads: 1)
    #expect(one.rows.count > 100)
    for count in Self.counts {
      Self.expectSame(one, try SourceTests.run(program, threads: count), "\(count) threads")
    }
  }

  @Test("lines with quotes, empty ones, and one longer than any record")
  func lines() throws {
    var text = RecordTests.lines(3000, seed: 7)
    text +=
      "\r\n\n\"0\",\"1312962800.5\",d,t,6,\"tcp\",10.0.0.1,\"10.0.0.2\",1,2,0,0,1,1,2,3,4,5,6,"
    text += "0\n"
    text += String(repeating: "x", count: 3 << 20) + "\n"
    text += RecordTests.lines(3000, seed: 8).dropLast()
    let path = RecordTests.write(text)
    defer { unlink(path) }
    let one = try Self.compareRecords(
      "F = VastStream(\"\(path)\"); "
        + "K = STREAM F BY SourceIp; N = FOREACH K GENERATE count() WINDOW 1h;"
    )
    #expect(!one.rows.isEmpty)
  }

  @Test("where the file is cut short, what came before is answered, and the error is the same")
  func damage() throws {
    let path = RecordTests.write(RecordTests.lines(5000, seed: 3)) + ".gz"
    let plain = String(path.dropLast(3))
    defer {
      unlink(path)
      unlink(plain)
    }
    _ = Tool.run("/bin/sh", ["-c", "gzip -c '\(plain)' | head -c 100000 > '\(path)'"])
    let text = "F = VastStream(\"\(path)\"); N = FOREACH F GENERATE count() WINDOW 10s;"
    let errors = ([1] + Self.counts).map { threads in
      #expect(throws: SessionError.self) { try RecordTests.run(text, threads: threads) }
    }
    for error in errors {
      #expect(errors[0]?.kind == error?.kind)
      #expect("\(errors[0].map { "\($0)" } ?? "")" == "\(error.map { "\($0)" } ?? "")")
    }
  }

  @Test("a run that is asked to end does, whatever its threads are at")
  func stop() throws {
    let path = RecordTests.write(RecordTests.lines(6000, seed: 9))
    defer { unlink(path) }
    let query = try Engines.compiled(
      "F = VastStream(\"\(path)\");\n" + RecordTests.queries[0], .host)
    let source = try #require(query.namedRecords)
    for patience in [0, 1, 3, 5] {
      var configuration = RunConfiguration(
        query: query, input: .records(source.origin), seed: 0x5A1C)
      configuration.threads = 3
      let asked = Asked(patience)
      let sink = CollectingSink()
      let totals = try Session.run(configuration, into: sink, shouldStop: { asked.isOver })
      #expect(totals.packets < 6000)
      #expect(totals.rows == UInt64(sink.rows.count))
    }
  }

  /// Says that it is over from so many questions on.
  private final class Asked: @unchecked Sendable {
    private var left: Int
    init(_ count: Int) { left = count }
    var isOver: Bool {
      left -= 1
      return left < 0
    }
  }

  @Test("what cannot be is said")
  func remarks() throws {
    let path = RecordTests.write(RecordTests.lines(50, seed: 1))
    defer { unlink(path) }
    let remarks = Remarks()
    for text in [
      "N = FOREACH F GENERATE count() WINDOW 10s;",
      "K = STREAM F BY SourceIp; N = FOREACH K GENERATE countdistinct(DestIp) WINDOW 10s;",
    ] {
      let query = try Engines.compiled("F = VastStream(\"\(path)\"); \(text)", .host)
      let source = try #require(query.namedRecords)
      var configuration = RunConfiguration(query: query, input: .records(source.origin))
      configuration.remark = { remarks.lines.append($0) }
      configuration.threads = 4
      _ = try Session.run(configuration, into: CollectingSink(), shouldStop: { false })
    }
    #expect(
      remarks.lines.filter { $0.contains("--threads 4") } == [
        "--threads 4: one thread reads, one evaluates; "
          + "N: folding a tuple costs less than handing it over"
      ])
  }

  private final class Remarks: @unchecked Sendable { var lines: [String] = [] }
}
