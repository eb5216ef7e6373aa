import Compiler
import DataModel
import Glibc
import Plan
import Reference
import Session
import Sinks
import TestSupport
import Testing

/// Programs with several sources: the host merges them as the naive evaluator does.
@Suite("Several sources")
struct SourceTests {
  /// Over captures `A` and `B`.
  static let packetQueries = [
    """
    U = UNION A, B;
    N = FOREACH (STREAM U BY SourceIp) GENERATE count() WINDOW 200ms;
    M = FOREACH (STREAM (FILTER U BY tcp) BY DestIp) GENERATE sum(frame.len) WINDOW 200ms;
    OUTPUT N;
    OUTPUT M;
    OUTPUT U (SourceIp, DestIp, frame.len);
    """,
    // Features of one source meet those of the other.
    """
    Out = STREAM A BY SourceIp AS Host;
    Into = STREAM B BY DestIp AS Host;
    Sent = FOREACH Out GENERATE sum(frame.len) WINDOW 200ms;
    Got = FOREACH Into GENERATE count() WINDOW 200ms;
    Both = JOIN Sent, Got BY Host OUTER;
    OUTPUT FILTER Both BY Sent > 500 AND Got < 40 (Sent, Got);
    """,
    // A set of one source asked by tuples of the other.
    """
    N = FOREACH (STREAM A BY SourceIp) GENERATE count() WINDOW 200ms;
    Busy = FILTER N BY N > 3;
    Seen = FILTER B BY SourceIp IN Busy;
    M = FOREACH (STREAM Seen BY DestIp) GENERATE count() WINDOW 200ms;
    OUTPUT Seen (SourceIp, frame.len);
    OUTPUT M;
    """,
    // Current values of one source asked by tuples of the other, and of the union of both.
    """
    K = STREAM A BY SourceIp;
    Mean = FOREACH K GENERATE ave(frame.len) WINDOW 5 ITEMS;
    Large = FILTER (STREAM B BY SourceIp) BY Mean > 300;
    All = STREAM (UNION A, B) BY SourceIp;
    Most = FOREACH All GENERATE max(frame.len) WINDOW 3 ITEMS;
    Odd = FILTER K BY Most > Mean * 2;
    Even = FILTER All BY Mean < Most;
    OUTPUT Large (SourceIp, frame.len);
    OUTPUT Odd (SourceIp, Most, Mean);
    OUTPUT Even (SourceIp, Most);
    """,
    // Answers that nobody asked for on the other side.
    """
    Asked = STREAM (FILTER A BY udp) BY SourceIp AS X, DestIp AS Y;
    Told = STREAM (FILTER B BY udp) BY DestIp AS X, SourceIp AS Y;
    Odd = JOIN Told, Asked BY X, Y ANTI BEFORE 100ms;
    OUTPUT Odd (X, Y, frame.len);
    """,
    // Columns of their own, first tuples of each side, and rows of both.
    """
    Up = FOREACH (STREAM A BY SourceIp) TRANSFORM (frame.len - frame.len.prev(1)) : Step;
    Down = FOREACH (STREAM B BY SourceIp) TRANSFORM (frame.len + frame.len.prev(1)) : Step;
    Steps = UNION Up, Down;
    Sum = FOREACH (STREAM Steps BY DestIp) GENERATE sum(Step) WINDOW 200ms;
    New = UNION (DISTINCT A BY DestIp WINDOW 200ms), (DISTINCT B BY DestIp WINDOW 200ms);
    Each = FOREACH (STREAM New BY DestIp) GENERATE count() WINDOW 200ms;
    OUTPUT Steps (SourceIp, Step);
    OUTPUT Sum;
    OUTPUT Each;
    """,
    // EVERY over both.
    """
    K = STREAM (UNION A, (FILTER B BY tcp)) BY SourceIp;
    Mean = FOREACH K GENERATE ave(frame.len) WINDOW 8 ITEMS;
    Ports = FOREACH K GENERATE countdistinct(DestPort) EXACT WINDOW 20 ITEMS;
    OUTPUT K (Mean, Ports, Mean / 8 AS Bits) EVERY 300ms;
    """,
  ]

