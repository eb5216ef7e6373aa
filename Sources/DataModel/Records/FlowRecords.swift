extension RecordFormats {
  /// Flow records that salc itself makes of packets, by `FlowStream` or where the command line
  /// gives packets to a program over records. They have every name that programs over VAST and
  /// NetFlow records use, as far as packets can tell.
  ///
  /// `Docs/Language.md` has the rules by which a flow begins and ends.
  public static let flows = RecordSchema(
    "FlowStream", "Flow records made from packets", encoding: .packets, time: "TimeSeconds",
    flowTimes + flowKeys + flowCounters + flowFlags)

  private static let flowTimes: [RecordSchema.Row] = [
    ("TimeSeconds", ["StartTime"], .time, "The time of the flow's first packet."),
    ("EndTime", [], .time, "The time of its last packet."),
    ("DurationSeconds", ["Duration"], .duration, "From the first packet to the last."),
    (
      "First", ["First1"], .unsigned(bits: 44),
      "The first packet in milliseconds, as NetFlow has it."
    ),
    ("Last", ["Last1"], .unsigned(bits: 44), "The last packet in milliseconds."),
  ]

  private static let flowKeys: [RecordSchema.Row] = [
    ("SourceIp", ["SrcIp", "ip.src"], .ip, "The address that was seen first to send."),
    ("DestIp", ["DstIp", "ip.dst"], .ip, "The address that was seen first to receive."),
    (
      "SourcePort", ["SrcPort"], port,
      "The source's port; 0 where there is none, as in later fragments and ICMP."
    ),
    ("DestPort", ["DstPort"], port, "The destination's port; 0 where there is none."),
    (
      "IpLayerProtocol", ["IpProtocol", "Protocol", "ip.proto"], byte,
      "The IP protocol's number, behind extension headers."
    ),
    (
      "IpLayerProtocolCode", [], .text,
      "The IP protocol's name, such as `TCP`; its number where it has none here."
    ),
    (
      "ApplicationProtocol", [], .service,
      "IANA's name of the lower well-known port; see `Language.md`."
    ),
  ]

  private static let flowCounters: [RecordSchema.Row] = [
    (
      "SrcPayloadBytes", [], counter, "Octets that TCP or UDP carried for the source."
    ),
    ("DestPayloadBytes", [], counter, "Octets that TCP or UDP carried for the destination."),
    ("SrcTotalBytes", ["Doctets"], counter, "Octets of the IP packets that the source sent."),
    ("DestTotalBytes", [], counter, "Octets of the IP packets that the destination sent."),
    (
      "FirstSeenSrcPacketCount", ["SrcPacketCount", "Dpkts"], counter,
      "Packets that the source sent."
    ),
    (
      "FirstSeenDestPacketCount", ["DestPacketCount"], counter,
      "Packets that the destination sent."
    ),
    ("TotalPackets", ["TotPkts"], counter, "Packets of both directions."),
    ("TotalBytes", ["TotBytes"], counter, "Octets of the IP packets of both directions."),
  ]

  private static let flowFlags: [RecordSchema.Row] = [
    (
      "TcpFlags", ["tcp.flags"], .unsigned(bits: 12),
      "All flags of the flow's TCP segments together; missing where it is not TCP."
    ),
    ("SrcTcpFlags", [], .unsigned(bits: 12), "The flags that the source sent."),
    ("DestTcpFlags", [], .unsigned(bits: 12), "The flags that the destination sent."),
    (
      "RecordForceOut", ["recordForceOut"], byte,
      "1 where the record was written before the flow had ended: it had lasted `active`, the "
        + "table was full, or the input ended."
    ),
  ]
}
