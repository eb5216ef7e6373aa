import TestSupport
import Testing

@Suite("salc test on records and several sources") struct QueryTestRecordTests {
  private let directory = TemporaryDirectory()

  private func run(_ text: String, _ options: String..., data: String = "") -> Tool.Outcome {
    let path = directory.write(text, to: "q.sal")
    return Tool.run(
      Tool.salc, ["test", path] + options, environment: ["SALC_TEST_DATA": data], timeout: 120)
  }

  private static let found = """
    Conn = CsvStream();
    Bytes = FOREACH (STREAM Conn BY src) GENERATE sum(b) WINDOW 60s;
    OUTPUT Bytes;

    """

  private func lines() {
    _ = directory.write(
      "ts,src,b\n1700000000.25,10.0.0.1,4000\n1700000001.5,10.0.0.1,80\n", to: "conn.csv")
  }

  @Test("a file of lines, beside the query or in the test data; --update writes its rows")
  func records() throws {
    lines()
    let bare = run("-- csv: conn.csv\n" + Self.found)
    #expect(bare.exitCode == 1 && bare.output.contains("nothing is expected of conn.csv"))
    let update = run("-- csv: conn.csv\n" + Self.found, "--update")
    #expect(update.exitCode == 0, "\(update.summary)")
    let bytes = try #require(FileBytes.read(directory.file("q.sal")))
    #expect(
      String(decoding: bytes, as: UTF8.self).hasPrefix(
        "-- csv: conn.csv\n-- expect: 2023-11-14T22:13:00Z src=10.0.0.1 Bytes=4080\n"))
    let moved = shell("cd \(directory.path) && mkdir flows && mv conn.csv flows/c.csv")
    #expect(moved.exitCode == 0)
    let elsewhere = "-- csv: c.csv\n-- expect: Bytes=4080\n" + Self.found
    #expect(run(elsewhere).output.contains("skip"))
    let found = run(elsewhere, "--strict", data: directory.path)
    #expect(found.exitCode == 0 && found.output.contains("q.sal:1 c.csv, host"), "\(found.summary)")
  }

  @Test("the kernel reads no records: left out beside the host, skipped alone")
  func kernel() {
    lines()
    let text = "-- csv: conn.csv\n-- expect: Bytes=4080\n" + Self.found
    let both = run(text, "--engine", "both", "--strict")
    #expect(both.exitCode == 0 && both.output.hasSuffix("1 passed, 0 failed, 0 skipped\n"))
    let alone = run(text, "--engine", "kernel")
    #expect(alone.output.contains("skip") && alone.output.contains("flow records"))
  }

  private static let two = """
    Left = PcapStream("left.pcap");
    Right = PcapStream("right.pcap");
    A = FOREACH (STREAM Left BY SourceIp) GENERATE count() WINDOW 1s;
    B = FOREACH (STREAM Right BY SourceIp) GENERATE count() WINDOW 1s;
    OUTPUT JOIN A, B BY SourceIp OUTER;

    """

  @Test("several sources are bound by lines that stand together, and each group is a case")
  func several() {
    FileBytes.write(Given.capture(), to: directory.file("a.pcap"))
    FileBytes.write(Given.capture([(100, 1), (102, 3)]), to: directory.file("b.pcap"))
    let outcome = run(
      """
      -- bind: Left=a.pcap
      -- bind: Right=b.pcap
      -- expect: 1970-01-01T00:01:40Z SourceIp=10.0.0.1 A=3 B=1
      -- expect: SourceIp=10.0.0.2 A=1 B=0
      -- expect: SourceIp=10.0.0.3 A=0 B=1
      -- bind: Left=b.pcap
      -- bind: Right=a.pcap
      -- expect-some: SourceIp=10.0.0.3 A=1 B=0
      -- expect-rows: 3

      """ + Self.two)
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    #expect(outcome.output.contains("q.sal:6 Left=b.pcap, Right=a.pcap, host"), "\(outcome.output)")
  }

  @Test(
    "what is wrong with the lines is a failed test that says it, and --update changes nothing",
    arguments: [
      ("-- bind: Left=a.pcap\n-- bind: Left=a.pcap", "Left is bound twice"),
      ("-- bind: Quark", "--bind takes NAME=PLACE, not 'Quark'"),
      ("-- bind: Im=a.pcap", "no source is called Im; the query has Left, Right"),
      ("-- pcap: a.pcap", "say which reads what with --bind NAME=PLACE"),
    ])
  func wrongLines(_ row: (lines: String, message: String)) {
    FileBytes.write(Given.capture(), to: directory.file("a.pcap"))
    let text = row.lines + "\n-- expect-rows: 2\n" + Self.two
    let outcome = run(text)
    #expect(outcome.exitCode == 1 && outcome.output.contains(row.message), "\(outcome.summary)")
    let update = run(text, "--update")
    #expect(update.exitCode == 1 && !update.errors.contains("written anew"), "\(update.summary)")
  }
}
