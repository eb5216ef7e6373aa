import DataModel
import TestSupport
import Testing

/// Windows over several live sources: an idle one closes nothing beyond the time that its own clock
/// has come to, and holds nobody up longer than that.
@Suite("The clock of live sources that are merged") struct MergedClockTests {
  static let query = """
    Lateness = 0s;
    A = VastStream("a");
    B = VastStream("b");
    Ahead = FOREACH A GENERATE count() WINDOW 1s;
    Behind = FOREACH B GENERATE count() WINDOW 1s;
    OUTPUT Ahead;
    OUTPUT Behind;

    """

  @Test("a source that is ahead waits for the clock of one that is idle")
  func idle() {
    let port = 31_000 + 2 * Int.random(in: 0..<1000)
    func line(_ time: String) -> String { RecordCommandTests.line(time, "1") }
    // The clock of the second source begins with its first record, and has come to about 1004.5
    // when its next one comes; the first source is at 1010.5 by then.
    let outcome = Tool.run(
      "/bin/sh",
      [
        "-c",
        """
        "$1" run -e "$2" --bind A=listen:\(port) --bind B=listen:\(port + 1) --for 9s \
          --format json &
        python3 -c 'import socket, sys, time
        def connect(port):
          for attempt in range(200):
            try: return socket.create_connection(("127.0.0.1", port))
            except ConnectionRefusedError: time.sleep(0.1)
        begin, ahead, later = [word.encode() for word in sys.argv[1:]]
        a, b = connect(\(port)), connect(\(port + 1))
        a.sendall(begin); b.sendall(begin)
        time.sleep(1.5)
        a.sendall(ahead)
        time.sleep(3)
        print("later", flush=True)
        b.sendall(later)
        time.sleep(1)' "$3" "$4" "$5"
        wait
        """, "sh", Tool.salc, Self.query, line("1000"), line("1005.5") + line("1010.5"),
        line("1006.25"),
      ], timeout: 60)
    let parts = outcome.output.parts(separatedBy: "later\n")
    let run = SalcRun(outcome)
    #expect(run.violations == ["later"] && parts.count == 2, "\(outcome.summary)")
    // Both clocks had passed second 1000, and that of the second source had not passed 1005.
    let early = SalcRun.rows(in: parts.first ?? "")
    #expect(early == ["Ahead 16:40", "Behind 16:40"], "\(outcome.summary)")
    let late = SalcRun.rows(in: parts.last ?? "")
    #expect(late == ["Ahead 16:45", "Ahead 16:50", "Behind 16:46"], "\(outcome.summary)")
    // Nothing was late, though the first source was four seconds ahead.
    #expect(run.end?["lost"]?["late"] == nil, "\(outcome.summary)")
  }
}

extension SalcRun {
  /// The rows of a part of the output: the output's name, and minute and second at which the
  /// window starts.
  fileprivate static func rows(in text: String) -> [String] {
    text.split(separator: "\n").compactMap { line -> String? in
      guard let record = JSON(String(line)), record["type"]?.string == "row",
        let start = record["window_start"]?.string
      else { return nil }
      return "\(record["output"]?.string ?? "") \(start.dropFirst(14).prefix(5))"
    }.sorted()
  }
}
