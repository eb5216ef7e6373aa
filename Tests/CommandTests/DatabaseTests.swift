import TestSupport
import Testing

@Suite("Rows in a database") struct DatabaseTests {
  private let directory = TemporaryDirectory()

  private let query = """
    P = PacketStream("eth0");
    K = STREAM P BY SourceIp;
    N = FOREACH K GENERATE count() WINDOW 1s;
    M = FOREACH K GENERATE ave(frame.len) WINDOW 1s;
    T = FOREACH K GENERATE topk(DestPort, 2) WINDOW 1s;
    OUTPUT K (N, M, T);
    OUTPUT P (SourceIp, frame.len);
    """

  private func sqlite(_ statements: String...) -> Tool.Outcome {
    Tool.run("/usr/bin/env", ["sqlite3", directory.file("rows.db")] + statements, timeout: 60)
  }

  private func run(_ query: String) -> Tool.Outcome {
    salc(
      "run", "-e", query, "--pcap", directory.capture(), "--format", "json", "--to", "stdout",
      "--to", "sqlite:\(directory.file("rows.db"))")
  }

  private func rows(_ text: String) -> [Substring] {
    text.split(separator: "\n").filter { $0.hasPrefix("{\"type\":\"row\"") }
  }

  @Test func rowsReadBackAreThoseOfNDJSON() {
    let outcome = run(query)
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    let back = sqlite(
      """
      SELECT json_object('type', 'row', 'output', 'K', 'window_start', window_start, \
      'window_end', window_end, 'fields', json_object('SourceIp', SourceIp, 'N', N, \
      'M', iif(M = cast(M AS INTEGER), cast(M AS INTEGER), M), 'T', json(T)), \
      'quality', quality) FROM K_iso
      """,
      """
      SELECT json_object('type', 'row', 'output', 'P', 'time', time, 'fields', \
      json_object('SourceIp', SourceIp, 'frame.len', "frame.len"), 'quality', quality) FROM P_iso
      """)
    let written = rows(outcome.output).map(String.init)
    #expect(!written.isEmpty)
    #expect(
      back.output.split(separator: "\n").map(String.init).sorted() == written.sorted(),
      "\(back.summary)")
  }

  @Test func runsAppendAndAreTold() {
    let first = rows(run(query).output).count
    #expect(run(query).exitCode == 0)
    let count = sqlite("SELECT count(*) FROM K", "SELECT count(*) FROM P")
    let total = count.output.split(separator: "\n").compactMap { Int($0) }.reduce(0, +)
    #expect(first > 0 && total == 2 * first, "\(count.summary)")
    let runs = sqlite(
      "SELECT id, packets, rows, lost, ended >= started FROM salc_runs", "PRAGMA journal_mode")
    #expect(
      runs.output == "1|4|\(first)|0|1\n2|4|\(first)|0|1\nwal\n", "\(runs.summary)")
  }

  @Test func anotherTableOfThatNameIsRefusedBeforeAnythingRuns() {
    #expect(run(query).exitCode == 0)
    let other = run(query.replacing("(N, M, T)", with: "(N)"))
    #expect(other.exitCode == 74 && other.output.isEmpty, "\(other.summary)")
    #expect(other.errors.contains("table ‘K’ of other columns"), "\(other.summary)")
    let clash = run(query.replacing("(N, M, T)", with: "(N, M AS Quality)"))
    #expect(clash.exitCode == 74 && clash.output.isEmpty, "\(clash.summary)")
  }

  @Test func whatIsNoDatabaseIsLeftAsItIs() {
    FileBytes.write(Array("hello, this is a letter".utf8), to: directory.file("rows.db"))
    let outcome = run(query)
    #expect(outcome.exitCode == 74, "\(outcome.summary)")
    #expect(outcome.errors.contains("not a database"), "\(outcome.summary)")
    #expect(FileBytes.read(directory.file("rows.db")) == Array("hello, this is a letter".utf8))
  }

  @Test func aFullDiskLosesNothingThatIsNotCounted() {
    let capture = directory.file("many.pcap")
    let frames = (0..<5000).map { (index: Int) -> (seconds: Int, source: UInt8) in
      (100 + index / 100, UInt8(1 + index % 200))
    }
    FileBytes.write(Given.capture(frames), to: capture)
    let text = query.replacing("\"", with: "\\\"")
    let outcome = shell(
      """
      mkdir \(directory.path)/t; QUERY="\(text)"; export QUERY
      unshare -m sh -c 'mount -t tmpfs -o size=400k none \(directory.path)/t && \
      "$SALC" run -e "$QUERY" --pcap \(capture) --format json --to stdout \
      --to sqlite:\(directory.path)/t/f.db; echo "rc $?"; \
      sqlite3 \(directory.path)/t/f.db \
      "SELECT (SELECT count(*) FROM K) + (SELECT count(*) FROM P)" \
      "PRAGMA integrity_check"'
      """)
    let sent = rows(outcome.output).count
    let tail = outcome.output.split(separator: "\n").suffix(3).map(String.init)
    #expect(tail[0] == "rc 74" && tail[2] == "ok", "\(tail) \(outcome.errors)")
    let end = outcome.output.split(separator: "\n").last { $0.hasPrefix("{\"type\":\"end\"") } ?? ""
    let kept = Int(tail[1]) ?? -1
    #expect(kept > 0 && kept < sent, "\(tail)")
    #expect(end.contains("\"rows\":\(kept),\"lost\":\(sent - kept),"), "\(end)")
  }
}
