import DataModel
import Plan
import Reference
import TestSupport
import Testing

/// Flow records made of packets: the same whoever made the partials, and those of the naive
/// builder, which keeps every packet.
@Suite("Flows of packets: naive = host = kernel")
struct FlowTests {
  private static let columns =
    "TimeSeconds, EndTime, DurationSeconds, First, Last, SourceIp, SourcePort, DestIp, DestPort, "
    + "IpLayerProtocol, IpLayerProtocolCode, ApplicationProtocol, SrcPayloadBytes, "
    + "DestPayloadBytes, SrcTotalBytes, DestTotalBytes, FirstSeenSrcPacketCount AS SP, "
    + "FirstSeenDestPacketCount AS DP, TotalPackets, TotalBytes, TcpFlags, SrcTcpFlags, "
    + "DestTcpFlags, RecordForceOut"

  static let records = "F = FlowStream(); OUTPUT F (\(columns));"

  static let queries = [
    "F = FlowStream(active: 2s, idle: 500ms); OUTPUT F (\(columns));",
    "F = FlowStream(active: 5s, idle: 3s, direction: one); OUTPUT F (\(columns));",
    """
    F = FlowStream(active: 10s, idle: 2s);
    K = STREAM F BY SourceIp/24, ApplicationProtocol;
    N = FOREACH K GENERATE count() WINDOW 5s;
    Bytes = FOREACH K GENERATE sum(SrcTotalBytes + DestTotalBytes) WINDOW 5s;
    Peers = FOREACH K GENERATE countdistinct(DestIp, DestPort) EXACT WINDOW 5s;
    Spread = FOREACH K GENERATE var(DurationSeconds) WINDOW 5s;
    OUTPUT K (N, Bytes, Peers, Spread);
    """,
    // Records that began before what is still open are late here.
    """
    Lateness = 1s;
    F = FlowStream(active: 8s, idle: 1s);
    N = FOREACH (STREAM F BY DestIp) GENERATE count() WINDOW 1s;
    """,
    // The order of records shows in windows of items and in what came before.
    """
    F = FlowStream(active: 3s, idle: 1s);
    K = STREAM F BY DestIp;
    Gaps = FOREACH K TRANSFORM (TimeSeconds - TimeSeconds.prev(1)) : Gap;
    Mean = FOREACH K GENERATE ave(SrcTotalBytes) WINDOW 5 ITEMS;
    OUTPUT F (TimeSeconds, DestIp, Mean);
    OUTPUT Gaps (DestIp, Gap);
    """,
  ]

  /// Packets and their flows, and flows by other timeouts, in one program.
  static let mixed = [
    """
    P = PacketStream();
    F = FlowStream(active: 5s, idle: 1s);
    Packets = FOREACH (STREAM P BY SourceIp) GENERATE count() WINDOW 5s;
    Flows = FOREACH (STREAM F BY SourceIp) GENERATE count() WINDOW 5s;
    Bytes = FOREACH (STREAM F BY SourceIp) GENERATE sum(SrcTotalBytes) WINDOW 5s;
    J = JOIN Packets, Flows, Bytes BY SourceIp LEFT;
    OUTPUT J (Packets, Flows, Bytes);
    OUTPUT FILTER P BY tcp.flags.syn (SourceIp, DestIp);
    """,
    // One table of panes, and one of shorter panes; a window of packets with the table's key.
    """
    Short = FlowStream(active: 2s, idle: 1s);
    Long = FlowStream(active: 6s, idle: 3s, direction: one);
    Fine = FlowStream(active: 3s, idle: 200ms);
    K = STREAM (PacketStream()) BY SourceIp, DestIp, SourcePort ELSE 0, DestPort ELSE 0, IpProtocol;
    N = FOREACH K GENERATE count() WINDOW 1s;
    A = FOREACH (STREAM Short BY DestIp) GENERATE count() WINDOW 2s;
    B = FOREACH (STREAM Long BY DestIp) GENERATE count() WINDOW 2s;
    C = FOREACH (STREAM Fine BY DestIp) GENERATE max(DurationSeconds) WINDOW 2s;
    OUTPUT N;
    OUTPUT JOIN A, B, C BY DestIp OUTER;
    OUTPUT Long (TimeSeconds, DestIp, TotalPackets);
    """,
    // Late packets are late for windows and count in flows; a set of packets chooses flows.
    """
    Lateness = 100ms;
    P = PacketStream();
    F = FlowStream(active: 4s, idle: 500ms);
    N = FOREACH (STREAM P BY SourceIp) GENERATE count() WINDOW 500ms;
    Busy = FILTER N BY N > 5;
    Sum = FOREACH (STREAM (FILTER F BY SourceIp IN Busy) BY DestIp)
      GENERATE sum(TotalBytes) WINDOW 1s;
    OUTPUT N;
    OUTPUT Sum;
    """,
  ]

  /// Captures that a debug build takes seconds for.
  private static let largest: Set<String> = ["d05", "d14"]

