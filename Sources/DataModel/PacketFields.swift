/// The field table of packet streams: one row a field.
public enum PacketFields {
  /// Every field, in the order of the documentation. Adding a field is adding a row.
  public static let all: [PacketField] =
    frame + ethernet + arp + ipv4 + ipv6 + eitherFamily + tcp + udp + icmp + dns

  /// Finds a field by either vocabulary's name, case-sensitive.
  public static func named(_ name: String) -> FieldID? { byName[name] }

  /// Finds the published fields whose name matches only without regard to case.
  public static func namedIgnoringCase(_ name: String) -> [FieldID] {
    let wanted = name.lowercased()
    return byName.filter { $0.key.lowercased() == wanted }.map(\.value).sorted()
  }

  /// Every name of either vocabulary, sorted; for completion and "did you mean".
  public static let names: [String] = byName.keys.sorted()

  private static let byName: [String: FieldID] = {
    var table: [String: FieldID] = [:]
    for (index, field) in all.enumerated() {
      for name in [field.name] + field.aliases { table[name] = FieldID(index: index) }
    }
    return table
  }()

  private static func bit(_ layer: Layer, _ offset: Int, _ shift: Int) -> FieldLocation {
    .slices([HeaderSlice(layer, offset, 1, shift: shift, bits: 1)])
  }

  private static func slice(
    _ layer: Layer, _ offset: Int, _ width: Int, shift: Int = 0, bits: Int? = nil, scale: Int = 1,
    addend: Int = 0
  ) -> FieldLocation {
    .slices([
      HeaderSlice(layer, offset, width, shift: shift, bits: bits, scale: scale, addend: addend)
    ])
  }

  private static let frame: [PacketField] = [
    PacketField("frame.time", ["TimeStamp"], .time, .time, "The tuple's timestamp."),
    PacketField(
      "frame.len", [], .unsigned(bits: 32), .wireLength,
      "Length on the wire in bytes, also where the capture cut the frame."),
    PacketField(
      "frame.cap_len", [], .unsigned(bits: 32), .capturedLength, "Captured length in bytes."),
  ]

  private static let ethernet: [PacketField] = [
    PacketField("eth", [], .bool, .presence(.ethernet), "Whether there is an Ethernet header."),
    PacketField("eth.dst", ["DestMac"], .mac, slice(.ethernet, 0, 6), "Destination address."),
    PacketField("eth.src", ["SourceMac"], .mac, slice(.ethernet, 6, 6), "Source address."),
    PacketField(
      "eth.type", ["EtherType"], .unsigned(bits: 16), slice(.ethernet, 12, 2),
      "EtherType or length as the outermost header has it; 0x8100 behind which a tag stands."),
    PacketField("vlan", [], .bool, .presence(.vlan), "Whether there is an 802.1Q or 802.1ad tag."),
    PacketField(
      "vlan.id", ["VlanId"], .unsigned(bits: 12), slice(.vlan, 0, 2, bits: 12),
      "VLAN identifier of the outer tag (IEEE 802.1Q)."),
    PacketField(
      "vlan.priority", [], .unsigned(bits: 3), slice(.vlan, 0, 2, shift: 13, bits: 3),
      "Priority code point of the outer tag."),
    PacketField("vlan.dei", [], .bool, bit(.vlan, 0, 4), "Drop eligible indicator, outer tag."),
    PacketField(
      "vlan.etype", [], .unsigned(bits: 16), slice(.vlan, 2, 2), "EtherType behind the outer tag."),
    PacketField("qinq", [], .bool, .presence(.vlan2), "Whether there is a second tag."),
    PacketField(
      "qinq.id", ["InnerVlanId"], .unsigned(bits: 12), slice(.vlan2, 0, 2, bits: 12),
      "VLAN identifier of the second tag."),
    PacketField(
      "qinq.priority", [], .unsigned(bits: 3), slice(.vlan2, 0, 2, shift: 13, bits: 3),
      "Priority code point of the second tag."),
    PacketField(
      "qinq.etype", [], .unsigned(bits: 16), slice(.vlan2, 2, 2),
      "EtherType behind the second tag."),
  ]

