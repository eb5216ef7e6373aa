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