  @Test("generated traffic, on the host", arguments: queries + mixed)
  func host(query: String) throws {
    for traffic in TestCaptures.generated where traffic.name != "cooked" {
      try Comparison(query, traffic.frames, traffic.name).expect([.host])
    }
  }

  @Test(
    "generated traffic, in the kernel", .enabled(if: Requirement.kernel.isMet, "needs the kernel"),
    arguments: queries + mixed)
  func kernel(query: String) throws {
    let ways = try EngineTests.kernelWays(query, cuts: 0, seed: 1)
    for traffic in TestCaptures.generated where ["odd", "disorder"].contains(traffic.name) {
      try Comparison(query, traffic.frames, traffic.name).expect(ways)
    }
  }

  @Test(
    "captures",
    .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA"),
    arguments: TestCaptures.names.filter { !largest.contains(String($0.prefix(3))) })
  func captures(capture: String) throws {
    let frames = CaptureFile.frames(of: TestCaptures.path(capture))
    let isShort = frames.count < 400
    var ways = [Way.host]
    if Requirement.kernel.isMet, isShort {
      ways += [Way(engine: .kernel(cpus: 1)), Way(engine: .kernel(cpus: 2), tableSets: 4)]
    }
    try Comparison(Self.records, frames, capture, path: TestCaptures.path(capture)).expect(ways)
  }

  /// The rows of a program that is given packets: those of the naive evaluator and of the host.
  static func rows(_ text: String, _ frames: [CapturedFrame]) throws -> [Row] {
    let plan = try Query.plan(text, takesPackets: true)
    let exact = NaiveEvaluator.rows(of: plan, over: frames)
    let directory = TemporaryDirectory()
    let path = directory.file("traffic.pcap")
    FileBytes.write(CaptureFile.classic(frames), to: path)
    var way = Way.host
    way.takesPackets = true
    let answer = try Engines.run(text, over: path, way)
    let differences = RowComparison.differences(exact: exact, engine: answer.rows)
    #expect(differences.isEmpty, "\(differences.count): \(differences.prefix(3))\n\(text)")
    return answer.rows
  }
}

/// The edges of flows, packet by packet: what the rules of `Docs/Language.md` say by hand.
@Suite("Where flows begin and end")
struct FlowEdgeTests {
  private typealias Packet = (seconds: Double, frame: [UInt8])

  private static let client: FrameBuilder.Address = [10, 0, 0, 2]
  private static let server: FrameBuilder.Address = [10, 0, 0, 1]
  private static let begin: Int64 = 1_700_000_000_000_000_000

  private static func ip(
    _ isReply: Bool, _ number: Int, _ payload: [UInt8], fragment: Int = 0
  ) -> [UInt8] {
    FrameBuilder.ipv4(
      source: isReply ? server : client, destination: isReply ? client : server,
      protocol: number, payload: payload, fragment: fragment)
  }

  private static func tcp(_ seconds: Double, _ flags: Int, isReply: Bool = false) -> Packet {
    let ports = isReply ? (80, 5000) : (5000, 80)
    let segment = FrameBuilder.tcp(source: ports.0, destination: ports.1, flags: flags)
    return (seconds, FrameBuilder.ethernet(type: 0x800, payload: ip(isReply, 6, segment)))
  }

  private static func udp(_ seconds: Double, isReply: Bool = false, vlan: Int? = nil) -> Packet {
    let ports = isReply ? (53, 6000) : (6000, 53)
    let datagram = FrameBuilder.udp(
      source: ports.0, destination: ports.1, payload: [1, 2, 3])
    return (
      seconds,
      FrameBuilder.ethernet(
        type: 0x800, payload: ip(isReply, 17, datagram), tags: vlan.map { [(0x8100, $0)] } ?? [])
    )
  }

  /// `first-last source>dest packets/packets forced` of each record, seconds from the beginning.
  private static func flows(_ arguments: String, _ packets: [Packet]) throws -> [String] {
    let frames = packets.map { packet in
      CapturedFrame(
        time: begin + Int64((packet.seconds * 1e9).rounded()), bytes: packet.frame, linkType: 1)
    }
    let text = """
      F = FlowStream(\(arguments));
      OUTPUT F (TimeSeconds, EndTime, SourcePort, DestPort, FirstSeenSrcPacketCount AS S,
        FirstSeenDestPacketCount AS D, RecordForceOut AS Forced, IpLayerProtocolCode AS Code);
      """
    return try FlowTests.rows(text, frames).sorted { $0.start < $1.start }.map { row in
      func seconds(_ value: Value) -> String {
        guard case .time(let time) = value else { return "?" }
        return "\(Double(time - begin) / 1e9)"
      }
      let v = row.values
      return "\(seconds(v[0]))-\(seconds(v[1])) \(v[2])>\(v[3]) \(v[4])/\(v[5]) \(v[6]) \(v[7])"
    }
  }

