import TestSupport
import Testing

@Suite("salc verify") struct VerifyTests {
  private let directory = TemporaryDirectory()

  @Test(.enabled(if: Requirement.kernel.isMet, "needs the kernel"))
  func allThreeAgree() {
    let outcome = salc("verify", "-e", Given.bySource, "--pcap", directory.capture())
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    #expect(outcome.output.hasSuffix("exact, host and kernel agree\n"), "\(outcome.output)")
    for judged in ["host against exact", "kernel against exact", "kernel against host"] {
      #expect(
        outcome.output.contains("\(judged)\n  BySource: 2 rows compared, 2 identical\n"),
        "\(outcome.output)")
    }
  }

  private func verify(_ query: String, _ arguments: [String]) -> Tool.Outcome {
    Tool.run(Tool.salc, ["verify", "-e", query] + arguments, timeout: 60)
  }

  private func records() -> String {
    let lines = (0..<300).map { index in
      RecordCommandTests.line("\(100 + index / 3).\(index % 10)", "\(index * 7)")
    }
    return directory.write(lines.joined() + "rubbish\n", to: "flows.csv")
  }

  @Test func recordsAreVerifiedOnTheHost() {
    let query =
      RecordCommandTests.query + "Last = FOREACH K GENERATE ave(SrcTotalBytes, 5, 2);\n"
      + "OUTPUT Flows (SourceIp, Last);"
    for place in ["--csv", "--bind"] {
      let path = (place == "--bind" ? "Flows=" : "") + records()
      let outcome = salc("verify", "-e", query, place, path)
      #expect(outcome.exitCode == 0, "\(outcome.summary)")
      #expect(outcome.output.contains("flows.csv: 300 records\n"), "\(outcome.output)")
      #expect(outcome.output.contains("note: \(records()): 1 malformed"), "\(outcome.output)")
      #expect(outcome.output.contains("K: 10 rows compared, 10 identical"), "\(outcome.output)")
      #expect(outcome.output.contains("Flows: 300 rows compared, 300 identical"))
      #expect(
        outcome.output.hasSuffix(
          "kernel: left out, the host reads flow records\nexact and host agree\n"))
    }
  }

  @Test func severalSourcesAreVerified() {
    let query = """
      P = PacketStream();
      F = FlowStream(active: 5s, idle: 1s);
      V = VastStream();
      X = FOREACH (STREAM P BY SourceIp) GENERATE count() WINDOW 1s;
      Y = FOREACH (STREAM F BY SourceIp) GENERATE count() WINDOW 1s;
      Z = FOREACH (STREAM V BY SourceIp) GENERATE count() WINDOW 1s;
      OUTPUT JOIN X, Z BY SourceIp OUTER;
      OUTPUT Y;
      """
    let capture = directory.capture()
    let bindings = ["P=\(capture)", "F=\(capture)", "V=\(records())"].flatMap { ["--bind", $0] }
    let outcome = verify(query, bindings)
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    #expect(outcome.output.contains("flows.csv: 304 tuples\n"), "\(outcome.output)")
    #expect(outcome.output.hasSuffix("by time\nexact and host agree\n"), "\(outcome.output)")
    let missing = verify(query, bindings.dropLast(2))
    #expect(missing.exitCode == 2 && missing.errors.contains("--bind V=PLACE"))
    let live = verify(query, bindings.dropLast() + ["V=listen:9999"])
    #expect(live.exitCode == 2 && live.errors.contains("verify reads files"), "\(live.summary)")
  }

  @Test(
    .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA"),
    .enabled(if: Requirement.kernel.isMet, "needs the kernel"),
    arguments: ["superspreader", "port-scan", "packet-sizes"])
  func samplesAgree(_ name: String) throws {
    let sample = try #require(Sample.all.first { $0.name == name })
    let capture = TestCaptures.path(try #require(sample.capture))
    let packed = directory.file("packed.pcap.gz")
    #expect(shell("gzip -c \(capture) > \(packed)").exitCode == 0)
    let outcome = salc("verify", Repository.root + "/" + sample.file, "--pcap", packed)
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    #expect(outcome.output.hasSuffix("agree\n"), "\(outcome.output)")
    if name == "superspreader" {
      #expect(outcome.output.contains("inside their bounds, worst error"), "\(outcome.output)")
    }
  }

  @Test(
    .enabled(if: Requirement.kernel.isMet, "needs root"),
    .enabled(if: Requirement.program("setpriv").isMet, "needs setpriv"))
  func withoutPrivilegeTheKernelIsLeftOut() throws {
    let capture = directory.capture()
    let bare = shell(
      """
      chmod 755 \(directory.path) && cp "$SALC" \(directory.path)/salc && cd / && \
      setpriv --reuid=65534 --clear-groups --bounding-set=-all \(directory.path)/salc \
      verify -e '\(Given.bySource)' --pcap \(capture)
      """)
    #expect(bare.exitCode == 0, "\(bare.summary)")
    #expect(bare.output.contains("kernel: left out") && bare.output.contains("CAP_BPF"))
    #expect(bare.output.hasSuffix("exact and host agree\n"), "\(bare.output)")
  }

  @Test func whatIsTooBigIsSaid() {
    let capture = directory.capture()
    let outcome = salc("verify", "-e", Given.bySource, "--pcap", capture, "--memory", "0")
    #expect(outcome.exitCode == 1 && outcome.output.isEmpty, "\(outcome.summary)")
    #expect(outcome.errors.contains("too big") && outcome.errors.contains("editcap"))
  }

  @Test func whatWouldHaveKeptLateTuplesIsSaid() {
    let capture = directory.file("disordered.pcap")
    FileBytes.write(Given.capture([(100, 1), (40, 2), (99, 1)]), to: capture)
    let outcome = salc("verify", "-e", Given.bySource, "--pcap", capture, "--place", "host")
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    let notes = outcome.output.split(separator: "\n").filter { $0.hasPrefix("note: ") }
    #expect(notes.count == 1 && notes[0].contains("‘Lateness = 61s;’"), "\(outcome.output)")
  }

  @Test func badInputEndsAsInARun() {
    let missing = salc("verify", "-e", Given.bySource, "--pcap", "/nowhere")
    #expect(missing.exitCode == 1 && missing.errors.contains("/nowhere"), "\(missing.summary)")
    let none = salc("verify", "-e", Given.bySource)
    #expect(none.exitCode == 2 && none.errors.contains("--pcap"), "\(none.summary)")
    let damaged = directory.file("damaged.pcap")
    FileBytes.write(Given.capture().dropLast(7), to: damaged)
    let cut = salc("verify", "-e", Given.bySource, "--pcap", damaged)
    #expect(cut.exitCode == 65, "\(cut.summary)")
  }
}

extension FileBytes {
  /// Writes a part of some bytes.
  fileprivate static func write(_ bytes: ArraySlice<UInt8>, to path: String) {
    write(Array(bytes), to: path)
  }
}
