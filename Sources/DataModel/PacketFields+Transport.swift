// Rows of the transport headers and of what they carry.
extension PacketFields {
  static let tcp: [PacketField] = [
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
      "tcp.len", [], .unsigned(bits: 17), .payloadLength(isUDPToo: false),
      "Bytes that the segment carries, by the length in the IP header; missing in fragments."),
    PacketField(
      "tcp.options_len", [], .signed,
      slice(.tcp, 12, 1, shift: 4, bits: 4, scale: 4, addend: -20),
      "Length of the options in bytes; negative where the header is malformed."),
    PacketField(
      "tcp.flags", ["TcpFlags"], .unsigned(bits: 12), slice(.tcp, 12, 2, bits: 12),
      "The twelve flag and reserved bits."),
    PacketField(
      "tcp.flags.res", [], .unsigned(bits: 3), slice(.tcp, 12, 1, shift: 1, bits: 3),
      "The three reserved bits as a number; 0 in well-formed segments."),
    PacketField(
      "tcp.flags.ae", ["tcp.flags.ns"], .bool, bit(.tcp, 12, 0),
      "Accurate ECN (RFC 9768), once the nonce sum."),
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

  static let udp: [PacketField] = [
    PacketField("udp", [], .bool, .presence(.udp), "Whether there is a UDP header (RFC 768)."),
    PacketField("udp.srcport", [], .unsigned(bits: 16), slice(.udp, 0, 2), "Source port."),
    PacketField("udp.dstport", [], .unsigned(bits: 16), slice(.udp, 2, 2), "Destination port."),
    PacketField(
      "udp.length", [], .unsigned(bits: 16), slice(.udp, 4, 2), "Header and payload in bytes."),
    PacketField("udp.checksum", [], .unsigned(bits: 16), slice(.udp, 6, 2), "Checksum."),
  ]

  static let icmp: [PacketField] = [
    PacketField("icmp", [], .bool, .presence(.icmp), "Whether there is an ICMP header (RFC 792)."),
    PacketField("icmp.type", [], .unsigned(bits: 8), slice(.icmp, 0, 1), "Type."),
    PacketField("icmp.code", [], .unsigned(bits: 8), slice(.icmp, 1, 1), "Code."),
    PacketField("icmp.checksum", [], .unsigned(bits: 16), slice(.icmp, 2, 2), "Checksum."),
    PacketField(
      "icmp.query", [], .bool, .presence(.icmpQuery),
      "Whether the message has an identifier and a sequence number (types 0, 8, 13 to 18)."),
    PacketField(
      "icmp.ident", [], .unsigned(bits: 16), slice(.icmpQuery, 4, 2), "Identifier of a query."),
    PacketField(
      "icmp.seq", [], .unsigned(bits: 16), slice(.icmpQuery, 6, 2), "Sequence number of a query."),
    PacketField(
      "icmpv6", [], .bool, .presence(.icmpv6), "Whether there is an ICMPv6 header (RFC 4443)."),
    PacketField("icmpv6.type", [], .unsigned(bits: 8), slice(.icmpv6, 0, 1), "Type."),
    PacketField("icmpv6.code", [], .unsigned(bits: 8), slice(.icmpv6, 1, 1), "Code."),
    PacketField("icmpv6.checksum", [], .unsigned(bits: 16), slice(.icmpv6, 2, 2), "Checksum."),
    PacketField(
      "icmpv6.echo", [], .bool, .presence(.icmpv6Echo),
      "Whether the message is an echo request or reply."),
    PacketField(
      "icmpv6.echo.identifier", [], .unsigned(bits: 16), slice(.icmpv6Echo, 4, 2),
      "Identifier of an echo."),
    PacketField(
      "icmpv6.echo.sequence_number", [], .unsigned(bits: 16), slice(.icmpv6Echo, 6, 2),
      "Sequence number of an echo."),
  ]

  static let dns: [PacketField] = [
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
    PacketField("dns.flags.z", [], .bool, bit(.dns, 3, 6), "Reserved bit."),
    PacketField(
      "dns.flags.authenticated", [], .bool, bit(.dns, 3, 5), "Authentic data (RFC 4035)."),
    PacketField(
      "dns.flags.checkdisable", [], .bool, bit(.dns, 3, 4), "Checking disabled (RFC 4035)."),
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