  private static let arp: [PacketField] = [
    PacketField("arp", [], .bool, .presence(.arp), "Whether there is an ARP header (RFC 826)."),
    PacketField("arp.hw.type", [], .unsigned(bits: 16), slice(.arp, 0, 2), "Hardware type."),
    PacketField("arp.proto.type", [], .unsigned(bits: 16), slice(.arp, 2, 2), "Protocol type."),
    PacketField("arp.opcode", [], .unsigned(bits: 16), slice(.arp, 6, 2), "1 request, 2 reply."),
    PacketField("arp.src.hw_mac", [], .mac, slice(.arp, 8, 6), "Sender's hardware address."),
    PacketField("arp.src.proto_ipv4", [], .ipv4, slice(.arp, 14, 4), "Sender's IPv4 address."),
    PacketField("arp.dst.hw_mac", [], .mac, slice(.arp, 18, 6), "Target's hardware address."),
    PacketField("arp.dst.proto_ipv4", [], .ipv4, slice(.arp, 24, 4), "Target's IPv4 address."),
  ]

  private static let ipv4: [PacketField] = [
    PacketField("ip", [], .bool, .presence(.ipv4), "Whether there is an IPv4 header (RFC 791)."),
    PacketField("ip.version", [], .unsigned(bits: 4), slice(.ipv4, 0, 1, shift: 4, bits: 4), "4."),
    PacketField(
      "ip.hdr_len", [], .unsigned(bits: 6), slice(.ipv4, 0, 1, bits: 4, scale: 4),
      "Header length in bytes, options included."),
    PacketField("ip.dsfield", ["ip.tos"], .unsigned(bits: 8), slice(.ipv4, 1, 1), "DS field."),
    PacketField(
      "ip.dsfield.dscp", [], .unsigned(bits: 6), slice(.ipv4, 1, 1, shift: 2, bits: 6),
      "Differentiated services code point (RFC 2474)."),
    PacketField(
      "ip.dsfield.ecn", [], .unsigned(bits: 2), slice(.ipv4, 1, 1, bits: 2),
      "Explicit congestion notification (RFC 3168)."),
    PacketField("ip.len", [], .unsigned(bits: 16), slice(.ipv4, 2, 2), "Total length in bytes."),
    PacketField("ip.id", [], .unsigned(bits: 16), slice(.ipv4, 4, 2), "Identification."),
    PacketField("ip.flags.df", [], .bool, bit(.ipv4, 6, 6), "Do not fragment."),
    PacketField("ip.flags.mf", [], .bool, bit(.ipv4, 6, 5), "More fragments follow."),
    PacketField(
      "ip.frag_offset", [], .unsigned(bits: 13), slice(.ipv4, 6, 2, bits: 13),
      "Fragment offset in units of 8 bytes, as Wireshark's filter has it."),
    PacketField("ip.ttl", [], .unsigned(bits: 8), slice(.ipv4, 8, 1), "Time to live."),
    PacketField("ip.proto", [], .unsigned(bits: 8), slice(.ipv4, 9, 1), "Protocol number (IANA)."),
    PacketField("ip.checksum", [], .unsigned(bits: 16), slice(.ipv4, 10, 2), "Header checksum."),
    PacketField("ip.src", [], .ipv4, slice(.ipv4, 12, 4), "Source address, IPv4 only."),
    PacketField("ip.dst", [], .ipv4, slice(.ipv4, 16, 4), "Destination address, IPv4 only."),
  ]

  private static let ipv6: [PacketField] = [
    PacketField("ipv6", [], .bool, .presence(.ipv6), "Whether there is an IPv6 header (RFC 8200)."),
    PacketField(
      "ipv6.tclass", [], .unsigned(bits: 8), slice(.ipv6, 0, 2, shift: 4, bits: 8),
      "Traffic class."),
    PacketField(
      "ipv6.flow", [], .unsigned(bits: 20), slice(.ipv6, 0, 4, bits: 20), "Flow label."),
    PacketField(
      "ipv6.plen", [], .unsigned(bits: 16), slice(.ipv6, 4, 2), "Payload length in bytes."),
    PacketField("ipv6.nxt", [], .unsigned(bits: 8), slice(.ipv6, 6, 1), "Next header (IANA)."),
    PacketField("ipv6.hlim", [], .unsigned(bits: 8), slice(.ipv6, 7, 1), "Hop limit."),
    PacketField("ipv6.src", [], .ipv6, slice(.ipv6, 8, 16), "Source address, IPv6 only."),
    PacketField("ipv6.dst", [], .ipv6, slice(.ipv6, 24, 16), "Destination address, IPv6 only."),
  ]

