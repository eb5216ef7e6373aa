/// Numbers of IP protocols and their short names, as flow records have them.
///
/// Source: IANA, Assigned Internet Protocol Numbers.
public enum ProtocolNames {
  /// The number of TCP, and that of UDP.
  public static let tcp: UInt8 = 6
  /// See ``tcp``.
  public static let udp: UInt8 = 17

  private static let names: [UInt8: String] = [
    1: "ICMP", 2: "IGMP", 4: "IPv4", 6: "TCP", 17: "UDP", 41: "IPv6", 47: "GRE", 50: "ESP",
    51: "AH", 58: "ICMPv6", 88: "EIGRP", 89: "OSPF", 103: "PIM", 112: "VRRP", 115: "L2TP",
    132: "SCTP", 136: "UDPLite",
  ]

  /// The number of a name in any case; nil where there is none.
  public static func number(_ name: String) -> UInt8? {
    names.first { $0.value.lowercased() == name.lowercased() }?.key
  }

  /// The name, or the number in decimal where there is none.
  public static func name(_ number: UInt8) -> String { names[number] ?? "\(number)" }
}
