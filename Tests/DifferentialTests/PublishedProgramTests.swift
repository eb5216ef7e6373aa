import DataModel
import Glibc
import Plan
import Reference
import TestSupport
import Testing

/// The twelve published programs, each as its file has it: over records, where
/// `Tests/Published/oracle.py` says what each text means, and over packets, where engines agree.
/// `Tests/Published/golden` keeps rows of each.
@Suite("The twelve published programs")
struct PublishedProgramTests {
  static let programs = [
    "cnc", "disclosure", "ml", "ml_more", "ml_v5", "moghadam", "short", "temporal-triangle",
    "triangle", "watering_hole", "xss", "zeroaccess",
  ]
  private static let overNetflow: Set<String> = ["ml_v5", "moghadam", "watering_hole"]
  private static let patterns: Set<String> = ["cnc", "temporal-triangle", "triangle", "xss"]
  /// Programs that look for servers, which are hosts of more than a thousand flows.
  private static let ofServers: Set<String> = ["disclosure", "xss", "zeroaccess"]
  private static let oracle = Repository.root + "/Tests/Published/oracle.py"

  @Test("are the twelve of samples/sal")
  func all() {
    let files = Repository.files(below: "samples/sal").filter { $0.hasSuffix(".sal") }
    #expect(files == Self.programs.map { "samples/sal/\($0).sal" })
  }

  // MARK: Records

  @Test("over the scenario's records: the oracle's rows", arguments: programs)
  func scenario(program: String) throws {
    let visits = Self.ofServers.contains(program) ? 1150 : 200
    let rows = try Self.overRecords(program, PublishedScenario(visits: visits).records)
    #expect(!rows.isEmpty)
    Golden(program, "scenario").expect(rows)
  }

  @Test(
    "over the records of CTU-13: the oracle's rows",
    .enabled(if: Requirement.captures.isMet, "\(Requirement.captures.reason)"),
    arguments: programs)
  func botnet(program: String) throws {
    let path = (Repository.testData ?? "") + "/flows/ctu13_s01_sample.vast.csv.gz"
    // The oracle takes long for many features of a record.
    let isLong = program.hasPrefix("ml") || Self.overNetflow.contains(program)
    let count = isLong ? 3000 : 99_999
    let command = "zcat '\(path)' | sort -s -t, -k2,2 | head -n \(count)"
    let text = Tool.run("/bin/sh", ["-c", command]).output
    let rows = try Self.overRecords(program, text)
    Golden(program, "ctu13").expect(rows)
  }

  /// The rows over records in the order of their times, which are the oracle's.
  private static func overRecords(_ program: String, _ records: String) throws -> [String] {
    let directory = TemporaryDirectory()
    var place = directory.write(records, to: "records.csv")
    let table = directory.write(PublishedScenario.domains, to: "domains.csv")
    if overNetflow.contains(program) {
      let file = directory.file("records.dat")
      let outcome = Tool.run("/usr/bin/env", ["python3", oracle, "export", place, file])
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      place = file
    }
    let found = try lines(of: RecordTests.run(text(program, over: place, table)).rows)
    let outcome = Tool.run("/usr/bin/env", ["python3", oracle, program, place, table])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    var wanted = outcome.output.split(separator: "\n").map(String.init)
    var told = found
    if patterns.contains(program) {
      wanted.sort()
      told.sort()
    }
    expectSame(told, wanted, program)
    return told
  }

  /// The published text with the place of its records, and xss with its mistakes mended.
  private static func text(_ program: String, over place: String?, _ table: String) -> String {
    var text = Repository.text("samples/sal/\(program).sal")
    if let place {
      text = text.replacing("Stream(\"localhost\", 9999)", with: "Stream(\"\(place)\")")
    }
    // The stub puts out whole records; four of their columns are looked at.
    if program == "watering_hole" { text += "OUTPUT ByDest (DestIp, SourceIp, Dpkts, Doctets);" }
    guard program == "xss" else { return text }
    return text.replacing("(malicious).domain\n", with: "(malicious).domain;\n")
      .replacing("\"http\"\n}", with: "\"http\";\n}")
      .replacing("not in Server;", with: "not in Servers;")
      .replacing("\"domainurl\", 5000", with: "\"\(table)\"")
  }

  // MARK: Packets

