extension RecordFormats {
  /// Packets that an sFlow agent sampled.
  static let sflow = schema(
    "SflowStream", "Packet samples of sFlow version 5", .sflow, lateness: 0, sflowColumns)

  /// Source: Phaal and Lavine, *sFlow Version 5*, July 2004 (sflow_version_5.txt); names are those
  /// of SAL where it has one.
  static let sflowColumns: [ExportColumn] = [
    .init(
      "TimeSeconds", ["StartTime"], .time, .start,
      "When the datagram arrived, since sFlow sends no time; of a file the agent's uptime."),
    .init("ExporterIp", ["Exaddr"], .ip, .exporter, "The address that sent the datagram."),
    .init("AgentIp", [], .ip, .sample(.agent), "The agent's own address."),
    .init("SubAgent", [], number, .domain, "The agent's part that took the sample."),
    .init("SampleSequence", [], number, .sample(.sequence), "The sample's number at its source."),
    .init(
      "SampleSource", [], number, .sample(.sourceIndex),
      "Where the sample was taken (ifIndex)."),
    .init(
      "SamplingRate", ["SamplingInterval", "EstimatedPackets"], number, .samplingRate,
      "One in so many packets: so many a sample stands for."),
    .init("SamplePool", [], number, .sample(.pool), "Packets that could have been sampled so far."),
    .init("SampleDrops", [], number, .sample(.drops), "Samples that the agent dropped so far."),
    .init("SnmpInput", [], number, .sample(.input), "Input interface (ifIndex)."),
    .init("SnmpOutput", [], number, .sample(.output), "Output interface; missing where not one."),
    .init(
      "DropReason", [], number, .sample(.dropReason),
      "Why the packet was discarded, if it was."),
    .init(
      "FrameLength", ["SrcTotalBytes", "Doctets"], .unsigned(bits: 24), .sample(.frameLength),
      "The packet's length on the wire."),
    .init(
      "EstimatedBytes", [], .unsigned(bits: 56), .estimated(.sample(.frameLength)),
      "The packet's length times SamplingRate: what such packets added up to."),
    .init("SourceMac", [], .mac, .sample(.sourceMAC), "Source address of the Ethernet header."),
    .init("DestMac", [], .mac, .sample(.destinationMAC), "Destination of the Ethernet header."),
    .init("EtherType", [], port, .sample(.etherType), "What the frame carries, behind VLAN tags."),
    .init("VlanId", [], port, .sample(.vlan), "VLAN of the outermost tag."),
    .init("SourceVlan", [], number, .sample(.sourceVLAN), "VLAN that the switch received it in."),
    .init("DestVlan", [], number, .sample(.destinationVLAN), "VLAN that the switch sent it in."),
    .init("SourceIp", ["SrcIp"], .ip, .sample(.sourceAddress), "Source address."),
    .init("DestIp", ["DstIp"], .ip, .sample(.destinationAddress), "Destination address."),
    .init(
      "IpLayerProtocol", ["IpProtocol", "Protocol"], byte, .sample(.protocolNumber),
      "The IP protocol's number."),
    .init("Tos", [], byte, .sample(.typeOfService), "Type of service or traffic class."),
    .init("HopLimit", ["TimeToLive"], byte, .sample(.timeToLive), "Hops that were left."),
    .init("SourcePort", ["SrcPort"], port, .sample(.sourcePort), "Source port."),
    .init("DestPort", ["DstPort"], port, .sample(.destinationPort), "Destination port."),
    .init("TcpFlags", [], byte, .sample(.tcpFlags), "TCP flags."),
    .init("NextHop", [], .ip, .sample(.nextHop), "Next hop."),
    .init("SourceMask", [], byte, .sample(.sourceMask), "Prefix length of the source."),
    .init("DestMask", [], byte, .sample(.destinationMask), "Prefix length of the destination."),
    .init("SourceAS", [], number, .sample(.sourceAS), "Autonomous system of the source."),
    .init("DestAS", [], number, .sample(.destinationAS), "Autonomous system of the destination."),
    .init(
      "ApplicationProtocol", [], .service, .service, "The IANA name of the lower well-known port."),
  ]
}
