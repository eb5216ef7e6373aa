import DataModel
import TestSupport
import Testing

@Suite("run") struct RunTests {
  private let directory = TemporaryDirectory()

  static let engines = Requirement.kernel.isMet ? ["host", "kernel"] : ["host"]

  @Test(arguments: engines) func rowsGoToStandardOutputAndTotalsToError(_ engine: String) {
    let outcome = salc(
      "run", "-e", Given.bySource, "--pcap", directory.capture(), "--engine", engine,
      "--format", "csv")
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    #expect(
      outcome.output == """
        window_start,window_end,SourceIp,Count,Bytes,quality\r
        1970-01-01T00:01:40.000000000Z,1970-01-01T00:01:41.000000000Z,10.0.0.1,3,180,exact\r
        1970-01-01T00:01:42.000000000Z,1970-01-01T00:01:43.000000000Z,10.0.0.2,1,60,exact\r

        """)
    #expect(outcome.errors.contains("4 packets, 2 rows, nothing lost"))
  }

  @Test(arguments: engines) func jsonIsTheEnvelopeAndStandardErrorIsQuiet(_ engine: String) {
    let run = SalcRun.replay(
      Given.bySource, capture: directory.capture(), ["--engine", engine])
    #expect(run.outcome.exitCode == 0 && run.violations.isEmpty, "\(run.outcome.summary)")
    #expect(run.outcome.errors.isEmpty, "\(run.outcome.errors)")
    #expect(run.meta?["version"]?.integer == 1)
    #expect(run.meta?["query"]?.string == Given.bySource)
    #expect(run.rows.count == 2)
    #expect(run.end?["packets"]?.integer == 4 && run.end?["rows"]?.integer == 2)
    #expect(run.end?["lost"] == .object([]))
  }

  @Test(arguments: engines) func aCaptureMayComeThroughAPipe(_ engine: String) {
    let outcome = Tool.run(
      "/bin/sh",
      [
        "-c", "cat \"$1\" | \"$2\" run -e \"$3\" --pcap - --engine \"$4\" --format csv", "sh",
        directory.capture(), Tool.salc, Given.bySource, engine,
      ], timeout: 60)
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    #expect(outcome.errors.contains("4 packets, 2 rows, nothing lost"), "\(outcome.errors)")
    #expect(salc("run", "-", "--pcap", "-").exitCode == 2)
  }

  /// As `tcpdump -w -` writes: the writer stays, and a window has closed.
  @Test(arguments: engines) func rowsOfAPipeComeBeforeItsEnd(_ engine: String) {
    let outcome = Tool.run(
      "/bin/sh",
      [
        "-c",
        """
        { { cat "$1"; sleep 2; echo later >&3; } |
          "$2" run -e "$3" --pcap - --engine "$4" --format csv; } 3>&1
        """, "sh", directory.capture(), Tool.salc, Given.bySource, engine,
      ], timeout: 60)
    let parts = outcome.output.parts(separatedBy: "later\n")
    #expect(parts.first?.contains("10.0.0.1,3,180,exact") == true, "\(outcome.summary)")
    #expect(parts.last?.contains("10.0.0.2,1,60,exact") == true, "\(outcome.summary)")
  }

  @Test(arguments: engines) func aCaptureOutOfOrderNamesTheRemedy(_ engine: String) {
    let path = directory.file("back.pcap")
    FileBytes.write(Given.capture([(100, 1), (40, 2), (99, 1)]), to: path)
    let late = salc("run", "-e", Given.bySource, "--pcap", path, "--engine", engine)
    #expect(late.exitCode == 0 && late.errors.contains("2 tuples late"), "\(late.summary)")
    #expect(late.errors.contains("‘Lateness = 61s;’"), "\(late.errors)")
    let mended = salc(
      "run", "-e", "Lateness = 61s;\n" + Given.bySource, "--pcap", path, "--engine", engine)
    #expect(mended.errors == "3 packets, 3 rows, nothing lost\n", "\(mended.summary)")
  }

  @Test func tablesAreTheDefault() {
    let outcome = salc("run", "-e", Given.bySource, "--pcap", directory.capture())
    #expect(outcome.exitCode == 0)
    #expect(outcome.output.contains("SourceIp  Count  Bytes"), "\(outcome.output)")
  }

  @Test func theProgramsOwnSourceMayBeTheCapture() {
    let capture = directory.capture()
    let outcome = salc(
      "run", "--format", "csv", "-e",
      "P = PcapStream(\"\(capture)\");\nN = FOREACH P GENERATE count() WINDOW 10s;\nOUTPUT N;\n")
    #expect(outcome.exitCode == 0 && outcome.output.contains(",4,exact"), "\(outcome.summary)")
  }

  @Test(arguments: engines) func aNumberOfWindowsEndsTheRun(_ engine: String) {
    let capture = directory.capture()
    let one = SalcRun.replay(
      Given.bySource, capture: capture, ["--windows", "1", "--engine", engine])
    #expect(one.outcome.exitCode == 0 && one.rows.count == 1, "\(one.outcome.summary)")
    #expect(one.end != nil && one.violations.isEmpty)
    #expect(salc("run", "-e", Given.bySource, "--pcap", capture, "--windows", "0").exitCode == 2)
    // The second window of the three is quiet, and counts as on an interface.
    for (windows, rows) in [("2", 1), ("3", 2)] {
      let run = SalcRun.replay(
        Given.bySource, capture: capture, ["--windows", windows, "--engine", engine])
      #expect(run.rows.count == rows, "\(windows): \(run.outcome.summary)")
    }
    let tuples = salc("run", "-e", "P = PacketStream();", "--pcap", capture, "--windows", "1")
    #expect(tuples.exitCode != 0 && tuples.errors.contains("no windows"), "\(tuples.summary)")
  }

  @Test(arguments: engines) func tuplesWithoutAKeyAreTold(_ engine: String) {
    let capture = directory.capture()
    let query = """
      P = PacketStream();
      Ports = FOREACH (STREAM P BY tcp.dstport) GENERATE count() WINDOW 10s;
      All = FOREACH P GENERATE count() WINDOW 10s;
      """
    let run = SalcRun.replay(query, capture: capture, ["--engine", engine])
    #expect(run.end?["unkeyed"]?["Ports"]?.integer == 4, "\(run.outcome.summary)")
    #expect(run.end?["unkeyed"]?.members.count == 1)
    let table = salc("run", "-e", query, "--pcap", capture, "--engine", engine)
    #expect(table.errors.contains("tuples without a key: 4 for Ports"), "\(table.summary)")
  }

  @Test func aSourceWithoutANameNeedsOneOnTheCommandLine() {
    let outcome = salc("run", "-e", "P = PacketStream();")
    #expect(outcome.exitCode == 2, "\(outcome.summary)")
    #expect(outcome.errors.contains("--iface NAME or --pcap FILE"), "\(outcome.summary)")
  }

  @Test func unlikelyFlagValuesAreUsageErrors() {
    let capture = directory.capture()
    for flags in [
      ["--for", "soon"], ["--for", "0s"],
      ["--for", "1s"], ["--windows", "many"], ["--format", "xml"],
      ["--engine", "gpu"], ["--max-loss", "-1"], ["--attach", "tape"], ["--place", "moon"],
      ["--iface", "lo"], ["--attach", "native"], ["--place", "kernel"],
    ] {
      let outcome = Tool.run(
        Tool.salc, ["run", "-e", Given.bySource, "--pcap", capture] + flags, timeout: 60)
      #expect(outcome.exitCode == 2 && outcome.explains, "\(flags): \(outcome.summary)")
    }
    let both = salc("run", "q.sal", "-e", Given.bySource, "--pcap", capture)
    #expect(both.exitCode == 2)
  }

  @Test func whereNothingIsNamedTheQuerysOwnSourceIsRead() {
    let outcome = salc("run", "-e", Given.bySource.replacing("eth0", "salc-nowhere0"))
    #expect(outcome.errors.contains("salc-nowhere0"), "\(outcome.summary)")
    #expect([1, 4].contains(outcome.exitCode), "\(outcome.summary)")
  }

  @Test func severalInterfacesOfTheQueryAreNotHalfRead() {
    let outcome = salc(
      "run", "-e",
      #"P = PacketStream("nosuchif0", "nosuchif1"); "#
        + "N = FOREACH P GENERATE count() WINDOW 1s;")
    #expect([1, 4].contains(outcome.exitCode), "\(outcome.summary)")
    #expect(outcome.output.isEmpty, "\(outcome.summary)")
  }

  @Test func anUnknownInterfaceIsNamed() {
    let outcome = salc("run", "-e", Given.bySource, "--iface", "salc-nowhere0")
    #expect([1, 4].contains(outcome.exitCode) && outcome.explains, "\(outcome.summary)")
    #expect(outcome.errors.contains("salc-nowhere0"), "\(outcome.summary)")
    #expect(outcome.output.isEmpty)
  }

  @Test func aCutCaptureGivesItsRowsAndBadData() {
    var bytes = Given.capture()
    bytes.removeLast(10)
    let path = directory.file("cut.pcap")
    FileBytes.write(bytes, to: path)
    for engine in Self.engines {
      let run = SalcRun.replay(Given.bySource, capture: path, ["--engine", engine])
      #expect(run.outcome.exitCode == 65, "\(run.outcome.summary)")
      #expect(run.outcome.errors.contains("truncated at byte"), "\(run.outcome.summary)")
      #expect(run.rows.count == 1 && run.violations.isEmpty && run.end != nil)
    }
  }

  @Test func whatIsNoCaptureIsRefusedWithItsReason() {
    let empty = directory.write("", to: "empty.pcap")
    let text = directory.write("no capture at all, whatever one does", to: "text.pcap")
    let capture = directory.capture()
    for (path, code, word) in [
      (empty, 65, "empty"), (text, 65, "not a capture"), (directory.path, 1, "directory"),
      (directory.file("missing.pcap"), 1, "No such file"),
    ] {
      for engine in Self.engines {
        let outcome = salc("run", "-e", Given.bySource, "--pcap", path, "--engine", engine)
        #expect(Int(outcome.exitCode) == code, "\(path): \(outcome.summary)")
        #expect(outcome.explains && outcome.errors.contains(word), "\(path): \(outcome.summary)")
      }
    }
    let packed = shell(
      "gzip -k \(capture) && \"$SALC\" run -e '\(Given.bySource)' --pcap \(capture).gz")
    #expect(packed.exitCode == 0 && packed.output.contains("10.0.0.1"), "\(packed.summary)")
  }

  @Test func lossBeyondTheLimitIsCodeThree() {
    // A key limit of one loses the other keys' tuples to the remainder.
    let query = Given.bySource.replacing("WINDOW 1s", "WINDOW 10s")
    let capture = directory.capture()
    let lossy = SalcRun.replay(query, capture: capture, ["--key-limit", "1", "--max-loss", "0"])
    #expect(lossy.outcome.exitCode == 3, "\(lossy.outcome.summary)")
    #expect(lossy.losses.count == 1 && lossy.end?["lost"]?["table"]?.integer == 1)
    #expect(lossy.rows.allSatisfy { $0.quality == .partial })
    let allowed = SalcRun.replay(query, capture: capture, ["--key-limit", "1", "--max-loss", "1"])
    #expect(allowed.outcome.exitCode == 0, "\(allowed.outcome.summary)")
    let unlimited = SalcRun.replay(query, capture: capture, ["--key-limit", "1"])
    #expect(unlimited.outcome.exitCode == 0)
  }

  @Test func withoutPrivilegeTheKernelIsRefusedWithCodeFour() throws {
    let capture = directory.capture()
    _ = shell("chmod 755 \(directory.path)")
    let setpriv = try #require(Tool.find("setpriv"))
    let arguments = [
      "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all",
      Tool.salc, "run", "-e", Given.bySource,
    ]
    // The build directory may be closed to other users: then there is nothing to ask.
    let host = Tool.run(setpriv, arguments + ["--pcap", capture, "--engine", "host"])
    try #require(host.exitCode == 0, "\(host.summary)")
    for input in [["--pcap", capture, "--engine", "kernel"], ["--iface", "lo"]] {
      let outcome = Tool.run(setpriv, arguments + input)
      #expect(outcome.exitCode == 4 && outcome.explains, "\(input): \(outcome.summary)")
      #expect(outcome.errors.contains("CAP_") || outcome.errors.contains("privilege"))
    }
  }
}

extension String {
  /// The text with every `old` as `new`.
  func replacing(_ old: String, _ new: String) -> String {
    parts(separatedBy: old).joined(separator: new)
  }
}
