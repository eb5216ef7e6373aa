import TestSupport
import Testing

/// Files of spreadsheets begin with a mark, which is in no field and in no name.
@Suite("Texts that begin with a byte order mark") struct ByteOrderMarkTests {
  private let directory = TemporaryDirectory()

  static let texts = [
    ("VastStream()", RecordCommandTests.line("100.25", "5")),
    ("CsvStream(SCHEMA(t: time, SourceIp: ip))", "t,SourceIp\n100.25,10.0.0.1\n"),
    ("CsvStream()", "ts,SourceIp\n1700000000.25,10.0.0.1\n"),
    ("JsonStream(SCHEMA(t: time, SourceIp: ip))", "{\"t\":100.25,\"SourceIp\":\"10.0.0.1\"}\n"),
    ("JsonStream()", "{\"ts\":1700000000.25,\"SourceIp\":\"10.0.0.1\"}\n"),
  ]

  @Test("the first record and the first name are read", arguments: texts)
  func marked(source: String, text: String) {
    let path = directory.file("marked.txt")
    FileBytes.write([0xEF, 0xBB, 0xBF] + Array(text.utf8), to: path)
    let query = "F = \(source); N = FOREACH (STREAM F BY SourceIp) GENERATE count() WINDOW 1h;"
    let run = salc("run", "-e", query, "--csv", path, "--format", "csv")
    #expect(run.exitCode == 0 && run.output.contains("10.0.0.1,1,exact"), "\(run.summary)")
    #expect(run.errors.contains("nothing lost"), "\(run.errors)")
  }
}
