// Rows of the frame, the link header and the network headers.
extension PacketFields {
  static let frame: [PacketField] = [
    PacketField(
      "frame.time", ["TimeSeconds", "TimeStamp"], .time, .time, "The tuple's timestamp."),
    PacketField(
      "frame.len", [], .unsigned(bits: 32), .wireLength,
      "Length on the wire in bytes, also where the capture cut the frame."),
    PacketField(
      "frame.cap_len", [], .unsigned(bits: 32), .capturedLength, "Captured length in bytes."),
  ]

  static let ethernet: [PacketField] = [
    PacketField("eth", [], .bool, .presence(.ethernet), "Whether there is an Ethernet header."),
    PacketField("eth.dst", ["DestMac"], .mac, slice(.ethernet, 0, 6), "Destination address."),
    PacketField("eth.dst.ig", [], .bool, bit(.ethernet, 0, 0), "Destination is a group address."),
    PacketField(
      "eth.dst.lg", [], .bool, bit(.ethernet, 0, 1), "Destination is administered locally."),
    PacketField("eth.src", ["SourceMac"], .mac, slice(.ethernet, 6, 6), "Source address."),
    PacketField("eth.src.ig", [], .bool, bit(.ethernet, 6, 0), "Source has the group bit."),
    PacketField("eth.src.lg", [], .bool, bit(.ethernet, 6, 1), "Source is administered locally."),
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
    PacketField(
      "vlan.dei", ["vlan.cfi"], .bool, bit(.vlan, 0, 4), "Drop eligible indicator, outer tag."),
    PacketField(
      "vlan.etype", [], .unsigned(bits: 16), slice(.vlan, 2, 2), "EtherType behind the outer tag."),
    PacketField("qinq", [], .bool, .presence(.vlan2), "Whether there is a second tag."),
    PacketField(
      "qinq.id", ["InnerVlanId"], .unsigned(bits: 12), slice(.vlan2, 0, 2, bits: 12),
      "VLAN identifier of the second tag."),
    PacketField(
      "qinq.priority", [], .unsigned(bits: 3), slice(.vlan2, 0, 2, shift: 13, bits: 3),
      "Priority code point of the second tag."),
    PacketField("qinq.dei", [], .bool, bit(.vlan2, 0, 4), "Drop eligible indicator, second tag."),
    PacketField(
      "qinq.etype", [], .unsigned(bits: 16), slice(.vlan2, 2, 2),
      "EtherType behind the second tag."),
  ]

  static let arp: [PacketField] = [
    PacketField("arp", [], .bool, .presence(.arp), "Whether there is an ARP header (RFC 826)."),
    PacketField("arp.hw.type", [], .unsigned(bits: 16), slice(.arp, 0, 2), "Hardware type."),
    PacketField("arp.proto.type", [], .unsigned(bits: 16), slice(.arp, 2, 2), "Protocol type."),
    PacketField(
      "arp.hw.size", [], .unsigned(bits: 8), slice(.arp, 4, 1), "Bytes of a hardware address."),
    PacketField(
      "arp.proto.size", [], .unsigned(bits: 8), slice(.arp, 5, 1), "Bytes of a protocol address."),
    PacketField("arp.opcode", [], .unsigned(bits: 16), slice(.arp, 6, 2), "1 request, 2 reply."),
    PacketField("arp.src.hw_mac", [], .mac, slice(.arp, 8, 6), "Sender's hardware address."),
    PacketField("arp.src.proto_ipv4", [], .ipv4, slice(.arp, 14, 4), "Sender's IPv4 address."),
    PacketField("arp.dst.hw_mac", [], .mac, slice(.arp, 18, 6), "Target's hardware address."),
    PacketField("arp.dst.proto_ipv4", [], .ipv4, slice(.arp, 24, 4), "Target's IPv4 address."),
  ]

