import DataModel
import TestSupport
import Testing

/// Sources without a SCHEMA: names and types are those of the file.
@Suite("Columns that are found out") struct FoundSchemaTests {
  private let directory = TemporaryDirectory()

  private func file(_ name: String, _ text: String) -> String {
    let path = directory.file(name)
    FileBytes.write(Array(text.utf8), to: path)
    return path
  }

  /// The block of the documentation that begins so.
  private func block(_ start: String) -> String {
    let text = Repository.text("Docs/Sources.md")
    return text.parts(separatedBy: "```\n").first { $0.hasPrefix(start) } ?? ""
  }

  @Test("the documentation's example")
  func example() {
    let path = file("conn.csv", block("ts,id.orig_h"))
    let program = block("Conn  = CsvStream").replacing("conn.csv", with: path)
    let outcome = salc("run", "-e", program, "--format", "csv")
    #expect(outcome.output.contains("10.0.0.1,4080,"), "\(outcome.summary)")
    let schema = salc("schema", path)
    #expect(
      schema.output.contains(
        "SCHEMA(ts: time, id.orig_h: ip, proto: string, duration: duration, "
          + "orig_bytes: u64(\"orig bytes\"))"), "\(schema.summary)")
    let explained = salc("explain", "-e", program).output
    #expect(explained.contains("by its first 2 records SCHEMA(ts: time"), "\(explained)")
    #expect(salc("schema", "-e", program).output.contains("Conn, CsvStream by the first 2 records"))
  }

  static let csv = """
    n;Start Time;2nd;by;ok;delta;who;n
    1;2023-11-14 22:13:20.5;-1;::1;true;0.5;a;x
    2;2023-11-14T22:13:21Z;2;10.0.0.1;false;7;"b;c";
    3;2023/11/14 22:13:22;;;;;;
    """

  @Test("types, separators, quotes, and names that are none")
  func types() {
    let path = file("odd.csv", Self.csv)
    let schema = salc("schema", path)
    let columns = [
      "n u64", "Start_Time time Start Time", "_2nd i64 2nd", "by_ ip by", "ok bool",
      "delta duration", "who string",
    ]
    let found = schema.output.split(separator: "\n").prefix(7).map { line in
      line.split(separator: " ").joined(separator: " ")
    }
    #expect(found == columns, "\(schema.summary)")
    let query = "C = CsvStream(\"\(path)\"); K = STREAM C BY who; "
    let rows = salc(
      "run", "-e", query + "OUTPUT K (who, _2nd, by_, delta, n);", "--format", "csv")
    #expect(rows.exitCode == 0 && rows.output.contains("a,-1,::1,500ms,1"), "\(rows.summary)")
    #expect(rows.output.contains("b;c,2,10.0.0.1,7s,2"), "\(rows.summary)")
    // The SCHEMA that it prints says the same; of two columns of one name the first counts.
    let written = schema.output.split(separator: "\n").last.map(String.init) ?? ""
    let same = salc(
      "run", "-e",
      query.replacing(path + "\"", with: path + "\", \(written), separator: \";\"")
        + "OUTPUT K (who, _2nd, by_, delta, n);", "--format", "csv")
    #expect(same.output == rows.output, "\(same.summary)")
  }

  @Test("objects, also within objects, and the places of the command line")
  func objects() {
    let line = { (time: String, bytes: String) in
      "{\"ts\": \(time), \"id\": {\"orig_h\": \"10.0.0.7\"}, \"orig_bytes\": \(bytes)}\n"
    }
    let path = file("conn.log", line("1700000000", "5") + line("1700000001.5", "6"))
    let query =
      "C = JsonStream(); B = FOREACH (STREAM C BY id.orig_h) GENERATE sum(orig_bytes) WINDOW 60s;"
    for place in [["--csv", path], ["--bind", "C=\(path)"]] {
      let outcome = Tool.run(
        Tool.salc, ["run", "-e", query, "--format", "csv"] + place, timeout: 60)
      #expect(outcome.output.contains("10.0.0.7,11,exact"), "\(outcome.summary)")
    }
  }

  @Test("what comes later and does not fit is counted, not fatal")
  func mismatch() {
    var text = "ts,host,bytes\n"
    for index in 0..<1200 { text += "17000000\(index % 60 + 10),10.0.0.1,1\n" }
    text += "1700000069,nobody,1\n1700000069,10.0.0.1,-5\n1700000069,10.0.0.1\n"
    let path = file("long.csv", text)
    let query =
      "C = CsvStream(\"\(path)\"); S = FOREACH (STREAM C BY host) GENERATE sum(bytes) WINDOW 1h;"
    let outcome = salc("run", "-e", query, "--format", "csv")
    #expect(outcome.output.contains("10.0.0.1,1200,"), "\(outcome.summary)")
    #expect(
      outcome.errors.contains("2 fields could not be read and are missing, the first: line 1202"),
      "\(outcome.errors)")
    #expect(outcome.errors.contains("1 malformed, the first: line 1204"), "\(outcome.errors)")
  }

  @Test("a bundle keeps the columns that it was made with")
  func bundle() {
    let path = file("f.csv", "ts,a,n\n1700000000,10.0.0.1,3\n")
    let query =
      "C = CsvStream(\"\(path)\"); S = FOREACH (STREAM C BY a) GENERATE sum(n) WINDOW 1h;"
    let bundle = directory.file("q.salb")
    #expect(salc("compile", "-e", query, "-o", bundle).exitCode == 0)
    // Other columns now, in another order: those that the bundle knows are found by their names.
    _ = file("f.csv", "more,n,a,ts\nx,8,10.0.0.2,1700000000\n")
    let outcome = salc("run", bundle, "--format", "csv")
    #expect(outcome.output.contains("10.0.0.2,8,"), "\(outcome.summary)")
  }

  @Test(
    "files that do not tell their columns",
    arguments: [
      ("1700000000,10.0.0.1\n", "its first line has values such as ‘1700000000’"),
      ("a,b\n", "it has no records behind its header"), ("", "it is empty"),
      ("a,b\n1,2\n", "none of its columns is the record's time"),
    ])
  func untold(text: String, reason: String) {
    let path = file("bad.csv", text)
    let outcome = salc("check", "-e", "C = CsvStream(\"\(path)\"); OUTPUT C;")
    #expect(outcome.exitCode == 1 && outcome.errors.contains(reason), "\(outcome.summary)")
    #expect(outcome.errors.contains("SCHEMA(TimeSeconds: time"), "\(outcome.errors)")
    #expect(salc("schema", path).errors.contains(reason))
  }

  @Test("places that are no files")
  func places() {
    for place in ["-", "tcp:127.0.0.1:9", "listen:9999", "/nowhere.csv"] {
      let outcome = salc("run", "-e", "C = CsvStream(); OUTPUT C;", "--csv", place)
      #expect(outcome.exitCode == 1 && outcome.errors.contains("SCHEMA"), "\(outcome.summary)")
    }
  }
}