  @Test("over packets: naive = host = kernel", arguments: programs)
  func packets(program: String) throws {
    let directory = TemporaryDirectory()
    let visits = Self.ofServers.contains(program) ? 1050 : 120
    let frames = PublishedScenario(visits: visits).frames
    let table = directory.write(PublishedScenario.domains, to: "domains.csv")
    let capture = directory.file("traffic.pcap")
    FileBytes.write(CaptureFile.classic(frames), to: capture)
    let text = Self.text(program, over: nil, table)
    var evaluator = NaiveEvaluator(plan: try Query.plan(text, takesPackets: true))
    evaluator.attributes = { _, _, vertex in
      PublishedScenario.attributes[vertex.description].map { .text($0) }
    }
    for (order, frame) in frames.enumerated() { evaluator.take(NaivePacket(frame, order: order)) }
    let exact = evaluator.finish()
    #expect(!exact.isEmpty)
    var ways = [Way.host]
    if Requirement.kernel.isMet { ways += [1, 2].map { Way(engine: .kernel(cpus: $0)) } }
    for var way in ways {
      way.takesPackets = true
      let rows = try Engines.run(text, over: capture, way).rows
      let differences = RowComparison.differences(exact: exact, engine: rows)
      #expect(differences.isEmpty, "\(program), \(way): \(differences.prefix(3))")
    }
    Golden(program, "packets").expect(Self.lines(of: exact.map(\.row)))
  }

  @Test(
    "over a capture, by the command line",
    .enabled(if: Requirement.captures.isMet, "\(Requirement.captures.reason)"))
  func command() throws {
    let capture = TestCaptures.path("d05_web_dns_mix_76s.pcap")
    let directory = TemporaryDirectory()
    let table = directory.write(PublishedScenario.domains, to: "domains.csv")
    for program in Self.programs {
      let text = Self.text(program, over: nil, "")
        .replacing("VertexInfo(\"\")", with: "VertexInfo(\"domainurl\", 5000)")
      let file = directory.write(text, to: "\(program).sal")
      let bindings = program == "xss" ? ["--bind", "Domains=\(table)"] : []
      let run = SalcRun.replay(file, capture: capture, bindings)
      #expect(run.outcome.exitCode == 0, "\(program): \(run.outcome.errors)")
      #expect(run.violations.isEmpty && run.end != nil, "\(program)")
    }
  }

  // MARK: Lines

  /// Rows as the oracle writes them.
  private static func lines(of rows: [Row]) -> [String] {
    rows.map { row in
      (["t\(moment(row.start))"] + row.values.map(text)).joined(separator: ",")
    }
  }

  private static func moment(_ time: Int64) -> String {
    let rest = String(time % 1_000_000_000)
    return "\(time / 1_000_000_000)." + String(repeating: "0", count: 9 - rest.utf8.count) + rest
  }

  private static func text(_ value: Value) -> String {
    switch value {
    case .missing: ""
    case .time(let time): "t\(moment(time))"
    case .duration(let length): "\(Double(length) / 1e9)"
    default: "\(value)"
    }
  }

  static func expectSame(_ found: [String], _ wanted: [String], _ what: String) {
    #expect(found.count == wanted.count, "\(what): \(found.count) rows, not \(wanted.count)")
    let wrong = zip(found, wanted).filter { !isSame($0, $1) }
    #expect(
      wrong.isEmpty,
      "\(what): \(wrong.count) rows differ, the first: \(wrong.first.map { "\($0)" } ?? "")")
  }

  /// Whether two lines say the same, numbers to nine digits; what is below 1e-15 is rounding.
  static func isSame(_ a: String, _ b: String) -> Bool {
    if a == b { return true }
    let (left, right) = (
      a.split(separator: ",", omittingEmptySubsequences: false),
      b.split(separator: ",", omittingEmptySubsequences: false)
    )
    return left.count == right.count
      && zip(left, right).allSatisfy { x, y in
        guard x != y else { return true }
        guard let m = Double(x), let n = Double(y) else { return false }
        return abs(m - n) <= max(1e-15, 1e-9 * max(abs(m), abs(n)))
      }
  }
}

/// Some rows of an answer, their number, and the sum of each column; `SALC_UPDATE=1` writes them.
struct Golden {
  private static let most = 10
  private let name: String

  init(_ program: String, _ input: String) { name = "\(program).\(input).txt" }

  func expect(_ rows: [String]) {
    let path = "Tests/Published/golden/\(name)"
    let found = summary(of: rows)
    if Update.isAsked {
      let text = found.joined(separator: "\n") + "\n"
      FileBytes.write(Array(text.utf8), to: Repository.root + "/" + path)
      return
    }
    let wanted = Repository.text(path).split(separator: "\n").map(String.init)
    PublishedProgramTests.expectSame(found, wanted, path)
  }

  private func summary(of rows: [String]) -> [String] {
    let count = rows.count
    let shown = min(count, Self.most)
    let places = (0..<shown).map { shown > 1 ? $0 * (count - 1) / (shown - 1) : 0 }
    var sums: [Double] = []
    for row in rows {
      let fields = row.split(separator: ",", omittingEmptySubsequences: false)
      for (column, field) in fields.enumerated() {
        if column >= sums.count { sums.append(0) }
        sums[column] += Double(field) ?? 0
      }
    }
    let totals = sums.map { "\($0)" }.joined(separator: ",")
    return ["rows,\(count)", "sums,\(totals)"] + places.map { rows[$0] }
  }
}
