import DataModel
import Plan
import Planning
import Reference
import TestSupport
import Testing

/// Fields that packets have several times, in every engine: as keys, as arguments, asked for any.
@Suite("Repeated fields")
struct RepeatedFieldTests {
  /// Every field of every group as a key.
  static let keys = stride(from: 0, to: RepeatedGroup.names.count, by: 8).map { first in
    RepeatedGroup.names[first..<min(first + 8, RepeatedGroup.names.count)].enumerated()
      .map { index, name in
        "N\(index) = FOREACH (STREAM P BY \(name)) GENERATE count() WINDOW 500ms;"
      }.joined(separator: "\n")
  }

  static let queries = [
    // Fields of an entry move together; those of two groups are all pairs.
    """
    Ans = STREAM (FILTER P BY dns.flags.response) BY dns.resp.name AS Name, dns.resp.type AS Type;
    Addresses = FOREACH Ans GENERATE countdistinct(dns.a) WINDOW 1s;
    Life = FOREACH Ans GENERATE max(dns.resp.ttl) WINDOW 1s;
    Pairs = FOREACH (STREAM P BY dns.qry.name, dns.a) GENERATE count() WINDOW 1s;
    OUTPUT FILTER Ans BY Addresses >= 1 AND Life > 0;
    OUTPUT Pairs;
    """,
    // Packets are counted once, entries as often as they are.
    """
    K = STREAM P BY SourceIp;
    Packets = FOREACH K GENERATE count() WINDOW 500ms;
    Records = FOREACH K GENERATE sum(dns.resp.len) WINDOW 500ms;
    Names = FOREACH K GENERATE countdistinct(dns.qry.name) WINDOW 500ms;
    OUTPUT FILTER K BY Packets > 1 AND Records > 10 AND Names >= 2;
    """,
    // Any of a packet's entries, none of them, and beside what the data path can do.
    """
    A = FOREACH (FILTER P BY udp AND dns.a IN {192.0.2.0/30, 192.0.2.8/32})
      GENERATE count() WINDOW 500ms;
    B = FOREACH (FILTER P BY NOT dns.resp.type == 1) GENERATE count() WINDOW 500ms;
    C = FOREACH (FILTER P BY dns.resp.type != 1 OR dns.qry.name == "WWW." OR ip.ttl == 3)
      GENERATE count() WINDOW 500ms;
    D = FOREACH (STREAM (FILTER P BY dns.qry.name IN {"www", "b.a", "."}) BY ip.addr)
      GENERATE sum(frame.len) WINDOW 500ms;
    E = FOREACH (FILTER P BY dns.resp.ttl * 2 > dns.resp.len) GENERATE count() WINDOW 500ms;
    """,
    // Entries as tuples: in a filter, in rows, in DISTINCT and TRANSFORM, as a ranking.
    """
    R = STREAM P BY dns.resp.name AS Name;
    Short = FILTER R BY dns.resp.ttl < 2 AND NOT dns.resp.name == "www";
    N = FOREACH Short GENERATE count() WINDOW 500ms;
    New = DISTINCT P BY dns.a, SourceIp WINDOW 1s;
    F = FOREACH (STREAM New BY SourceIp) GENERATE count() WINDOW 1s;
    T = FOREACH P TRANSFORM (dns.resp.ttl + 1) : Next;
    G = FOREACH T GENERATE max(Next) WINDOW 500ms;
    Top = FOREACH P GENERATE topk(dns.resp.type, 3) WINDOW 1s;
    OUTPUT N; OUTPUT F; OUTPUT G; OUTPUT Top;
    OUTPUT Short (Name, dns.a, dns.resp.ttl, SourceIp);
    OUTPUT P (dns.qry.name, dns.qry.name.len, dns.count.labels);
    """,
    // So many fields that the program keeps them in its state, and exports from a function.
    """
    OUTPUT P (dns.qry.name, dns.a, eth.src, eth.dst, SourceIp, DestIp, ip.src, ip.dst, ipv6.src,
      ipv6.dst, SourcePort, DestPort, tcp.seq, tcp.ack, tcp.flags, ip.id, ip.ttl, ip.len, ip.proto,
      udp.length, udp.checksum, dns.id, dns.flags, frame.len, IpBytes, HopLimit, ip.checksum,
      ip.flags, ip.dsfield, tcp.window_size_value, payload.len, icmp.type, vlan.id, eth.type);
    """,
    // Entries that sets are asked for: sets of entries, and of addresses of both families, which
    // are named before their line.
    """
    K = STREAM P BY dns.a AS Ip;
    C = FOREACH K GENERATE count() WINDOW 500ms;
    Often = FILTER K BY C > 1;
    Again = FILTER P BY dns.a IN Often WITHIN 1s;
    OUTPUT Again (SourceIp, frame.len);
    New = FILTER P BY NOT (dns.a IN Busy OR dns.aaaa IN Busy) AND udp;
    N = FOREACH (STREAM New BY SourcePort) GENERATE count() WINDOW 500ms;
    Busy = FILTER (STREAM P BY SourceIp) BY M > 2;
    M = FOREACH (STREAM P BY SourceIp) GENERATE count() WINDOW 500ms;
    OUTPUT N;
    """,
    // Windows of items, unions, and what waits for an answer.
    """
    A = FILTER P BY dns.flags.response;
    S = STREAM A BY dns.a AS Ip;
    M = FOREACH S GENERATE ave(dns.resp.ttl) WINDOW 5 ITEMS;
    OUTPUT FILTER S BY M > 1;
    U = UNION A, (FILTER P BY tcp);
    N = FOREACH (STREAM U BY dns.resp.type) GENERATE count() WINDOW 500ms;
    OUTPUT N;
    Q = FILTER P BY NOT dns.flags.response;
    J = JOIN (STREAM A BY DestIp AS Host, dns.a AS Ip),
      (STREAM Q BY SourceIp AS Host, DestIp AS Ip) BY Host, Ip ANTI AFTER 100ms;
    O = FOREACH (STREAM J BY Host) GENERATE count() WINDOW 500ms;
    OUTPUT O;
    """,
  ]

