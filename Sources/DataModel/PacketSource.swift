/// A source of packets, as programs name it; a new one is a case here.
public enum PacketSource: String, Sendable, CaseIterable {
  /// `PacketStream("eth0", …)`: what passes interfaces.
  case interfaces = "PacketStream"
  /// `PcapStream("f.pcap")`: what a capture holds.
  case capture = "PcapStream"

  /// One line for `salc schema`.
  public var summary: String {
    switch self {
    case .interfaces: "packets of interfaces"
    case .capture: "packets of a capture"
    }
  }
}
