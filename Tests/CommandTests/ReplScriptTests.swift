import Glibc
import TestSupport
import Testing

/// Standard input that is no terminal is a script.
@Suite("salc repl as a script") struct ReplScriptTests {
  /// Runs lines as a script over the shared capture.
  private func script(_ lines: String, _ options: String = "") -> Tool.Outcome {
    let directory = TemporaryDirectory()
    let file = directory.write(lines, to: "script")
    return shell("\"$SALC\" repl --pcap \(directory.capture()) \(options) < \(file)")
  }

  private static let hosts = """
    Hosts = STREAM Packets BY SourceIp;
    Count = FOREACH Hosts GENERATE count() WINDOW 1s;

    """

  @Test("rows go to standard output without prompts, everything else to standard error")
  func rows() {
    let outcome = script(Self.hosts + "Count;\n", "--format csv")
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    #expect(outcome.output.contains("10.0.0.1,3"))
    #expect(!outcome.output.contains("sal>") && !outcome.output.contains("packets"))
    #expect(outcome.errors.contains("4 packets, 2 rows, nothing lost"))
  }

  @Test("the rows are those of salc run, byte for byte", arguments: ["table", "json", "csv"])
  func sameAsRun(format: String) {
    let directory = TemporaryDirectory()
    let query = directory.write(Given.bySource, to: "q.sal")
    let capture = directory.capture()
    let run = salc("run", query, "--pcap", capture, "--format", format)
    let repl = shell(
      "echo '\\g' | \"$SALC\" repl \(query) --pcap \(capture) --format \(format)")
    #expect(run.exitCode == 0 && repl.exitCode == 0, "\(repl.summary)")
    // The meta record has the query's text, of which the session kept what is needed.
    let rows: (Tool.Outcome) -> [Substring] = { outcome in
      outcome.output.split(separator: "\n").filter {
        !$0.contains("\"meta\"") && !$0.contains("\"end\"")
      }
    }
    #expect(rows(run) == rows(repl))
    if format == "json" {
      #expect(repl.output.split(separator: "\n").last?.contains(#"{"type":"end""#) == true)
    }
  }

  @Test("a stream reads the capture that it names, else the session's, and says so")
  func ownCapture() {
    let directory = TemporaryDirectory()
    let capture = directory.capture()
    let empty = directory.file("empty.pcap")
    let outcome = shell(
      "head -c 24 \(capture) > \(empty); printf '%s\\n' 'A = PcapStream(\"\(capture)\");' 'A;' "
        + "'B = PcapStream(\"none.pcap\");' 'B;' 'Packets;' | \"$SALC\" repl --pcap \(empty)")
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    let totals = outcome.errors.split(separator: "\n").filter { $0.contains(" packets, ") }
    #expect(totals.map { $0.prefix(2) } == ["4 ", "0 ", "0 "], "\(outcome.summary)")
    #expect(outcome.errors.contains("none.pcap cannot be read; \(empty) is read"))
  }

  @Test("a session shows rows that TO would send elsewhere, and says so")
  func targets() {
    let directory = TemporaryDirectory()
    let file = directory.file("rows.csv")
    let text = Self.hosts + "OUTPUT Count TO csv(\"\(file)\");\n\\g\n"
    let outcome = script(text, "--format csv")
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    #expect(outcome.output.contains("10.0.0.1,3"), "\(outcome.summary)")
    #expect(outcome.errors.contains("not sent TO csv(\"\(file)\")"), "\(outcome.summary)")
    #expect(FileBytes.read(file) == nil)
  }

  @Test("the first error stops it, with its line")
  func firstError() {
    let outcome = script(Self.hosts + "X = FILTER Packets BY Nonsense;\nCount;\n")
    #expect(outcome.exitCode == 1, "\(outcome.summary)")
    #expect(outcome.errors.contains("<stdin>:3:23"), "\(outcome.summary)")
    #expect(outcome.output.isEmpty)
  }

  @Test("the exit codes are those of run")
  func exitCodes() {
    #expect(script("\\nonsense\n").exitCode == 2)
    let usage = script("Hosts = STREAM Packets BY SourceIp;\n\\set format xml\n")
    #expect(usage.exitCode == 1 && usage.errors.contains("<stdin>:2: "), "\(usage.summary)")
    #expect(script(Self.hosts + "\\o /dev/full\nCount;\n").exitCode == 74)
    let directory = TemporaryDirectory()
    let damaged = directory.write("this is no capture at all, far from it", to: "bad.pcap")
    let outcome = shell(
      "echo 'Packets;' | \"$SALC\" repl --pcap \(damaged)")
    #expect(outcome.exitCode == 65, "\(outcome.summary)")
    #expect(script("Hosts = STREAM Packets BY SourceIp\n").exitCode == 1)
    #expect(salc("repl", "--pcap", "/no/such/file").exitCode == 1)
    #expect(salc("repl", "--pcap", "a", "--iface", "b").exitCode == 2)
  }

  @Test("a reader that is gone ends it quietly")
  func closedOutput() {
    let outcome = shell(
      "yes 'Packets;' | head -2000 | \"$SALC\" repl --pcap \(TemporaryDirectory().path)/none; true")
    #expect(outcome.explains, "\(outcome.summary)")
    let directory = TemporaryDirectory()
    let closed = Tool.run(
      "/bin/sh",
      ["-c", "echo 'Packets;' | \(Tool.salc) repl --pcap \(directory.capture())"],
      output: .closedPipe)
    #expect(closed.exitCode == 0 && !closed.errors.contains("error"), "\(closed.summary)")
  }

  @Test("a file keeps the language's order: forward uses and names assigned again")
  func files() {
    let directory = TemporaryDirectory()
    let query = directory.write(
      """
      N = FOREACH K GENERATE count() WINDOW 1s;
      K = STREAM S BY SourceIp;
      S = FILTER Packets BY ip;
      S2 = FILTER S BY udp;
      M = FOREACH (STREAM S2 BY DestIp) GENERATE count() WINDOW 1s;
      OUTPUT N;
      OUTPUT M;
      """, to: "q.sal")
    let outcome = shell(
      "printf '\\\\g\\n' | \"$SALC\" repl \(query) --pcap \(directory.capture()) --format csv")
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    #expect(outcome.output.contains("10.0.0.1,3") && outcome.output.contains("10.0.0.9,3"))
  }

  @Test("a query behind the prompt is shown at the end of the script")
  func background() {
    let outcome = script(Self.hosts + "Count; &\n\\ps\n", "--format csv")
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    #expect(outcome.output.contains("10.0.0.1,3"), "\(outcome.summary)")
  }

  @Test(
    "the session of Docs/Repl.md",
    .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA is not set"))
  func document() throws {
    let text = Repository.text("Docs/Repl.md")
    let session = try #require(text.between("```repl\n", and: "```"))
    let directory = TemporaryDirectory()
    let file = directory.write(session, to: "script")
    let capture = TestCaptures.path("d15_scan_445_horizontal.pcap")
    let outcome = shell("\"$SALC\" repl --pcap \(capture) < \(file)")
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    #expect(outcome.output.contains("176.192.150.3"), "\(outcome.summary)")
    #expect(outcome.output.contains("HyperLogLog") || outcome.output.contains("bound"))
  }
}
