import DataModel
import Reference
import TestSupport
import Testing

@Suite("salc test") struct QueryTestTests {
  private let directory = TemporaryDirectory()

  /// The shared query with lines of comment before it, beside the shared capture.
  private func file(_ comments: String..., query: String = Given.bySource) -> String {
    _ = directory.capture()
    return directory.write(comments.joined(separator: "\n") + "\n" + query, to: "q.sal")
  }

  private func run(_ path: String, _ options: String..., data: String = "") -> Tool.Outcome {
    Tool.run(
      Tool.salc, ["test", path] + options, environment: ["SALC_TEST_DATA": data], timeout: 120)
  }

  private static let first = "1970-01-01T00:01:40Z SourceIp=10.0.0.1 Count=3 Bytes=180"
  private static let second = "1970-01-01T00:01:42Z SourceIp=10.0.0.2 Count=1 Bytes=60"

  @Test func rowsAreHeldAgainstTheLines() {
    let outcome = run(
      file("-- pcap: three.pcap", "-- expect: \(Self.first)", "// expect: \(Self.second)"))
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    #expect(outcome.output.hasSuffix("1 passed, 0 failed, 0 skipped\n"), "\(outcome.output)")
  }

  @Test(arguments: [
    "1970-01-01T00:01:40Z", "SourceIp=10.0.0.1", "Count=3", "Count>=3 Bytes<200", "Count!=1",
    "BySource 1970-01-01T00:01:40.000Z Bytes==180", "quality=exact Count=3",
    "window_end=1970-01-01T00:01:41Z", "\"SourceIp\"=\"10.0.0.1\"",
    "1970-01-01T00:01:40Z,1970-01-01T00:01:41Z,10.0.0.1,3,180,exact",
    "1970-01-01T00:01:40Z,*,10.0.0.1,*,180",
  ])
  func aLineMayNameAPartOfARow(_ line: String) {
    let outcome = run(file("-- pcap: three.pcap", "-- expect-some: \(line)"))
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    // The same line is not enough where all rows have to be named.
    let exact = run(file("-- pcap: three.pcap", "-- expect: \(line)"))
    #expect(exact.exitCode == 1 && exact.output.contains("not expected"), "\(exact.summary)")
    #expect(exact.output.contains(Self.second), "\(exact.output)")
  }

  @Test(arguments: [
    ("Count=4", "differs in       Count"), ("Count>3", "differs in       Count"),
    ("1970-01-01T00:01:41Z Count=3", "no row left"), ("Cuont=3", "did you mean Count?"),
    ("BySorce Count=3", "did you mean BySource?"), ("Count=\"3", "quote is not closed"),
    ("", "says nothing"), ("1970-01-01T00:01:40Z,10.0.0.1", "2 cells, but a row has 5"),
    ("Bytes=180.5", "differs in       Bytes"), ("quality=partial", "differs in       quality"),
  ])
  func whatDiffersIsNamed(_ line: String, _ reason: String) {
    let outcome = run(file("-- pcap: three.pcap", "-- expect-some: \(line)"))
    #expect(outcome.exitCode == 1, "\(outcome.summary)")
    #expect(outcome.output.contains("FAIL") && outcome.output.contains("line 2"))
    #expect(outcome.output.contains(reason), "\(outcome.output)")
  }

  @Test func aLineTakesNoRowThatAnotherNeeds() {
    let outcome = run(
      file("-- pcap: three.pcap", "-- expect: Count>=1", "-- expect: Count=3"))
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
  }

  @Test func rowsAreCounted() {
    #expect(run(file("-- pcap: three.pcap", "-- expect-rows: 2")).exitCode == 0)
    #expect(run(file("-- pcap: three.pcap", "-- expect-rows: BySource 2")).exitCode == 0)
    let wrong = run(file("-- pcap: three.pcap", "-- expect-rows: 3"))
    #expect(wrong.exitCode == 1 && wrong.output.contains("there are 2"), "\(wrong.output)")
    #expect(run(file("-- pcap: three.pcap", "-- expect-rows: Nothing 3")).exitCode == 1)
  }

  @Test func diagnosticsAreExpected() {
    let bad = "P = PacketStream(\"eth0\");\nOUTPUT Q;\n"
    let code = "SAL0201"
    let seen = salc("check", "-e", bad, "--error-format", "short").errors
    #expect(seen.contains(code), "\(seen)")
    #expect(run(file("-- expect-error: \(code)", query: bad)).exitCode == 0)
    let other = run(file("-- expect-error: SAL0999", query: bad))
    #expect(other.exitCode == 1 && other.output.contains("not expected: \(code)"))
    let none = run(file("-- expect-error: \(code)"))
    #expect(none.exitCode == 1 && none.output.contains("not reported"), "\(none.output)")
  }

  @Test func aMissingCaptureIsSkippedAndStrictFails() {
    let path = file("-- pcap: nowhere.pcap", "-- expect: \(Self.first)")
    let skipped = run(path)
    #expect(skipped.exitCode == 0, "\(skipped.summary)")
    #expect(skipped.output.contains("skip  ") && skipped.output.contains("nowhere.pcap"))
    #expect(skipped.output.hasSuffix("0 passed, 0 failed, 1 skipped\n"))
    #expect(run(path, "--strict").exitCode == 1)
  }