  private static let eitherFamily: [PacketField] = [
    PacketField(
      "SourceIp", [], .ip,
      .slices([HeaderSlice(.ipv4, 12, 4), HeaderSlice(.ipv6, 8, 16)]),
      "Source address of the outermost IP header, of either family."),
    PacketField(
      "DestIp", [], .ip,
      .slices([HeaderSlice(.ipv4, 16, 4), HeaderSlice(.ipv6, 24, 16)]),
      "Destination address of the outermost IP header, of either family."),
    PacketField(
      "IpBytes", [], .unsigned(bits: 17),
      .slices([HeaderSlice(.ipv4, 2, 2), HeaderSlice(.ipv6, 4, 2, addend: 40)]),
      "Bytes of the IP packet: IPv4 total length, IPv6 payload length + 40."),
    PacketField(
      "IpProtocol", ["IpLayerProtocolCode"], .unsigned(bits: 8), .transportProtocol,
      "Transport protocol number, behind IPv6 extension headers (IANA)."),
    PacketField(
      "HopLimit", [], .unsigned(bits: 8),
      .slices([HeaderSlice(.ipv4, 8, 1), HeaderSlice(.ipv6, 7, 1)]),
      "IPv4 time to live or IPv6 hop limit."),
    PacketField(
      "SourcePort", [], .unsigned(bits: 16),
      .slices([HeaderSlice(.tcp, 0, 2), HeaderSlice(.udp, 0, 2)]), "TCP or UDP source port."),
    PacketField(
      "DestPort", [], .unsigned(bits: 16),
      .slices([HeaderSlice(.tcp, 2, 2), HeaderSlice(.udp, 2, 2)]), "TCP or UDP destination port."),
  ]

  private static let tcp: [PacketField] = [
    PacketField("tcp", [], .bool, .presence(.tcp), "Whether there is a TCP header (RFC 9293)."),
    PacketField("tcp.srcport", [], .unsigned(bits: 16), slice(.tcp, 0, 2), "Source port."),
    PacketField("tcp.dstport", [], .unsigned(bits: 16), slice(.tcp, 2, 2), "Destination port."),
    PacketField(
      "tcp.seq", ["tcp.seq_raw"], .unsigned(bits: 32), slice(.tcp, 4, 4),
      "Sequence number as sent (not relative to the connection's first)."),
    PacketField(
      "tcp.ack", ["tcp.ack_raw"], .unsigned(bits: 32), slice(.tcp, 8, 4),
      "Acknowledgement number as sent."),
    PacketField(
      "tcp.hdr_len", [], .unsigned(bits: 6), slice(.tcp, 12, 1, shift: 4, bits: 4, scale: 4),
      "Header length in bytes, options included."),
    PacketField(
      "tcp.options_len", [], .signed,
      slice(.tcp, 12, 1, shift: 4, bits: 4, scale: 4, addend: -20),
      "Length of the options in bytes; negative where the header is malformed."),
    PacketField(
      "tcp.flags", ["TcpFlags"], .unsigned(bits: 12), slice(.tcp, 12, 2, bits: 12),
      "The twelve flag and reserved bits."),
    PacketField("tcp.flags.ece", [], .bool, bit(.tcp, 13, 6), "ECN echo."),
    PacketField("tcp.flags.cwr", [], .bool, bit(.tcp, 13, 7), "Congestion window reduced."),
    PacketField(
      "tcp.flags.urg", ["tcp.flags.urgent"], .bool, bit(.tcp, 13, 5), "Urgent pointer is valid."),
    PacketField("tcp.flags.ack", [], .bool, bit(.tcp, 13, 4), "Acknowledgement is valid."),
    PacketField("tcp.flags.push", ["tcp.flags.psh"], .bool, bit(.tcp, 13, 3), "Push."),
    PacketField("tcp.flags.reset", ["tcp.flags.rst"], .bool, bit(.tcp, 13, 2), "Reset."),
    PacketField("tcp.flags.syn", [], .bool, bit(.tcp, 13, 1), "Synchronize."),
    PacketField("tcp.flags.fin", [], .bool, bit(.tcp, 13, 0), "Finish."),
    PacketField(
      "tcp.window_size_value", ["tcp.window"], .unsigned(bits: 16), slice(.tcp, 14, 2),
      "Window as sent, without scaling."),
    PacketField("tcp.checksum", [], .unsigned(bits: 16), slice(.tcp, 16, 2), "Checksum."),
    PacketField(
      "tcp.urgent_pointer", [], .unsigned(bits: 16), slice(.tcp, 18, 2), "Urgent pointer."),
  ]