  private static func text(_ statements: String) -> String {
    "P = PacketStream(\"eth0\");\n" + statements
  }

  @Test("give the naive evaluator's rows", arguments: keys + queries)
  func engines(statements: String) throws {
    let text = Self.text(statements)
    var generator = DNSGenerator(seed: 35, damagedOnceIn: 12)
    let frames = generator.frames(900)
    #expect(!NaiveEvaluator.rows(of: try Query.plan(text), over: frames).isEmpty, "\(statements)")
    var ways = [Way.host]
    if Requirement.kernel.isMet {
      ways += [
        Way(engine: .kernel(cpus: 1)), Way(engine: .kernel(cpus: 2), placement: .host),
      ]
    }
    try Comparison(text, frames, "entries").expect(ways)
  }

  /// Damaged messages: pointers that loop, names without end, counts that lie, bytes at random.
  @Test("are read of damaged messages without a crash, and alike", arguments: 1...20)
  func damaged(seed: Int) throws {
    var generator = DNSGenerator(seed: UInt64(seed), damagedOnceIn: 1)
    let frames = generator.frames(600)
    try Comparison(Self.text(Self.keys[seed % Self.keys.count]), frames, "damaged \(seed)")
      .expect([.host])
  }

  @Test("that were lost make counts lower bounds, and are counted")
  func losses() throws {
    let text = Self.text("N = FOREACH (STREAM P BY dns.resp.type) GENERATE count() WINDOW 1d;")
    var generator = DNSGenerator(seed: 3, damagedOnceIn: 1_000_000)
    var frames = generator.frames(40)
    func lost() throws -> UInt64 {
      let directory = TemporaryDirectory()
      let path = directory.file("traffic.pcap")
      FileBytes.write(CaptureFile.classic(frames), to: path)
      let answer = try Engines.run(text, over: path, .host)
      let lost = answer.losses.reduce(0) { $0 + ($1.lost[.unparsed] ?? 0) }
      #expect(answer.rows.allSatisfy { ($0.quality == .exact) == (lost == 0) })
      return lost
    }
    frames = frames.filter { frame in frame.bytes[12...13] == [8, 0] && frame.bytes[23] == 17 }
    let before = try lost()
    let at = try #require(frames.indices.last { frames[$0].bytes.count > 100 })
    frames[at].bytes.removeLast(3)
    #expect(try lost() == before + 1)
  }
}
