extension RecordFormats {
  /// Records of NetFlow version 5, with SAL's names of its fields.
  static let netflowV5 = schema(
    "NetflowV5Stream", "Flow records of NetFlow version 5", .netflowV5, isBidirectional: false,
    netflowV5Columns)

  /// Source: Cisco, *NetFlow Services Solutions Guide*, tables B-3 (header) and B-4 (record); names
  /// are those of SAL, behind them those that programs over VAST's records use.
  static let netflowV5Columns: [ExportColumn] = [
    .init(
      "TimeSeconds", ["StartTime"], .time, .start,
      "When the flow began: the header's time less the router's uptime since."),
    .init("EndTime", [], .time, .end, "When its last packet passed."),
    .init("DurationSeconds", ["Duration"], .duration, .duration, "How long the flow lasted."),
    .init(
      "UnixSecs", [], number, .header(offset: 8, width: 4),
      "The header's time, whole seconds."),
    .init(
      "UnixNsecs", [], number, .header(offset: 12, width: 4),
      "Nanoseconds of the header's time."),
    .init(
      "SysUptime", [], number, .header(offset: 4, width: 4),
      "Milliseconds since the router started, when it sent the datagram."),
    .init("Exaddr", ["ExporterIp"], .ip, .exporter, "The address that sent the datagram."),
    .init(
      "Dpkts", ["SrcPacketCount", "FirstSeenSrcPacketCount"], number, .record(offset: 16, width: 4),
      "Packets."),
    .init("Doctets", ["SrcTotalBytes"], number, .record(offset: 20, width: 4), "Octets."),
    .init(
      "EstimatedPackets", [], .unsigned(bits: 46), .estimated(.record(offset: 16, width: 4)),
      "Packets, times SamplingRate."),
    .init(
      "EstimatedBytes", [], .unsigned(bits: 46), .estimated(.record(offset: 20, width: 4)),
      "Octets, times SamplingRate."),
    .init(
      "First1", ["First"], number, .record(offset: 24, width: 4),
      "The router's uptime at the flow's start: plain milliseconds."),
    .init(
      "Last1", ["Last"], number, .record(offset: 28, width: 4),
      "The router's uptime at the flow's end: plain milliseconds."),
    .init("EngineType", [], byte, .header(offset: 20, width: 1), "The kind of switching engine."),
    .init("EngineId", [], byte, .header(offset: 21, width: 1), "The engine's slot."),
    .init("SourceIp", ["SrcIp"], .ip, .record(offset: 0, width: 4), "Source address."),
    .init("DestIp", ["DstIp"], .ip, .record(offset: 4, width: 4), "Destination address."),
    .init("NextHop", [], .ip, .record(offset: 8, width: 4), "Next hop."),
    .init("SnmpInput", [], port, .record(offset: 12, width: 2), "Input interface (ifIndex)."),
    .init("SnmpOutput", [], port, .record(offset: 14, width: 2), "Output interface (ifIndex)."),
    .init("SourcePort", ["SrcPort"], port, .record(offset: 32, width: 2), "Source port."),
    .init(
      "DestPort", ["DstPort"], port, .record(offset: 34, width: 2),
      "Destination port; ICMP's type and code."),
    .init(
      "Protocol", ["IpLayerProtocol", "IpProtocol"], byte, .record(offset: 38, width: 1),
      "The IP protocol's number."),
    .init("Tos", [], byte, .record(offset: 39, width: 1), "Type of service."),
    .init(
      "TcpFlags", [], byte, .record(offset: 37, width: 1),
      "TCP flags of all packets together."),
    .init("SourceMask", [], byte, .record(offset: 44, width: 1), "Prefix length of the source."),
    .init("DestMask", [], byte, .record(offset: 45, width: 1), "Prefix length of the destination."),
    .init("SourceAS", [], port, .record(offset: 40, width: 2), "Autonomous system of the source."),
    .init(
      "DestAS", [], port, .record(offset: 42, width: 2),
      "Autonomous system of the destination."),
    .init(
      "FlowSequence", [], number, .header(offset: 16, width: 4),
      "Records that the engine had sent before this datagram."),
    .init(
      "SamplingRate", ["SamplingInterval"], .unsigned(bits: 14), .samplingRate,
      "One in so many packets was seen; 1 where the header says nothing."),
    .init(
      "ApplicationProtocol", [], .service, .service, "The IANA name of the lower well-known port."),
  ]
}
