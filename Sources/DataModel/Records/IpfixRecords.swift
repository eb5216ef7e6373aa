extension RecordFormats {
  /// Records of NetFlow version 9.
  static let netflowV9 = schema(
    "NetflowV9Stream", "Flow records of NetFlow version 9 (RFC 3954)", .netflowV9, elementColumns)

  /// Records of IPFIX.
  static let ipfix = schema(
    "IpfixStream", "Flow records of IPFIX (RFC 7011)", .ipfix, elementColumns)

  /// What records of templates can say: a row an element, or several where they are the same to
  /// whoever asks. Elements that no row names are skipped and counted.
  ///
  /// Source: IANA, *IP Flow Information Export (IPFIX) Entities*; RFC 7012, RFC 5103; Cisco,
  /// *NetFlow Version 9 Flow-Record Format*. SAL's names come first, IANA's behind them.
  static let elementColumns: [ExportColumn] =
    flowColumns + interfaceColumns + packetColumns + translationColumns + exporterColumns

  private static let octets: [UInt16] = [1, 85, 231]
  private static let packets: [UInt16] = [2, 86, 298]

  /// The flow itself: its times, ends and counters.
  private static let flowColumns: [ExportColumn] = [
    .init(
      "TimeSeconds", ["StartTime"], .time, .start,
      "When the flow began, as exactly as the record says; else when the datagram was made."),
    .init("EndTime", [], .time, .end, "When its last packet passed."),
    .init("DurationSeconds", ["Duration"], .duration, .duration, "How long the flow lasted."),
    .init(
      "SourceIp", ["SrcIp", "sourceIPv4Address", "sourceIPv6Address"], .ip, ie: 8, 27,
      summary: "Source address."),
    .init(
      "DestIp", ["DstIp", "destinationIPv4Address", "destinationIPv6Address"], .ip, ie: 12, 28,
      summary: "Destination address."),
    .init(
      "SourcePort", ["SrcPort", "sourceTransportPort"], port, ie: 7, 180, 182, 184,
      summary: "Source port."),
    .init(
      "DestPort", ["DstPort", "destinationTransportPort"], port, ie: 11, 181, 183, 185,
      summary: "Destination port."),
    .init(
      "IpLayerProtocol", ["IpProtocol", "Protocol", "protocolIdentifier"], byte, ie: 4,
      summary: "The IP protocol's number."),
    .init(
      "SrcTotalBytes", ["Doctets", "octetDeltaCount", "initiatorOctets"], counter,
      .elements(octets.map { FlowElement($0) }),
      "Octets that the source sent; in all where no delta is exported."),
    .init(
      "DestTotalBytes", ["reverseOctetDeltaCount", "responderOctets"], counter, reverse: 1, 85,
      or: [232], summary: "Octets of the other direction of a biflow."),
    .init(
      "FirstSeenSrcPacketCount",
      ["SrcPacketCount", "Dpkts", "packetDeltaCount", "initiatorPackets"], counter,
      .elements(packets.map { FlowElement($0) }), "Packets that the source sent."),
    .init(
      "FirstSeenDestPacketCount",
      ["DestPacketCount", "reversePacketDeltaCount", "responderPackets"], counter,
      reverse: 2, 86, or: [299], summary: "Packets of the other direction of a biflow."),
    .init(
      "EstimatedBytes", [], counter, .estimated(.elements(octets.map { FlowElement($0) })),
      "`SrcTotalBytes` times `SamplingRate`."),
    .init(
      "EstimatedPackets", [], counter, .estimated(.elements(packets.map { FlowElement($0) })),
      "`FirstSeenSrcPacketCount` times `SamplingRate`."),
    .init("TcpFlags", ["tcpControlBits"], port, ie: 6, summary: "TCP flags of all packets."),
    .init(
      "DestTcpFlags", ["reverseTcpControlBits"], port, reverse: 6,
      summary: "TCP flags of the other direction."),
    .init("Tos", ["ipClassOfService"], byte, ie: 5, summary: "Type of service."),
    .init(
      "DestTos", ["reverseIpClassOfService"], byte, reverse: 5,
      summary: "Type of service of the other direction."),
    .init("FlowDirection", ["flowDirection"], byte, ie: 61, summary: "0 ingress, 1 egress."),
    .init(
      "FlowEndReason", ["flowEndReason"], byte, ie: 136,
      summary: "1 idle, 2 active timeout, 3 end of flow, 4 forced, 5 lack of resources."),
    .init("BiflowDirection", ["biflowDirection"], byte, ie: 239, summary: "RFC 5103, 6.3."),
    .init("FlowId", ["flowId"], .unsigned(bits: 63), ie: 148, summary: "The flow's number."),
    .init(
      "ApplicationProtocol", [], .service, .service, "The IANA name of the lower well-known port."),
    .init("ApplicationName", ["applicationName"], .text, ie: 96, summary: "What the exporter saw."),
    .init(
      "ApplicationId", ["applicationId"], number, ie: 95,
      summary: "The application's number: engine and selector (RFC 6759)."),
    .init(
      "OctetTotalCount", ["octetTotalCount"], counter, ie: 85,
      summary: "Octets since the flow began, also before earlier records."),
    .init(
      "PacketTotalCount", ["packetTotalCount"], counter, ie: 86,
      summary: "Packets since the flow began."),
    .init(
      "DroppedOctets", ["droppedOctetDeltaCount"], counter, ie: 132, 134,
      summary: "Octets that were dropped."),
    .init(
      "DroppedPackets", ["droppedPacketDeltaCount"], counter, ie: 133, 135,
      summary: "Packets that were dropped."),
    .init("UserName", ["userName"], .text, ie: 371, summary: "Whose flow it is."),
  ]

  /// Where it passed.
  private static let interfaceColumns: [ExportColumn] = [
    .init("SnmpInput", ["ingressInterface"], number, ie: 10, 252, summary: "Input interface."),
    .init("SnmpOutput", ["egressInterface"], number, ie: 14, 253, summary: "Output interface."),
    .init(
      "NextHop", ["ipNextHopIPv4Address", "ipNextHopIPv6Address"], .ip, ie: 15, 62,
      summary: "Next hop."),
    .init(
      "BgpNextHop", ["bgpNextHopIPv4Address", "bgpNextHopIPv6Address"], .ip, ie: 18, 63,
      summary: "Next hop of BGP."),
    .init("SourceAS", ["bgpSourceAsNumber"], number, ie: 16, summary: "The source's AS."),
    .init("DestAS", ["bgpDestinationAsNumber"], number, ie: 17, summary: "The destination's AS."),
    .init(
      "SourceMask", ["sourceIPv4PrefixLength", "sourceIPv6PrefixLength"], byte, ie: 9, 29,
      summary: "Prefix length of the source."),
    .init(
      "DestMask", ["destinationIPv4PrefixLength", "destinationIPv6PrefixLength"], byte,
      ie: 13, 30, summary: "Prefix length of the destination."),
    .init(
      "ForwardingStatus", ["forwardingStatus"], number, ie: 89, summary: "RFC 7270, 4.12."),
    .init("IngressVrf", ["ingressVRFID"], number, ie: 234, summary: "Input VRF."),
    .init("EgressVrf", ["egressVRFID"], number, ie: 235, summary: "Output VRF."),
    .init("VrfName", ["VRFname"], .text, ie: 236, summary: "The VRF's name."),
    .init("InterfaceName", ["interfaceName"], .text, ie: 82, summary: "An interface's name."),
    .init("WlanSsid", ["wlanSSID"], .text, ie: 147, summary: "The wireless network."),
    .init("StationMac", ["staMacAddress"], .mac, ie: 365, summary: "The wireless station."),
    .init("AccessPointMac", ["wtpMacAddress"], .mac, ie: 367, summary: "The access point."),
  ]

  /// What its packets were like.
  private static let packetColumns: [ExportColumn] = [
    .init("IpVersion", ["ipVersion"], byte, ie: 60, summary: "4 or 6."),
    .init("SourceMac", ["sourceMacAddress"], .mac, ie: 56, summary: "Source MAC address."),
    .init(
      "DestMac", ["destinationMacAddress"], .mac, ie: 80, summary: "Destination MAC address."),
    .init(
      "PostSourceMac", ["postSourceMacAddress"], .mac, ie: 81, summary: "Source MAC, sent on."),
    .init(
      "PostDestMac", ["postDestinationMacAddress"], .mac, ie: 57,
      summary: "Destination MAC, sent on."),
    .init("EtherType", ["ethernetType"], port, ie: 256, summary: "What the frames carried."),
    .init("VlanId", ["vlanId", "dot1qVlanId"], port, ie: 58, 243, summary: "VLAN."),
    .init("PostVlanId", ["postVlanId"], port, ie: 59, 254, summary: "VLAN, sent on."),
    .init(
      "IcmpTypeCode", ["icmpTypeCodeIPv4", "icmpTypeCodeIPv6"], port, ie: 32, 139,
      summary: "ICMP's type and code."),
    .init(
      "IcmpType", ["icmpTypeIPv4", "icmpTypeIPv6"], byte, ie: 176, 178, summary: "ICMP's type."),
    .init(
      "IcmpCode", ["icmpCodeIPv4", "icmpCodeIPv6"], byte, ie: 177, 179, summary: "ICMP's code."),
    .init(
      "FlowLabel", ["flowLabelIPv6"], .unsigned(bits: 24), ie: 31, summary: "IPv6's flow label."),
    .init(
      "FragmentId", ["fragmentIdentification"], number, ie: 54, summary: "The fragments' number."),
    .init("FragmentOffset", ["fragmentOffset"], port, ie: 88, summary: "The fragment's place."),
    .init(
      "MinPacketBytes", ["minimumIpTotalLength"], counter, ie: 25, summary: "Shortest packet."),
    .init(
      "MaxPacketBytes", ["maximumIpTotalLength"], counter, ie: 26, summary: "Longest packet."),
    .init("MinTtl", ["minimumTTL"], byte, ie: 52, summary: "Smallest TTL."),
    .init("MaxTtl", ["maximumTTL"], byte, ie: 53, summary: "Largest TTL."),
    .init(
      "MplsTopLabel", ["mplsTopLabelStackSection"], .unsigned(bits: 24), ie: 70,
      summary: "The top of the MPLS stack: label, class and bottom bit."),
    .init("PostTos", ["postIpClassOfService"], byte, ie: 55, summary: "Type of service, sent on."),
    .init(
      "PostOctets", ["postOctetDeltaCount"], counter, ie: 23, 171, summary: "Octets, sent on."),
    .init(
      "PostPackets", ["postPacketDeltaCount"], counter, ie: 24, 172,
      summary: "Packets, sent on."),
    .init(
      "ReverseFlowEndReason", ["reverseFlowEndReason"], byte, reverse: 136,
      summary: "Why the other direction ended."),
  ]

  /// What firewalls and translators say (Cisco NSEL, RFC 8158).
  private static let translationColumns: [ExportColumn] = [
    .init(
      "PostNatSourceIp", ["postNATSourceIPv4Address", "postNATSourceIPv6Address"], .ip,
      ie: 225, 281, summary: "Source address behind the translation."),
    .init(
      "PostNatDestIp", ["postNATDestinationIPv4Address", "postNATDestinationIPv6Address"], .ip,
      ie: 226, 282, summary: "Destination address behind the translation."),
    .init(
      "PostNatSourcePort", ["postNAPTSourceTransportPort"], port, ie: 227,
      summary: "Source port behind the translation."),
    .init(
      "PostNatDestPort", ["postNAPTDestinationTransportPort"], port, ie: 228,
      summary: "Destination port behind the translation."),
    .init("NatEvent", ["natEvent"], byte, ie: 230, summary: "What the translator did."),
    .init("FirewallEvent", ["firewallEvent"], byte, ie: 233, summary: "What the firewall did."),
    .init(
      "FirewallExtendedEvent", ["NF_F_FW_EXT_EVENT"], port, ie: 33002,
      summary: "Why, in Cisco's numbers."),
  ]

  /// Who exported it, and how.
  private static let exporterColumns: [ExportColumn] = [
    .init("ExportTime", ["exportTime"], .time, .exportTime, "When the datagram was made."),
    .init("ExporterIp", ["Exaddr"], .ip, .exporter, "The address that sent the datagram."),
    .init(
      "ExporterAddress", ["exporterIPv4Address", "exporterIPv6Address"], .ip, ie: 130, 131,
      summary: "The exporter's address in the record's own words."),
    .init(
      "ObservationDomain", ["SourceId", "observationDomainId"], number, .domain,
      "The header's observation domain or source ID."),
    .init(
      "SamplingRate", ["SamplingInterval"], number, .samplingRate,
      "One in so many packets was seen, by the record or the exporter's options; else 1."),
    .init("SamplerId", ["samplerId", "selectorId"], number, ie: 48, 302, summary: "The sampler."),
  ]
}