  static let ipv4: [PacketField] = [
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
    PacketField(
      "ip.flags", [], .unsigned(bits: 3), slice(.ipv4, 6, 1, shift: 5, bits: 3),
      "The three flags: reserved 4, do not fragment 2, more fragments 1."),
    PacketField("ip.flags.rb", [], .bool, bit(.ipv4, 6, 7), "Reserved bit (RFC 3514)."),
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

  static let ipv6: [PacketField] = [
    PacketField("ipv6", [], .bool, .presence(.ipv6), "Whether there is an IPv6 header (RFC 8200)."),
    PacketField(
      "ipv6.version", [], .unsigned(bits: 4), slice(.ipv6, 0, 1, shift: 4, bits: 4), "6."),
    PacketField(
      "ipv6.tclass", [], .unsigned(bits: 8), slice(.ipv6, 0, 2, shift: 4, bits: 8),
      "Traffic class."),
    PacketField(
      "ipv6.tclass.dscp", [], .unsigned(bits: 6), slice(.ipv6, 0, 2, shift: 6, bits: 6),
      "Differentiated services code point (RFC 2474)."),
    PacketField(
      "ipv6.tclass.ecn", [], .unsigned(bits: 2), slice(.ipv6, 1, 1, shift: 4, bits: 2),
      "Explicit congestion notification (RFC 3168)."),
    PacketField(
      "ipv6.flow", [], .unsigned(bits: 20), slice(.ipv6, 0, 4, bits: 20), "Flow label."),
    PacketField(
      "ipv6.plen", [], .unsigned(bits: 16), slice(.ipv6, 4, 2), "Payload length in bytes."),
    PacketField("ipv6.nxt", [], .unsigned(bits: 8), slice(.ipv6, 6, 1), "Next header (IANA)."),
    PacketField("ipv6.hlim", [], .unsigned(bits: 8), slice(.ipv6, 7, 1), "Hop limit."),
    PacketField("ipv6.src", [], .ipv6, slice(.ipv6, 8, 16), "Source address, IPv6 only."),
    PacketField("ipv6.dst", [], .ipv6, slice(.ipv6, 24, 16), "Destination address, IPv6 only."),
  ]

  static let extensionHeaders: [PacketField] = [
    PacketField(
      "ipv6.exthdr_count", [], .unsigned(bits: 4), .extensionCount,
      "IPv6 extension headers before the transport header, at most 8 (hop-by-hop, routing, "
        + "fragment, destination, AH)."),
    PacketField(
      "ipv6.hopopts", [], .bool, .presence(.hopByHop),
      "Whether there is a hop-by-hop options header (RFC 8200)."),
    PacketField(
      "ipv6.hopopts.nxt", [], .unsigned(bits: 8), slice(.hopByHop, 0, 1), "Next header (IANA)."),
    PacketField(
      "ipv6.hopopts.len", [], .unsigned(bits: 8), slice(.hopByHop, 1, 1),
      "Length in units of 8 bytes, without the first 8."),
    PacketField(
      "ipv6.hopopts.len_oct", [], .unsigned(bits: 12),
      slice(.hopByHop, 1, 1, scale: 8, addend: 8), "Length in bytes."),
    PacketField(
      "ipv6.routing", [], .bool, .presence(.routing),
      "Whether there is a routing header (RFC 8200)."),
    PacketField(
      "ipv6.routing.nxt", [], .unsigned(bits: 8), slice(.routing, 0, 1), "Next header (IANA)."),
    PacketField(
      "ipv6.routing.len", [], .unsigned(bits: 8), slice(.routing, 1, 1),
      "Length in units of 8 bytes, without the first 8."),
    PacketField(
      "ipv6.routing.len_oct", [], .unsigned(bits: 12),
      slice(.routing, 1, 1, scale: 8, addend: 8), "Length in bytes."),
    PacketField(
      "ipv6.routing.type", [], .unsigned(bits: 8), slice(.routing, 2, 1), "Routing type (IANA)."),
    PacketField(
      "ipv6.routing.segleft", [], .unsigned(bits: 8), slice(.routing, 3, 1), "Segments left."),
    PacketField(
      "ipv6.fraghdr", ["ipv6.fragment"], .bool, .presence(.fragment),
      "Whether there is a fragment header (RFC 8200)."),
    PacketField(
      "ipv6.fraghdr.nxt", [], .unsigned(bits: 8), slice(.fragment, 0, 1), "Next header (IANA)."),
    PacketField(
      "ipv6.fraghdr.offset", [], .unsigned(bits: 13), slice(.fragment, 2, 2, shift: 3, bits: 13),
      "Fragment offset in units of 8 bytes."),
    PacketField(
      "ipv6.fraghdr.more", [], .bool, bit(.fragment, 3, 0), "More fragments follow."),
    PacketField(
      "ipv6.fraghdr.ident", [], .unsigned(bits: 32), slice(.fragment, 4, 4), "Identification."),
    PacketField(
      "ipv6.dstopts", [], .bool, .presence(.destination),
      "Whether there is a destination options header (RFC 8200)."),
    PacketField(
      "ipv6.dstopts.nxt", [], .unsigned(bits: 8), slice(.destination, 0, 1), "Next header (IANA)."),
    PacketField(
      "ipv6.dstopts.len", [], .unsigned(bits: 8), slice(.destination, 1, 1),
      "Length in units of 8 bytes, without the first 8."),
    PacketField(
      "ipv6.dstopts.len_oct", [], .unsigned(bits: 12),
      slice(.destination, 1, 1, scale: 8, addend: 8), "Length in bytes."),
    PacketField(
      "ah", [], .bool, .presence(.ah),
      "Whether there is an authentication header (RFC 4302), of either family."),
    PacketField(
      "ah.next_header", [], .unsigned(bits: 8), slice(.ah, 0, 1), "Next header (IANA)."),
    PacketField(
      "ah.length", [], .unsigned(bits: 11), slice(.ah, 1, 1, scale: 4, addend: 8),
      "Length in bytes."),
    PacketField(
      "ah.spi", [], .unsigned(bits: 32), slice(.ah, 4, 4), "Security parameters index."),
    PacketField(
      "ah.sequence", [], .unsigned(bits: 32), slice(.ah, 8, 4), "Sequence number."),
    PacketField(
      "esp", [], .bool, .presence(.esp),
      "Whether there is an encapsulating security payload (RFC 4303), of either family."),
    PacketField(
      "esp.spi", [], .unsigned(bits: 32), slice(.esp, 0, 4), "Security parameters index."),
    PacketField(
      "esp.sequence", [], .unsigned(bits: 32), slice(.esp, 4, 4), "Sequence number."),
  ]

  static let eitherFamily: [PacketField] = [
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
    PacketField(
      "ApplicationProtocol", [], .service, .service,
      "IANA's name of the lower well-known port; see `Language.md`."),
    PacketField(
      "payload.len", [], .unsigned(bits: 17), .payloadLength(isUDPToo: true),
      "Bytes that TCP or UDP carries in this packet, by the length in the IP header."),
  ]
}
