import Diagnostics
import Glibc
import Syntax
import Testing

/// The twelve published programs, and those by which the language was tried.
@Suite struct SampleTests {
  private static let directory: String = {
    // …/Tests/SyntaxTests/SampleTests.swift, three steps below the package.
    let parts = #filePath.split(separator: "/").dropLast(3)
    return "/" + parts.joined(separator: "/") + "/samples/sal/"
  }()

  private func read(_ name: String) throws -> SourceText {
    let file = try #require(fopen(Self.directory + name + ".sal", "r"), "no sample \(name)")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(byte)) }
    return SourceText(name: name + ".sal", utf8: bytes)
  }

  @Test(arguments: [
    ("ml", 34), ("ml_more", 36), ("ml_v5", 21), ("moghadam", 18), ("short", 11),
    ("disclosure", 20), ("zeroaccess", 24), ("cnc", 8), ("triangle", 5),
    ("temporal-triangle", 5), ("xss", 9), ("watering_hole", 5),
  ])
  func publishedProgram(name: String, statements: Int) throws {
    let source = try read(name)
    var log = DiagnosticLog()
    var tree = parse(source, reportingTo: &log)
    expectRoundTrip(tree)
    if name == "xss" {
      let text = source[source.range]
      #expect(log.diagnostics.map(\.code) == [.missingSemicolon, .missingSemicolon])
      let carets = log.diagnostics.map { source.position(at: $0.range.lowerBound) }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(carets.map(\.column) == carets.map { lines[$0.line - 1].unicodeScalars.count + 1 })
      #expect(log.diagnostics[0].notes.first?.message == "the next constraint starts here")
      #expect(format(tree) == nil)
      let edits = log.diagnostics.flatMap { $0.fixIts.first?.edits ?? [] }
      log = DiagnosticLog()
      tree = parse(source.applying(edits), reportingTo: &log)
    }
    #expect(log.diagnostics.isEmpty, "\(DiagnosticRenderer(source: source).render(log))")
    #expect(tree.program.statements.count == statements)
    expectFormat(tree)
  }

  @Test func everyTokenOfTheSamplesCanGo() throws {
    for name in ["cnc", "xss", "disclosure", "short"] {
      let source = try read(name)
      var log = DiagnosticLog()
      let tree = parse(source, reportingTo: &log)
      expectSurvivesRemovals(tree, #_sourceLocation)
    }
  }

  @Test func handbookPrograms() throws {
    for (text, statements) in Handbook.programs {
      let source = SourceText(name: "handbook.sal", text)
      var log = DiagnosticLog()
      let tree = parse(source, reportingTo: &log)
      #expect(log.diagnostics.isEmpty, "\(DiagnosticRenderer(source: source).render(log))")
      #expect(tree.program.statements.count == statements)
      expectRoundTrip(tree)
      expectFormat(tree)
      expectSurvivesRemovals(tree, #_sourceLocation)
    }
  }
}

/// The programs by which the language was tried when it was designed: SAL's, Sonata's, NetQRE's.
enum Handbook {
  static let programs: [(text: String, statements: Int)] = [
    (
      """
      Packets = PacketStream("eth0");                              // a source
      Syns    = FILTER Packets BY tcp.flags.syn AND NOT tcp.flags.ack;
      ByDest  = STREAM Syns BY DestIp;                             // one vertex per DestIp
      Rate    = FOREACH ByDest GENERATE count() WINDOW 1s;         // one value per key and window
      Sources = FOREACH ByDest GENERATE countdistinct(SourceIp) WITHIN 2% WINDOW 1s;
      Victims = FILTER ByDest BY Rate > 1000 AND Sources > 200;    // the keys that pass
      OUTPUT Victims;                                              // rows
      """, 7
    ),
    (
      """
      // Sonata 6, SYN flood, per host and second: SYNs in + SYN-ACKs out − ACKs in
      Syn = FILTER P BY tcp.flags.syn AND NOT tcp.flags.ack;
      A = FOREACH (STREAM Syn BY DestIp AS Host) GENERATE count() WINDOW 1s;
      SynAck = FILTER P BY tcp.flags.syn AND tcp.flags.ack;
      B = FOREACH (STREAM SynAck BY SourceIp AS Host) GENERATE count() WINDOW 1s;
      Ack = FILTER P BY tcp.flags.ack AND NOT tcp.flags.syn;
      C = FOREACH (STREAM Ack BY DestIp AS Host) GENERATE count() WINDOW 1s;
      Flood = FILTER (JOIN A, B, C BY Host OUTER) BY A + B - C >= 3;
      """, 7
    ),
    (
      """
      // Sonata 8, Slowloris
      Tcp = STREAM (FILTER P BY tcp) BY DestIp;
      Conns = FOREACH Tcp GENERATE countdistinct(SourceIp, SourcePort) WINDOW 1s;
      Bytes = FOREACH Tcp GENERATE sum(IpBytes) WINDOW 1s;
      Slow = FILTER Tcp BY Conns >= 5 AND Bytes >= 500 AND Bytes / Conns <= 90;
      """, 4
    ),
    (
      """
      // Sonata 9, answers that nobody connects to; 10, Zorro
      Orphans = JOIN (STREAM Ans BY DestIp AS Host, dns.a AS Ip),
        (STREAM Syn BY SourceIp AS Host, DestIp AS Ip) BY Host, Ip ANTI AFTER 1s;
      Telnet = FILTER P BY tcp.dstport == 23;
      Same = FOREACH (STREAM Telnet BY DestIp, IpBytes) GENERATE count() WINDOW 1s;
      Suspect = COLLAPSE (FILTER Same BY Same >= 40) BY DestIp;
      Zorro = FILTER Telnet BY DestIp IN Suspect WITHIN 60s AND payload CONTAINS "zorro";
      """, 5
    ),
    (
      """
      // ten talkers a minute; 99th percentile by protocol; destinations new in a week
      K = STREAM P BY SourceIp;
      Bytes = FOREACH K GENERATE sum(frame.len) WINDOW 60s;
      Pkts = FOREACH K GENERATE count() WINDOW 60s;
      OUTPUT TOP 10 K BY Bytes (Bytes, Pkts);
      P99 = FOREACH (STREAM P BY IpProtocol)
        GENERATE quantile(frame.len, 0.99) WITHIN 1% WINDOW 60s;
      Out = FILTER P BY SourceIp IN {10.0.0.0/8, 192.168.0.0/16}
        AND DestIp NOT IN {10.0.0.0/8, 192.168.0.0/16};
      New = DISTINCT Out BY SourceIp/24, DestIp WINDOW 7d SLIDE 1h;
      N = FOREACH (STREAM New BY SourceIp/24) GENERATE count() WINDOW 1h;
      """, 8
    ),
  ]
}
