import DataModel
import Glibc
import Session
import Sinks
import TestSupport
import Testing

/// A file that a thread of its own reads gives the rows of one thread, in the same order.
@Suite("Two threads give the rows of one")
struct ThreadTests {
  private static func expectSame(_ one: Answer, _ two: Answer, _ text: String) {
    #expect(one.rows == two.rows, "\(text)")
    #expect(one.losses == two.losses, "\(text)")
    #expect(one.totals.packets == two.totals.packets, "\(text)")
    #expect(one.totals.lost == two.totals.lost, "\(text)")
  }

  @Test(
    "over captures",
    .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA"),
    arguments: Sample.all)
  func samples(sample: Sample) throws {
    let path = TestCaptures.path(try #require(sample.capture))
    let one = try Engines.run(sample.text, over: path, .host, threads: 1)
    let two = try Engines.run(sample.text, over: path, .host, threads: 2)
    Self.expectSame(one, two, sample.text)
  }

  @Test("over records, of which some are damaged", arguments: RecordTests.queries)
  func records(query: String) throws {
    let path = RecordTests.write(RecordTests.lines(6000, seed: 11))
    defer { unlink(path) }
    let text = "F = VastStream(\"\(path)\");\n" + query
    let one = try RecordTests.run(text, threads: 1)
    let two = try RecordTests.run(text, threads: 2)
    #expect(!one.rows.isEmpty && one.totals.lost[.malformed, default: 0] > 0)
    Self.expectSame(one, two, text)
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
    let errors = [1, 2].map { threads in
      #expect(throws: SessionError.self) { try RecordTests.run(text, threads: threads) }
    }
    #expect(errors[0]?.kind == errors[1]?.kind)
    #expect("\(errors[0].map { "\($0)" } ?? "")" == "\(errors[1].map { "\($0)" } ?? "")")
  }
}
