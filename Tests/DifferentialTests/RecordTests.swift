import Compiler
import DataModel
import Glibc
import Plan
import Reference
import Session
import Sinks
import TestSupport
import Testing

/// Programs over flow records: the host engine gives the naive evaluator's rows.
@Suite("Flow records")
struct RecordTests {
  static let queries = [
    """
    K = STREAM F BY SourceIp;
    N = FOREACH K GENERATE count() WINDOW 60s;
    Bytes = FOREACH K GENERATE sum(SrcTotalBytes + DestTotalBytes) WINDOW 60s;
    Longest = FOREACH K GENERATE max(DurationSeconds) WINDOW 5m;
    OUTPUT K (N, Bytes, Longest);
    """,
    """
    Tcp = FILTER F BY IpLayerProtocolCode == "tcp" AND DestIp IN 147.32.0.0/16;
    K = STREAM Tcp BY DestIp/24, DestPort ELSE 0;
    Mean = FOREACH K GENERATE ave(SrcPayloadBytes) WINDOW 30s;
    Spread = FOREACH K GENERATE var(DurationSeconds) WINDOW 30s;
    Ports = FOREACH K GENERATE countdistinct(SourcePort) EXACT WINDOW 30s;
    OUTPUT TOP 4 K BY Mean (Mean, Spread, Ports);
    """,
    """
    New = DISTINCT F BY SourceIp, IpLayerProtocolCode WINDOW 2m;
    OUTPUT New (TimeSeconds, SourceIp, IpLayerProtocolCode, DurationSeconds, Label);
    """,
    """
    Lateness = 5s;
    K = STREAM F BY IpLayerProtocolCode;
    First = FOREACH K GENERATE first(DestPort) WINDOW 10s;
    Last = FOREACH K GENERATE last(SrcTotalBytes) WINDOW 10s;
    OUTPUT K (First, Last);
    """,
    """
    Lateness = 0s;
    Rare = FILTER F BY IpLayerProtocolCode NOT IN {"tcp", "udp"} OR Label == 1
      OR TimeSeconds > 1312962700;
    OUTPUT Rare (SourceIp, DestTotalBytes * 8 AS Bits);
    """,
    // Sets whose windows close long after their end.
    """
    Lateness = 40s;
    K = STREAM F BY SourceIp;
    N = FOREACH K GENERATE count() WINDOW 10s;
    Busy = FILTER N BY N > 3;
    Of = FILTER F BY SourceIp IN Busy;
    M = FOREACH (STREAM Of BY DestPort) GENERATE count() WINDOW 30s;
    """,
    // What the record before had depends on their order, though only windows are printed.
    """
    K = STREAM F BY SourceIp;
    Gaps = FOREACH K TRANSFORM (TimeSeconds - TimeSeconds.prev(1)) : Gap;
    Sum = FOREACH (STREAM Gaps BY SourceIp) GENERATE sum(Gap) WINDOW 30s;
    """,
    """
    K = STREAM F BY SourceIp;
    Mean = FOREACH K GENERATE ave(SrcTotalBytes) WINDOW 5 ITEMS;
    Big = FILTER K BY Mean > 50000;
    N = FOREACH (STREAM Big BY DestPort) GENERATE count() WINDOW 30s;
    """,
  ]

  /// Lines as exporters write them, up to minutes out of order, some of them damaged.
  static func lines(_ count: Int, seed: UInt64) -> String {
    var random = RandomSource(seed: seed)
    var text = ""
    var now = 1_312_962_413
    for _ in 0..<count {
      if random.once(in: 3) { now += 1 }
      let start = now - (random.once(in: 4) ? random.number(0...200) : 0)
      let code = random.choice(["tcp", "udp", "icmp", "", "igmp"])
      var fields = [
        "\(random.number(0...1))", "\(start).\(random.number(0...999_999))", "d", "t",
        "\(random.number(0...300))", code, address(&random), address(&random),
        "\(random.number(0...40))", random.choice(["80", "0x0303", "", "99999"]), "0", "0",
        "\(random.number(0...500)).\(random.number(0...99))",
      ]
      fields += (0..<6).map { _ in "\(random.number(0...100_000))" } + ["0"]
      if random.once(in: 50) { fields.removeLast() }
      if random.once(in: 50) { fields[1] = random.choice(["x", "", "-3", "1.2.3"]) }
      text += fields.joined(separator: ",") + "\n"
    }
    return text
  }

  private static func address(_ random: inout RandomSource) -> String {
    let host = random.number(1...12)
    switch random.number(0...9) {
    case 0: return "2001:db8::\(host)"
    case 1: return "nobody"
    case 2...4: return "10.0.\(host % 3).\(host)"
    default: return "147.32.84.\(host)"
    }
  }

  static func write(_ text: String) -> String {
    let path = "/tmp/salc-records-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).csv"
    guard let file = fopen(path, "w") else { preconditionFailure("no \(path)") }
    fputs(text, file)
    fclose(file)
    return path
  }

  @Test("give the naive evaluator's rows", arguments: queries, [1, 1_000_003] as [UInt64])
  func engine(query: String, seed: UInt64) throws {
    let text = Self.lines(2500, seed: seed)
    let path = Self.write(text)
    defer { unlink(path) }
    try Self.compare("F = VastStream(\"\(path)\");\n" + query, text)
  }

  @Test(
    "the CTU sample gives the naive evaluator's rows",
    .enabled(if: Requirement.captures.isMet, "\(Requirement.captures.reason)"))
  func sample() throws {
    let path = (Repository.testData ?? "") + "/flows/ctu13_s01_sample.vast.csv.gz"
    let text = Tool.run("/bin/sh", ["-c", "zcat '\(path)' | head -4000"]).output
    let head = Self.write(text)
    defer { unlink(head) }
    try Self.compare("F = VastStream(\"\(head)\");\n" + Self.queries[0], text)
    let whole = try Self.run(
      "F = VastStream(\"\(path)\"); N = FOREACH F GENERATE count() WINDOW 1d;")
    #expect(whole.totals.packets == 32_048)
  }

  static func run(_ program: String, threads: Int? = nil) throws -> Answer {
    let query = try Engines.compiled(program, .host)
    guard let source = query.namedRecords else {
      throw Engines.Refused(description: "no source of records: \(program)")
    }
    let sink = CollectingSink()
    var configuration = RunConfiguration(
      query: query, input: .records(source.origin), seed: 0x5A1C)
    configuration.threads = threads
    let totals = try Session.run(configuration, into: sink, shouldStop: { false })
    return Answer(rows: sink.rows, losses: sink.losses, totals: totals)
  }

  static func compare(_ program: String, _ text: String) throws {
    let plan = try Query.plan(program)
    let schema = try #require(plan.recordSchema(of: 0))
    let (records, malformed) = NaiveRecords.read(text, schema)
    var evaluator = NaiveEvaluator(plan: plan)
    for record in records { evaluator.take(record) }
    let expected = evaluator.finish()
    let answer = try run(program)
    #expect(answer.totals.packets == UInt64(records.count))
    #expect(answer.totals.lost[.malformed, default: 0] == UInt64(malformed))
    #expect(!expected.isEmpty)
    let verdict = Verdict(
      expected: expected, found: answer.rows,
      keys: plan.outputs.map { Array(0..<$0.schema.keyCount) })
    #expect(
      verdict.agrees,
      "\(verdict.differences.prefix(3))\n\(program)"
    )
  }
}
