import DataModel
import TestSupport
import Testing

/// Packets, bytes, distinct peers and top talkers per window, against tshark on the same captures.
@Suite(
  "The engines agree with tshark, window by window",
  .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA"),
  .enabled(if: Requirement.program("tshark").isMet, "needs the program tshark"))
struct TsharkTests {
  @Test("on the host")
  func host() throws { try expectRight(.host) }

  @Test(
    "in the kernel", .enabled(if: Requirement.kernel.isMet, "needs the kernel"))
  func kernel() throws { try expectRight(.crowded) }

  /// Lengths of windows in seconds.
  private static let lengths: [Int64] = [1, 10]

  private static let program = Program(
    "talkers",
    lengths.flatMap { seconds in
      [
        "S\(seconds) = STREAM P BY SourceIp;",
        "Packets\(seconds) = FOREACH P GENERATE count() WINDOW \(seconds)s;",
        "Bytes\(seconds) = FOREACH P GENERATE sum(frame.len) WINDOW \(seconds)s;",
        "SourcePackets\(seconds) = FOREACH S\(seconds) GENERATE count() WINDOW \(seconds)s;",
        "SourceBytes\(seconds) = FOREACH S\(seconds) GENERATE sum(frame.len) WINDOW \(seconds)s;",
        "Peers\(seconds) = FOREACH S\(seconds) GENERATE countdistinct(DestIp) WINDOW \(seconds)s;",
        "Talkers\(seconds) = TOP 3 S\(seconds) BY SourceBytes\(seconds);",
      ] + outputs.map { "OUTPUT \($0)\(seconds);" }
    })

  private static let outputs = [
    "Packets", "Bytes", "SourcePackets", "SourceBytes", "Peers", "Talkers",
  ]

  private func expectRight(_ engine: Engine) throws {
    let tshark = try #require(Tool.find("tshark"))
    let program = try PreparedProgram(Self.program, engine)
    let captures = TestCaptures.names.filter(Oracle.isOrdered)
    #expect(!captures.isEmpty)
    for capture in captures {
      let packets = try #require(TsharkPacket.all(of: capture, tshark: tshark))
      let answers = try program.answers(over: capture)
      for seconds in Self.lengths {
        let windows = TsharkWindows(packets, seconds: seconds)
        let differences = Self.differences(answers, windows, seconds)
        #expect(differences.isEmpty, "\(capture), \(differences.count): \(differences.prefix(4))")
      }
    }
  }

  private static func differences(
    _ answers: Answers, _ windows: TsharkWindows, _ seconds: Int64
  ) -> [String] {
    let wanted = [
      windows.perWindow(\.packets), windows.perWindow(\.bytes), windows.perSource(\.packets),
      windows.perSource(\.bytes), windows.perSource { Int64($0.peers.count) }, windows.talkers(3),
    ]
    return zip(outputs, wanted).flatMap { name, listed in
      let output = "\(name)\(seconds)"
      let odd = (answers.rows[output] ?? []).filter { $0.end - $0.start != seconds * 1_000_000_000 }
      return answers.unequal(output, listed: listed, keys: .started)
        + answers.unequal(output, rows: Int64(listed.count))
        + odd.map { "\(output): a window of \($0.end - $0.start) ns" }
    }
  }
}