  @Test func capturesAreFoundInTheTestData() {
    #expect(shell("mkdir \(directory.path)/pcap").exitCode == 0)
    FileBytes.write(Given.capture(), to: directory.file("pcap/elsewhere.pcap"))
    let path = file("-- pcap: elsewhere.pcap", "-- expect-rows: 2")
    #expect(run(path, "--strict").exitCode == 1)
    #expect(run(path, "--strict", data: directory.path).exitCode == 0)
  }

  @Test func updateWritesWhatIsTrueNow() throws {
    let path = file("-- pcap: three.pcap", "-- expect: Count=7", "-- note: stays")
    #expect(run(path, "--update").exitCode == 0)
    let text = String(decoding: try #require(FileBytes.read(path)), as: UTF8.self)
    let wanted = """
      -- pcap: three.pcap
      -- expect: \(Self.first)
      -- expect: \(Self.second)
      -- note: stays

      """
    #expect(text == wanted + Given.bySource, "\(text)")
    #expect(run(path).exitCode == 0)
    // A second update changes nothing, a new test gets its rows.
    #expect(!run(path, "--update").errors.contains("written"))
    let fresh = file("// pcap: three.pcap")
    #expect(run(fresh).exitCode == 1)
    #expect(run(fresh, "--update").exitCode == 0 && run(fresh).exitCode == 0)
  }

  @Test func misspeltLinesAreNoTestsThatPass() {
    for (line, hint) in [("-- expects: Count=3", "expect"), ("-- expect-row: 2", "expect-rows")] {
      let outcome = run(file("-- pcap: three.pcap", "-- expect-rows: 2", line))
      #expect(outcome.exitCode == 1, "\(outcome.summary)")
      #expect(outcome.output.contains("did you mean ‘\(hint)"), "\(outcome.output)")
    }
    let prose = run(
      file(
        "-- bindings: none", "-- csvs: what nfdump -o csv writes",
        "-- pcap: three.pcap", "-- expect-rows: 2"))
    #expect(prose.exitCode == 0, "\(prose.summary)")
    let early = run(file("-- expect: Count=3", "-- pcap: three.pcap", "-- expect-rows: 2"))
    #expect(early.exitCode == 1 && early.output.contains("above it"), "\(early.output)")
    let none = run(file("-- nothing to test"))
    #expect(none.exitCode == 1 && none.errors.contains("no ‘-- pcap:’"), "\(none.summary)")
    let missing = run(directory.file("nowhere.sal"))
    #expect(missing.exitCode == 1 && missing.errors.contains("nowhere.sal"), "\(missing.summary)")
  }

  @Test func severalCapturesAndDirectories() {
    FileBytes.write(Given.capture(), to: directory.file("other.pcap"))
    _ = file(
      "-- pcap: three.pcap", "-- expect-rows: 2", "-- pcap: other.pcap", "-- expect-rows: 1")
    _ = directory.write(Given.bySource, to: "none.sal")
    let outcome = run(directory.path)
    #expect(outcome.exitCode == 1, "\(outcome.summary)")
    #expect(
      outcome.output.hasSuffix("1 passed, 1 failed, 0 skipped, 1 files without tests\n"),
      "\(outcome.output)")
    #expect(outcome.output.contains("q.sal:3 other.pcap, host"))
  }

  @Test func estimatesAreHeldAgainstTheirBounds() {
    let query = """
      P = PacketStream("eth0");
      K = STREAM P BY IpProtocol;
      Ids = FOREACH K GENERATE countdistinct(ip.id) WITHIN 5% WINDOW 1h;
      OUTPUT K (Ids);

      """
    let generated = TestCaptures.generated[0].frames
    _ = directory.capture()
    let capture = directory.file("many.pcap")
    FileBytes.write(CaptureFile.classic(generated), to: capture)
    func outcome(_ condition: String) -> Tool.Outcome {
      let comments = "-- pcap: many.pcap\n-- expect-some: IpProtocol=6 \(condition)\n"
      return run(directory.write(comments + query, to: "q.sal"))
    }
    let exact = Set(NaiveDistinct.identifiers(generated, protocolNumber: 6)).count
    #expect(exact > 1000)
    #expect(outcome("Ids=\(exact)").exitCode == 0, "\(outcome("Ids=\(exact)").output)")
    #expect(outcome("Ids=\(exact / 2)").exitCode == 1)
  }

  @Test(
    "the samples, with every engine",
    .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA"),
    .enabled(if: Requirement.kernel.isMet, "needs the kernel"))
  func samples() {
    let outcome = run(
      Repository.root + "/samples", "--engine", "both", "--strict",
      data: Repository.testData ?? "")
    #expect(outcome.exitCode == 0, "\(outcome.output)\(outcome.errors)")
    let totals = outcome.output.split(separator: "\n").last ?? ""
    #expect(totals.contains(" passed, 0 failed, 0 skipped"))
    // Those of samples/ at least, on both engines.
    #expect(Int(totals.prefix { $0.isNumber }).map { $0 >= Sample.all.count * 2 } ?? false)
  }
}

/// The IPv4 identifications of a protocol, read off the frames.
private enum NaiveDistinct {
  static func identifiers(_ frames: [CapturedFrame], protocolNumber: Int) -> [Int64] {
    frames.enumerated().compactMap { order, frame in
      let packet = NaivePacket(frame, order: order)
      guard packet.transportProtocol.map({ Int($0) }) == protocolNumber,
        let at = packet.offset(of: .ipv4)
      else { return nil }
      return Int64(frame.bytes[at + 4]) << 8 | Int64(frame.bytes[at + 5])
    }
  }
}
