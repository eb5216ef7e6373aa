extension RecordFormats {
  /// Flow records as `nfdump -o csv` writes them: its header gives the columns that there are. The
  /// lines of its summary at the end are no records, and are counted as such.
  ///
  /// Source: nfdump(1), output format csv. SAL's names come first.
  static let nfdump = RecordSchema(
    "NfdumpStream", "Flow records as nfdump -o csv writes them",
    encoding: .delimited(separator: UInt8(ascii: ","), optional: 0), time: "TimeSeconds",
    [
      (
        "TimeSeconds", ["ts", "StartTime", "firstSeen"], .time,
        "When the flow began, taken for UTC."
      ),
      ("EndTime", ["te"], .time, "When it ended."),
      ("DurationSeconds", ["td", "Duration"], .duration, "How long the flow lasted."),
      ("SourceIp", ["sa", "srcAddr"], .ip, "Source address."),
      ("DestIp", ["da", "dstAddr"], .ip, "Destination address."),
      ("SourcePort", ["sp", "srcPort"], port, "Source port."),
      ("DestPort", ["dp", "dstPort"], port, "Destination port."),
      ("IpLayerProtocolCode", ["pr", "proto", "Protocol"], .text, "The IP protocol's name."),
      ("TcpFlags", ["flg"], .text, "TCP flags as letters."),
      ("Tos", ["stos"], byte, "Type of service."),
      ("SrcPacketCount", ["ipkt", "FirstSeenSrcPacketCount"], counter, "Packets."),
      ("SrcTotalBytes", ["ibyt"], counter, "Octets."),
      (
        "DestPacketCount", ["opkt", "FirstSeenDestPacketCount"], counter,
        "Packets of the other direction."
      ),
      ("DestTotalBytes", ["obyt"], counter, "Octets of the other direction."),
      ("SnmpInput", ["in"], number, "Input interface."),
      ("SnmpOutput", ["out"], number, "Output interface."),
      ("SourceAS", ["sas"], number, "Autonomous system of the source."),
      ("DestAS", ["das"], number, "Autonomous system of the destination."),
      ("SourceMask", ["smk"], byte, "Prefix length of the source."),
      ("DestMask", ["dmk"], byte, "Prefix length of the destination."),
      ("NextHop", ["nh"], .ip, "Next hop."),
    ])
}