  private static let udp: [PacketField] = [
    PacketField("udp", [], .bool, .presence(.udp), "Whether there is a UDP header (RFC 768)."),
    PacketField("udp.srcport", [], .unsigned(bits: 16), slice(.udp, 0, 2), "Source port."),
    PacketField("udp.dstport", [], .unsigned(bits: 16), slice(.udp, 2, 2), "Destination port."),
    PacketField(
      "udp.length", [], .unsigned(bits: 16), slice(.udp, 4, 2), "Header and payload in bytes."),
    PacketField("udp.checksum", [], .unsigned(bits: 16), slice(.udp, 6, 2), "Checksum."),
  ]

  private static let icmp: [PacketField] = [
    PacketField("icmp", [], .bool, .presence(.icmp), "Whether there is an ICMP header (RFC 792)."),
    PacketField("icmp.type", [], .unsigned(bits: 8), slice(.icmp, 0, 1), "Type."),
    PacketField("icmp.code", [], .unsigned(bits: 8), slice(.icmp, 1, 1), "Code."),
    PacketField("icmp.checksum", [], .unsigned(bits: 16), slice(.icmp, 2, 2), "Checksum."),
    PacketField(
      "icmpv6", [], .bool, .presence(.icmpv6), "Whether there is an ICMPv6 header (RFC 4443)."),
    PacketField("icmpv6.type", [], .unsigned(bits: 8), slice(.icmpv6, 0, 1), "Type."),
    PacketField("icmpv6.code", [], .unsigned(bits: 8), slice(.icmpv6, 1, 1), "Code."),
    PacketField("icmpv6.checksum", [], .unsigned(bits: 16), slice(.icmpv6, 2, 2), "Checksum."),
  ]

  private static let dns: [PacketField] = [
    PacketField(
      "dns", [], .bool, .presence(.dns),
      "Whether there is a DNS header (RFC 1035) on port 53 of UDP or TCP."),
    PacketField("dns.id", [], .unsigned(bits: 16), slice(.dns, 0, 2), "Transaction identifier."),
    PacketField("dns.flags", [], .unsigned(bits: 16), slice(.dns, 2, 2), "Flags and codes."),
    PacketField(
      "dns.flags.response", ["dns.qr"], .bool, bit(.dns, 2, 7), "Response (true) or query."),
    PacketField(
      "dns.flags.opcode", ["dns.opcode"], .unsigned(bits: 4), slice(.dns, 2, 1, shift: 3, bits: 4),
      "Operation code."),
    PacketField("dns.flags.authoritative", [], .bool, bit(.dns, 2, 2), "Authoritative answer."),
    PacketField("dns.flags.truncated", [], .bool, bit(.dns, 2, 1), "Truncated."),
    PacketField("dns.flags.recdesired", [], .bool, bit(.dns, 2, 0), "Recursion desired."),
    PacketField("dns.flags.recavail", [], .bool, bit(.dns, 3, 7), "Recursion available."),
    PacketField(
      "dns.flags.rcode", ["dns.rcode"], .unsigned(bits: 4), slice(.dns, 3, 1, bits: 4),
      "Response code."),
    PacketField(
      "dns.count.queries", ["dns.qdcount"], .unsigned(bits: 16), slice(.dns, 4, 2), "Questions."),
    PacketField(
      "dns.count.answers", ["dns.ancount"], .unsigned(bits: 16), slice(.dns, 6, 2), "Answers."),
    PacketField(
      "dns.count.auth_rr", ["dns.nscount"], .unsigned(bits: 16), slice(.dns, 8, 2),
      "Authority records."),
    PacketField(
      "dns.count.add_rr", ["dns.arcount"], .unsigned(bits: 16), slice(.dns, 10, 2),
      "Additional records."),
  ]
}