  @Test("the idle timeout is exact: one nanosecond less is one flow")
  func idle() throws {
    let apart = try Self.flows("idle: 15s", [Self.udp(0.25), Self.udp(15.25)])
    #expect(apart == ["0.25-0.25 6000>53 1/0 0 UDP", "15.25-15.25 6000>53 1/0 1 UDP"])
    let joined = try Self.flows("idle: 15s", [Self.udp(0.25), Self.udp(15.249999999)])
    #expect(joined == ["0.25-15.249999999 6000>53 2/0 1 UDP"])
  }

  @Test("the active timeout cuts at the last end of a pane within it, and keeps the direction")
  func active() throws {
    let steady = (0..<130).map { Self.udp(0.5 + Double($0), isReply: $0 % 2 == 1) }
    let found = try Self.flows("active: 60s, idle: 15s", steady)
    #expect(
      found == [
        "0.5-59.5 6000>53 30/30 1 UDP", "60.5-119.5 6000>53 30/30 1 UDP",
        "120.5-129.5 6000>53 5/5 1 UDP",
      ])
  }

  @Test("FIN of both ends, or RST, ends a flow after a pane without packets")
  func ends() throws {
    let closed: [Packet] = [
      Self.tcp(0, 2), Self.tcp(0.1, 0x12, isReply: true), Self.tcp(0.2, 0x10),
      Self.tcp(0.3, 0x11), Self.tcp(0.4, 0x11, isReply: true), Self.tcp(1.2, 0x10),
      Self.tcp(5, 2),
    ]
    #expect(
      try Self.flows("", closed) == [
        "0.0-1.2 5000>80 4/2 0 TCP", "5.0-5.0 5000>80 1/0 1 TCP",
      ])
    let reset: [Packet] = [Self.tcp(0, 2), Self.tcp(0.1, 0x14, isReply: true), Self.tcp(3, 2)]
    #expect(
      try Self.flows("", reset) == ["0.0-0.1 5000>80 1/1 0 TCP", "3.0-3.0 5000>80 1/0 1 TCP"])
    let half: [Packet] = [Self.tcp(0, 0x11), Self.tcp(3, 0x10, isReply: true)]
    #expect(try Self.flows("", half) == ["0.0-3.0 5000>80 1/1 1 TCP"])
    #expect(
      try Self.flows("direction: one", half) == [
        "0.0-0.0 5000>80 1/0 0 TCP", "3.0-3.0 80>5000 1/0 1 TCP",
      ])
  }

  @Test("at one instant the source is who called, else who has the higher port")
  func direction() throws {
    let called: [Packet] = [Self.tcp(1, 0x12, isReply: true), Self.tcp(1, 2)]
    #expect(try Self.flows("", called) == ["1.0-1.0 5000>80 1/1 1 TCP"])
    let asked: [Packet] = [Self.udp(1, isReply: true), Self.udp(1)]
    #expect(try Self.flows("", asked) == ["1.0-1.0 6000>53 1/1 1 UDP"])
    let first: [Packet] = [Self.udp(1, isReply: true), Self.udp(1.000001)]
    #expect(try Self.flows("", first) == ["1.0-1.000001 53>6000 1/1 1 UDP"])
  }

  @Test("a packet that comes after the end of its pane counts all the same")
  func disorder() throws {
    let found = try Self.flows("", [Self.udp(4.5), Self.udp(1.5), Self.udp(4.6)])
    #expect(found == ["1.5-4.6 6000>53 3/0 1 UDP"])
  }

  @Test("later fragments and ICMP have port 0; tags do not matter; ARP is of no flow")
  func kinds() throws {
    let datagram = FrameBuilder.udp(source: 6000, destination: 53, payload: [1, 2, 3, 4])
    func fragment(_ word: Int) -> [UInt8] {
      FrameBuilder.ethernet(type: 0x800, payload: Self.ip(false, 17, datagram, fragment: word))
    }
    let echo = [8, 0, 0, 0, 0, 1, 0, 1] as [UInt8]
    let arp = FrameBuilder.arp(opcode: 1, sender: Self.client, target: Self.server)
    let address = [0x20, 1, 0xD, 0xB8] + [UInt8](repeating: 0, count: 11)
    let six = FrameBuilder.ipv6(
      source: address + [1], destination: address + [2], next: 58, payload: echo)
    let packets: [Packet] = [
      (0, fragment(0x2000)), (0.1, fragment(0x0002)), Self.udp(0.2, vlan: 7),
      (0.3, FrameBuilder.ethernet(type: 0x800, payload: Self.ip(false, 1, echo))),
      (0.4, FrameBuilder.ethernet(type: 0x800, payload: Self.ip(true, 1, echo))),
      (0.5, FrameBuilder.ethernet(type: 0x806, payload: arp)),
      (0.6, FrameBuilder.ethernet(type: 0x86DD, payload: six)),
    ]
    #expect(
      try Self.flows("", packets) == [
        "0.0-0.2 6000>53 2/0 1 UDP", "0.1-0.1 0>0 1/0 1 UDP", "0.3-0.4 0>0 1/1 1 ICMP",
        "0.6-0.6 0>0 1/0 1 ICMPv6",
      ])
  }
}
