import TestSupport
import Testing

@Suite("Sinks of a run") struct SinkCommandTests {
  private let directory = TemporaryDirectory()

  private func query(_ to: String, second: String = "") -> String {
    """
    P = PacketStream("eth0");
    K = STREAM P BY SourceIp;
    N = FOREACH K GENERATE count() WINDOW 1s;
    B = FOREACH K GENERATE sum(frame.len) WINDOW 1s;
    OUTPUT N\(to);
    OUTPUT B\(second);
    """
  }

  private func records(_ text: String, _ type: String, _ output: String? = nil) -> [Substring] {
    text.split(separator: "\n").filter { line in
      line.hasPrefix("{\"type\":\"\(type)\"")
        && (output.map { line.contains("\"output\":\"\($0)\"") } ?? true)
    }
  }

  private func file(_ name: String) -> String {
    String(decoding: FileBytes.read(directory.file(name)) ?? [], as: UTF8.self)
  }

  @Test func eachOutputGoesWhereItSays() {
    let capture = directory.capture()
    let plain = salc("run", "-e", query(""), "--pcap", capture, "--format", "json")
    let (csv, json) = (directory.file("n.csv"), directory.file("all.json"))
    let outcome = salc(
      "run", "-e",
      query(" TO csv(\"\(csv)\"), json(\"\(json)\")", second: " TO stdout, json(\"\(json)\")"),
      "--pcap", capture, "--format", "json")
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    let all = file("all.json")
    #expect(!records(plain.output, "row").isEmpty)
    #expect(records(all, "row") == records(plain.output, "row"))
    #expect(records(outcome.output, "row") == records(plain.output, "row", "B"))
    let alone = salc(
      "run", "-e", query("").replacing("OUTPUT B;", with: ""), "--pcap", capture, "--format", "csv")
    #expect(file("n.csv") == alone.output)
    #expect(records(all, "meta").first?.contains("\"to\":[\"stdout\",\"json(") == true)
    #expect(records(all, "end").first?.contains("\"lost\":0}") == true)
  }

  @Test func aFlagAddsASinkToEveryOutput() {
    let capture = directory.capture()
    let plain = salc("run", "-e", query(""), "--pcap", capture, "--format", "json")
    for spelling in ["json:\(directory.file("a"))", "json(\"\(directory.file("a"))\")"] {
      let outcome = salc("run", "-e", query(""), "--pcap", capture, "--to", spelling)
      #expect(outcome.exitCode == 0 && outcome.output.isEmpty, "\(outcome.summary)")
      #expect(records(file("a"), "row") == records(plain.output, "row"))
    }
    let each = salc(
      "run", "-e", query(""), "--pcap", capture, "--to", "csv:\(directory.file("{output}.csv"))")
    #expect(each.exitCode == 0, "\(each.summary)")
    #expect(file("N.csv").hasPrefix("window_start,window_end,SourceIp,N,quality\r\n"))
    #expect(file("B.csv").hasPrefix("window_start,window_end,SourceIp,B,quality\r\n"))
  }

  @Test(
    arguments: [
      ("cvs:f", "did you mean csv?"), ("command:mail", "rights of salc"), ("csv", "name of a file"),
      ("csv:one", "holds one table"), ("prometheus:web", "an address to listen on"),
      ("prometheus::9435", "endlessly many"), ("!", "--to takes a sink"),
    ])
  func aWrongFlagIsUsage(flag: String, says: String) {
    let outcome = salc("run", "-e", query(""), "--pcap", directory.capture(), "--to", flag)
    #expect(outcome.exitCode == 2 && outcome.errors.contains(says), "\(outcome.summary)")
  }

  @Test func aTargetThatCannotBeWrittenIsToldBeforeAnythingRuns() {
    let missing = directory.file("none/rows.json")
    let kept = directory.file("kept.json")
    FileBytes.write([1, 2, 3], to: kept)
    let outcome = salc(
      "run", "-e", query(""), "--pcap", directory.capture(), "--to", "json:\(kept)", "--to",
      "json:\(missing)")
    #expect(outcome.exitCode == 74 && outcome.output.isEmpty, "\(outcome.summary)")
    #expect(outcome.errors.contains("make its directory first"), "\(outcome.summary)")
    #expect(FileBytes.read(kept) == [1, 2, 3], "nothing is overwritten by a run that never began")
    let twice = salc(
      "run", "-e", query(" TO json(\"\(kept)\")"), "--pcap", directory.capture(), "--to",
      "json:\(directory.path)/./kept.json")
    #expect(twice.exitCode == 74 && twice.errors.contains("another sink"), "\(twice.summary)")
  }

  @Test func aPortInUseIsToldBeforeAnythingRuns() throws {
    let kept = directory.file("kept.json")
    FileBytes.write([1, 2, 3], to: kept)
    // Python holds a port for as long as salc runs.
    let command = """
      import os, socket, subprocess, sys
      held = socket.create_server(("127.0.0.1", 0))
      target = "prometheus:%d" % held.getsockname()[1]
      done = subprocess.run([os.environ["SALC"]] + sys.argv[1:] + ["--to", target])
      sys.exit(done.returncode)
      """
    let text =
      "P = PacketStream(\"x\"); K = STREAM P BY DestPort; "
      + "N = FOREACH K GENERATE count() WINDOW 1s; OUTPUT N TO json(\"\(kept)\");"
    let outcome = Tool.run(
      "/usr/bin/env",
      ["python3", "-c", command, "run", "-e", text, "--pcap", directory.capture()],
      environment: ["SALC": Tool.salc], timeout: 60)
    #expect(outcome.exitCode == 74 && outcome.output.isEmpty, "\(outcome.summary)")
    #expect(outcome.errors.contains("Address already in use; ‘ss -ltnp"), "\(outcome.summary)")
    #expect(FileBytes.read(kept) == [1, 2, 3], "nothing is overwritten by a run that never began")
  }

  @Test func aFullDiskLosesNothingThatIsNotCounted() {
    let capture = directory.file("many.pcap")
    FileBytes.write(Given.capture((1...200).map { (seconds: 100, source: UInt8($0)) }), to: capture)
    let command = """
      unshare -m sh -c 'mount -t tmpfs -o size=4k none \(directory.path)/t && \
      "$SALC" run -e "$QUERY" --pcap \(capture) --format json --to stdout \
      --to json:\(directory.path)/t/f; echo "rc $?"; cat \(directory.path)/t/f | wc -l'
      """
    let text = query("").replacing("\"", with: "\\\"")
    let outcome = shell("mkdir \(directory.path)/t; QUERY=\"\(text)\"; export QUERY; \(command)")
    #expect(outcome.output.contains("rc 74\n"), "\(outcome.summary)")
    let rows = records(outcome.output, "row").count
    let end = records(outcome.output, "end").first ?? ""
    #expect(end.contains("\"lost\":{\"sink\":\(rows)}"), "\(end)")
    #expect(outcome.errors.contains("No space left"), "\(outcome.summary)")
  }
}
