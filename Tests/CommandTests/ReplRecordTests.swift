import TestSupport
import Testing

/// Flow records and several sources in a session.
@Suite("salc repl on records") struct ReplRecordTests {
  private let directory = TemporaryDirectory()

  private func script(_ lines: String..., options: String = "") -> Tool.Outcome {
    let file = directory.write(lines.joined(separator: "\n") + "\n", to: "script")
    return shell(
      "cd \(directory.path) && timeout 50 \"$SALC\" repl \(options) --format csv < \(file)")
  }

  private static let conn =
    "C = CsvStream(\"conn.csv\", SCHEMA(ts: time, src: ip, b: u64));"

  private func lines() {
    _ = directory.write("ts,src,b\n100.25,10.0.0.1,4000\n102.5,10.0.0.3,80\n", to: "conn.csv")
  }

  @Test("a source of records reads its records, whatever the session's packets are")
  func ownRecords() {
    lines()
    let statements = [
      Self.conn,
      "N = FOREACH (STREAM C BY src AS SourceIp) GENERATE sum(b) WINDOW 1s;", "N;",
    ].joined(separator: "\n")
    for options in ["", "--pcap \(directory.capture())", "--iface lo"] {
      let outcome = script(statements, options: options)
      #expect(outcome.exitCode == 0, "\(outcome.summary)")
      #expect(outcome.output.contains("10.0.0.1,4000,exact"), "\(options): \(outcome.summary)")
      #expect(outcome.errors.contains("2 records, 2 rows"), "\(options): \(outcome.errors)")
    }
  }

  @Test("records and packets meet in one query")
  func joined() {
    lines()
    let outcome = script(
      Self.conn,
      "N = FOREACH (STREAM C BY src AS SourceIp) GENERATE sum(b) WINDOW 1s;",
      "M = FOREACH (STREAM Packets BY SourceIp) GENERATE count() WINDOW 1s;",
      "JOIN N, M BY SourceIp OUTER;", options: "--pcap \(directory.capture())")
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    for row in ["10.0.0.1,4000,3", "10.0.0.2,0,1", "10.0.0.3,80,0"] {
      #expect(outcome.output.contains(row), "\(row): \(outcome.summary)")
    }
    #expect(outcome.errors.contains("6 tuples, 3 rows"), "\(outcome.errors)")
  }

  @Test("records that name no place are flows of the session's packets, as for salc run")
  func flows() {
    let query = "F = VastStream(); N = FOREACH (STREAM F BY SourceIp) GENERATE count() WINDOW 1m;"
    let capture = directory.capture()
    let outcome = script(query, "N;", options: "--pcap \(capture)")
    let run = salc("run", "-e", query, "--pcap", capture, "--format", "csv")
    #expect(outcome.exitCode == 0 && run.exitCode == 0, "\(outcome.summary)")
    #expect(outcome.output == run.output && outcome.output.contains("10.0.0.2,1"))
    let none = script(query, "N;")
    #expect(none.exitCode == 1, "\(none.summary)")
    #expect(none.errors.contains("nothing says what F reads"), "\(none.errors)")
    #expect(none.errors.contains("VastStream(\"FILE\"), or \\set pcap FILE"), "\(none.errors)")
  }

  @Test("live sources, one and several, run until a limit; an interface is no part of several")
  func live() {
    let statements = [
      "A = CsvStream(listen: \":0\", SCHEMA(t: time, SourceIp: ip));",
      "B = CsvStream(listen: \":0\", SCHEMA(t: time, SourceIp: ip, other: u8));",
      "X = FOREACH (STREAM A BY SourceIp) GENERATE count() WINDOW 1s;",
      "Y = FOREACH (STREAM B BY SourceIp) GENERATE count() WINDOW 1s;",
      "Z = FOREACH (STREAM Packets BY SourceIp) GENERATE count() WINDOW 1s;",
    ].joined(separator: "\n")
    let outcome = script(statements, "\\set for 500ms", "X;", "JOIN X, Y BY SourceIp;")
    #expect(outcome.exitCode == 0, "\(outcome.summary)")
    #expect(outcome.errors.contains("0 records") && outcome.errors.contains("0 tuples"))
    let mixed = script(statements, "JOIN X, Z BY SourceIp;", options: "--iface lo")
    #expect(mixed.exitCode == 1, "\(mixed.summary)")
    #expect(mixed.errors.contains("Packets reads an interface, which is a query's only source"))
    let nothing = script(statements, "JOIN X, Z BY SourceIp;")
    #expect(nothing.errors.contains("there is no input yet for Packets"), "\(nothing.errors)")
  }
}