  static func run(
    _ program: String, bindings: [String: String] = [:], threads: Int? = nil
  ) throws -> Answer {
    var way = Way.host
    way.bindings = bindings
    let query = try Engines.compiled(program, way)
    let sink = CollectingSink()
    var configuration = RunConfiguration(query: query, input: .merged, seed: 0x5A1C)
    configuration.threads = threads
    let totals = try Session.run(configuration, into: sink, shouldStop: { false })
    return Answer(rows: sink.rows, losses: sink.losses, totals: totals)
  }

  static func expect(
    _ program: String, _ tuples: [Int: [NaivePacket]], bindings: [String: String] = [:]
  ) throws {
    let plan = try Query.plan(program, bindings: bindings)
    let expected = NaiveEvaluator.rows(of: plan, merging: tuples)
    let answer = try run(program, bindings: bindings)
    #expect(answer.totals.packets == UInt64(tuples.values.reduce(0) { $0 + $1.count }))
    for output in plan.outputs.indices {
      #expect(
        expected.contains { $0.row.output == output }, "output \(output) is empty\n\(program)")
    }
    let verdict = Verdict(
      expected: expected, found: answer.rows,
      keys: plan.outputs.map { Array(0..<$0.schema.keyCount) })
    #expect(verdict.agrees, "\(verdict.differences.prefix(3))\n\(program)")
  }

  @Test("two captures give the naive evaluator's rows", arguments: packetQueries)
  func captures(query: String) throws {
    var profile = PacketGenerator.Profile()
    profile.gap = 3_000_000
    var frames: [[CapturedFrame]] = []
    for seed in [51, 52] as [UInt64] {
      var generator = PacketGenerator(seed: seed, profile: profile)
      frames.append(generator.frames(700))
    }
    let directory = TemporaryDirectory()
    let paths = frames.indices.map { directory.file("\($0).pcap") }
    for (path, own) in zip(paths, frames) {
      FileBytes.write(Reference.CaptureFile.classic(own), to: path)
    }
    let program =
      "A = PcapStream(\"\(paths[0])\");\nB = PcapStream(\"\(paths[1])\");\n" + query
    let plan = try Query.plan(program)
    var tuples: [Int: [NaivePacket]] = [:]
    for (node, own) in zip(plan.sources, frames) {
      tuples[node] = own.enumerated().map { NaivePacket($1, order: $0) }
    }
    try Self.expect(program, tuples)
  }

  static let recordQueries = [
    """
    U = UNION A, B;
    N = FOREACH (STREAM U BY SourceIp) GENERATE count() WINDOW 60s;
    OUTPUT N;
    """,
    """
    Lateness = 5s;
    Sent = FOREACH (STREAM A BY SourceIp AS Host) GENERATE sum(SrcTotalBytes) WINDOW 10s;
    Got = FOREACH (STREAM B BY DestIp AS Host) GENERATE sum(DestTotalBytes) WINDOW 10s;
    J = JOIN Sent, Got BY Host LEFT;
    OUTPUT J (Sent, Got);
    """,
    """
    Lateness = 20s;
    K = STREAM (UNION A, B) BY SourceIp;
    Mean = FOREACH K GENERATE ave(SrcTotalBytes, 20, 2);
    OUTPUT K (Mean) EVERY 30s;
    """,
  ]

  @Test(
    "two files of records out of order give the naive evaluator's rows", arguments: recordQueries)
  func records(query: String) throws {
    let texts = [RecordTests.lines(900, seed: 7), RecordTests.lines(700, seed: 8)]
    let paths = texts.map { RecordTests.write($0) }
    defer { for path in paths { unlink(path) } }
    let program =
      "A = VastStream(\"\(paths[0])\");\nB = VastStream(\"\(paths[1])\");\n" + query
    let plan = try Query.plan(program)
    let schema = try #require(plan.recordSchema(of: 0))
    var tuples: [Int: [NaivePacket]] = [:]
    for (node, text) in zip(plan.sources, texts) {
      tuples[node] = NaiveRecords.read(text, schema).records
    }
    try Self.expect(program, tuples)
  }

  @Test("flows of two captures, by two sets of timeouts, beside records")
  func flows() throws {
    var generator = PacketGenerator(seed: 54)
    let frames = [generator.frames(400), generator.frames(300)]
    let first = try #require(frames[0].map(\.time).min()) / 1_000_000_000
    // Records go on when there are no more packets, and close what these have left open.
    let lines = (0..<60 as Range<Int64>).map { index in
      "0,\(first + index).5,d,t,6,tcp,10.0.0.\(index % 9),10.0.1.1,80,90,0,0,1,2,3,4,5,6,7,0\n"
    }.joined()
    let directory = TemporaryDirectory()
    let paths = [directory.file("a.pcap"), directory.file("b.pcap"), RecordTests.write(lines)]
    defer { unlink(paths[2]) }
    for (path, own) in zip(paths, frames) {
      FileBytes.write(Reference.CaptureFile.classic(own), to: path)
    }
    let program = """
      Lateness = 10s;
      A = FlowStream(active: 5s, idle: 1s);
      B = FlowStream(active: 8s, idle: 2500ms, direction: one);
      Records = VastStream("\(paths[2])");
      X = FOREACH (STREAM A BY SourceIp) GENERATE sum(TotalPackets) WINDOW 5s;
      Y = FOREACH (STREAM B BY SourceIp) GENERATE count() WINDOW 5s;
      Z = FOREACH (STREAM Records BY SourceIp) GENERATE count() WINDOW 5s;
      OUTPUT JOIN X, Y BY SourceIp OUTER;
      OUTPUT A (TimeSeconds, SourceIp, DestIp, TotalPackets, RecordForceOut);
      OUTPUT B (TimeSeconds, SourceIp, DestIp, TotalPackets, RecordForceOut);
      OUTPUT Z;
      """
    let bindings = ["A": paths[0], "B": paths[1]]
    let plan = try Query.plan(program, bindings: bindings)
    let schema = try #require(plan.recordSchema(of: plan.sources[2]))
    try Self.expect(
      program,
      [
        plan.sources[0]: frames[0].enumerated().map { NaivePacket($1, order: $0) },
        plan.sources[1]: frames[1].enumerated().map { NaivePacket($1, order: $0) },
        plan.sources[2]: NaiveRecords.read(lines, schema).records,
      ], bindings: bindings)
  }

  @Test("packets and records meet by key")
  func kinds() throws {
    var generator = PacketGenerator(seed: 53)
    let frames = generator.frames(400)
    let first = try #require(frames.map(\.time).min()) / 1_000_000_000
    var lines = ""
    for index in 0..<200 {
      lines +=
        "0,\(first).\(index),d,t,6,tcp,10.0.0.\(index % 9),10.0.1.1,80,90,0,0,1,2,3,4,5,6,7,0\n"
    }
    let directory = TemporaryDirectory()
    let paths = [directory.file("a.pcap"), RecordTests.write(lines)]
    defer { unlink(paths[1]) }
    FileBytes.write(Reference.CaptureFile.classic(frames), to: paths[0])
    let program = """
      A = PcapStream("\(paths[0])");
      B = VastStream("\(paths[1])");
      Packets = FOREACH (STREAM A BY SourceIp) GENERATE count() WINDOW 1s;
      Flows = FOREACH (STREAM B BY SourceIp) GENERATE count() WINDOW 1s;
      J = JOIN Packets, Flows BY SourceIp OUTER;
      OUTPUT J (Packets, Flows);
      """
    let plan = try Query.plan(program)
    let schema = try #require(plan.recordSchema(of: plan.sources[1]))
    try Self.expect(
      program,
      [
        plan.sources[0]: frames.enumerated().map { NaivePacket($1, order: $0) },
        plan.sources[1]: NaiveRecords.read(lines, schema).records,
      ])
  }
}
