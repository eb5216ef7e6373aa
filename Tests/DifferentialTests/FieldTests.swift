import DataModel
import Planning
import Reference
import TestSupport
import Testing

/// Every row of the field table as a key, in every engine.
@Suite("Each field is the same in every engine")
struct FieldTests {
  /// So many fields share a program, and each of its keyed streams has a table of its own.
  private static let together = 12
  static let chunks = stride(from: 0, to: PacketFields.all.count, by: together).map {
    Array(PacketFields.all[$0..<min($0 + together, PacketFields.all.count)])
  }

  private static func program(_ fields: [PacketField]) -> String {
    var lines = ["P = PacketStream(\"eth0\");"]
    for (index, field) in fields.enumerated() {
      lines.append("K\(index) = STREAM P BY \(field.name);")
      lines.append("N\(index) = FOREACH K\(index) GENERATE count() WINDOW 2s;")
    }
    return lines.joined(separator: "\n")
  }

  private static var traffic: [CapturedFrame] {
    var profile = PacketGenerator.Profile()
    profile.oddOnceIn = 2
    var generator = PacketGenerator(seed: 4711, profile: profile)
    return generator.frames(1200)
  }

  @Test("as a key, on the host", arguments: chunks.indices)
  func host(chunk: Int) throws {
    let text = Self.program(Self.chunks[chunk])
    try Comparison(text, Self.traffic, "fields \(chunk)").expect([.host])
  }

  @Test(
    "as a key, in the kernel", .enabled(if: Requirement.kernel.isMet, "needs the kernel"),
    arguments: chunks.indices)
  func kernel(chunk: Int) throws {
    let text = Self.program(Self.chunks[chunk])
    try Comparison(text, Self.traffic, "fields \(chunk)").expect([
      Way(engine: .kernel(cpus: 1)), Way(engine: .kernel(cpus: 2), placement: .host),
    ])
  }

  /// Searches alone, beside each other, before keys and inside them, and of every length.
  static let searches = [
    """
    P = PacketStream("eth0");
    A = FOREACH (FILTER P BY payload CONTAINS "zorro") GENERATE count() WINDOW 2s;
    B = FOREACH (FILTER P BY tcp AND NOT payload CONTAINS "zorro") GENERATE count() WINDOW 2s;
    C = FOREACH (FILTER P BY payload CONTAINS "oZ" OR payload NOT CONTAINS "Z")
        GENERATE count() WINDOW 2s;
    """,
    """
    P = PacketStream("eth0");
    K = STREAM (FILTER P BY payload CONTAINS "the mark of zorro") BY SourceIp;
    N = FOREACH K GENERATE sum(payload.len) WINDOW 2s;
    F = FOREACH (FILTER P BY udp.payload CONTAINS "ZZZZZZZZ") GENERATE count() WINDOW 2s;
    G = FOREACH (FILTER P BY tcp.payload CONTAINS "ZZZZZZZZZ") GENERATE count() WINDOW 2s;
    """,
    """
    P = PacketStream("eth0");
    Hot = FOREACH (STREAM P BY SourceIp) GENERATE count() WINDOW 500ms;
    Suspect = FILTER Hot BY Hot >= 5;
    Z = FILTER P BY DestPort != 53 AND SourceIp IN Suspect WITHIN 2s AND payload CONTAINS "zorro";
    N = FOREACH (STREAM Z BY ApplicationProtocol) GENERATE count() WINDOW 2s;
    L = FOREACH (STREAM Z BY SourceIp) GENERATE last(payload.len) WINDOW 2s;
    """,
  ]

  /// Repeated fields, over tuples and beside sets.
  static let repeated = """
    P = PacketStream("eth0");
    A = FILTER P BY ip.addr IN {10.0.0.0/9} AND NOT tcp.port == 443 OR udp.port != 53;
    N = FOREACH (STREAM A BY SourceIp) GENERATE count() WINDOW 1s;
    B = FOREACH (FILTER P BY tcp.flags.res > 0 OR ipv6.addr IN {2001:db8::/40})
        GENERATE count() WINDOW 1s;
    """

  @Test("any value of repeated fields, on the host")
  func repeatedOnTheHost() throws {
    try Comparison(Self.repeated, Self.traffic, "repeated").expect([.host])
  }

  @Test(
    "any value of repeated fields, in the kernel",
    .enabled(if: Requirement.kernel.isMet, "needs the kernel"))
  func repeatedInTheKernel() throws {
    let ways = try EngineTests.kernelWays(Self.repeated, cuts: 2, seed: 3)
    try Comparison(Self.repeated, Self.traffic, "repeated").expect(ways)
  }

  @Test("searches of payloads, on the host", arguments: searches)
  func searchesOnTheHost(text: String) throws {
    try Comparison(text, Self.traffic, "searches").expect([.host])
  }

  @Test(
    "searches of payloads, in the kernel",
    .enabled(if: Requirement.kernel.isMet, "needs the kernel"), arguments: searches)
  func searchesInTheKernel(text: String) throws {
    let ways = try EngineTests.kernelWays(text, cuts: 3, seed: 7)
    try Comparison(text, Self.traffic, "searches").expect(ways)
  }

  @Test("the traffic has each header that the parser knows")
  func everyLayer() {
    let packets = Self.traffic.enumerated().map { NaivePacket($0.element, order: $0.offset) }
    for layer in Layer.allCases {
      #expect(packets.contains { $0.offset(of: layer) != nil }, "\(layer)")
    }
  }
}
