import DataModel
import TestSupport

extension ProgramGenerator {
  /// Fields of the sources, those that tell tuples apart first.
  enum Fields {
    private static let services = ["ssh", "domain", "https", "http", "microsoft-ds"]
    private static let names = ["www.example.com", "example.com", "example.org", "."]

    /// Every field of packets, and the common ones once more.
    static let packets: [Named] =
      named(common, count: 12) + every + named(repeated, count: 2, isRepeated: true)

    private static let every: [Named] = PacketFields.all.compactMap { field in
      kind(field.type).map { Named(name: field.name, kind: $0) }
    }

    private static func named(
      _ pairs: [(String, Kind)], count: Int, isRepeated: Bool = false
    ) -> [Named] {
      pairs.flatMap { pair in
        let known = PacketFields.named(pair.0).flatMap { kind($0.field.type) }
        let named = Named(name: pair.0, kind: known ?? pair.1, isRepeated: isRepeated)
        return [Named](repeating: named, count: count)
      }
    }

    private static let common: [(String, Kind)] = [
      ("frame.len", .number(bits: 32)), ("SourceIp", .ip), ("DestIp", .ip),
      ("IpProtocol", .number(bits: 8)), ("DestPort", .number(bits: 16)),
      ("SourcePort", .number(bits: 16)), ("ip.ttl", .number(bits: 8)), ("tcp", .flag),
      ("udp", .flag), ("tcp.flags.syn", .flag), ("IpBytes", .number(bits: 32)),
      ("ApplicationProtocol", .service(services)), ("tcp.window", .number(bits: 16)),
      ("frame.time", .time), ("ip.src", .ipv4), ("eth.src", .mac), ("ipv6.dst", .ipv6),
      ("dns.flags.response", .flag), ("vlan.id", .number(bits: 12)),
    ]

    private static let repeated: [(String, Kind)] = [
      ("ip.addr", .ipv4), ("tcp.port", .number(bits: 16)), ("udp.port", .number(bits: 16)),
      ("ipv6.addr", .ipv6), ("eth.addr", .mac), ("dns.qry.name", .text(names)),
      ("dns.qry.type", .number(bits: 16)), ("dns.resp.name", .text(names)),
      ("dns.resp.ttl", .number(bits: 32)), ("dns.a", .ipv4), ("dns.count.labels", .number(bits: 8)),
    ]

    static let vast: [Named] = [
      Named(name: "SourceIp", kind: .ip), Named(name: "DestIp", kind: .ip),
      Named(name: "SourcePort", kind: .number(bits: 16)),
      Named(name: "DestPort", kind: .number(bits: 16)),
      Named(name: "IpLayerProtocol", kind: .number(bits: 8)),
      Named(name: "IpLayerProtocolCode", kind: .text(["tcp", "udp", "icmp", "igmp"])),
      Named(name: "DurationSeconds", kind: .duration), Named(name: "TimeSeconds", kind: .time),
      Named(name: "SrcTotalBytes", kind: .number(bits: 60)),
      Named(name: "DestTotalBytes", kind: .number(bits: 60)),
      Named(name: "FirstSeenSrcPacketCount", kind: .number(bits: 60)),
      Named(name: "Label", kind: .number(bits: 32)),
      Named(name: "ParseDate", kind: .text(["d0", "d1", "d2", "none"])),
      Named(name: "ApplicationProtocol", kind: .service(services)),
    ]

    static let flows: [Named] =
      vast.filter { !["Label", "ParseDate"].contains($0.name) } + [
        Named(name: "EndTime", kind: .time), Named(name: "TotalPackets", kind: .number(bits: 60)),
        Named(name: "TcpFlags", kind: .number(bits: 12)),
        Named(name: "RecordForceOut", kind: .number(bits: 8)),
      ]

    /// Columns of ``RecordLines/schema``.
    static let described: [Named] = [
      Named(name: "ts", kind: .time), Named(name: "src", kind: .ip),
      Named(name: "dst", kind: .ip), Named(name: "sport", kind: .number(bits: 16)),
      Named(name: "port", kind: .number(bits: 16)),
      Named(name: "proto", kind: .text(["tcp", "udp", "icmp", "arp", "zz", "a", "none"])),
      Named(name: "dur", kind: .duration), Named(name: "octets", kind: .number(bits: 60)),
      Named(name: "small", kind: .number(bits: 8)), Named(name: "delta", kind: .signed),
      Named(name: "ok", kind: .flag),
    ]

    static func kind(_ type: ScalarType) -> Kind? {
      switch type {
      case .bool: .flag
      case .unsigned(let bits): .number(bits: bits)
      case .signed: .signed
      case .ip: .ip
      case .ipv4: .ipv4
      case .ipv6: .ipv6
      case .mac: .mac
      case .time: .time
      case .duration: .duration
      case .service: .service(services)
      default: nil
      }
    }
  }

  /// A name of one of the kinds; nil where the scope has none.
  mutating func pick(_ scope: [Named], _ isWanted: (Kind) -> Bool) -> Named? {
    let candidates = scope.filter { isWanted($0.kind) }
    return candidates.isEmpty ? nil : random.choice(candidates)
  }

  /// Whole numbers.
  static func isWhole(_ kind: Kind) -> Bool {
    switch kind {
    case .number, .signed: true
    default: false
    }
  }

  /// What operators take the sum of.
  static func isSummed(_ kind: Kind) -> Bool { isWhole(kind) || kind == .duration || kind == .flag }
}
