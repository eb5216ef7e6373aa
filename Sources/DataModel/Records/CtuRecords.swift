extension RecordFormats {
  /// Bidirectional flow records of the CTU-13 captures, and other CSV that Argus' `ra` writes: a
  /// header gives the columns that there are.
  ///
  /// Source: García et al., *An empirical comparison of botnet detection methods*, 2014
  /// (`.binetflow`); ra(1) for the names of columns. SAL's names stand beside them.
  static let ctu = RecordSchema(
    "CtuStream", "Flow records of CTU-13 (.binetflow) and other CSV of Argus",
    encoding: .delimited(separator: UInt8(ascii: ","), optional: 0), time: "TimeSeconds",
    [
      ("TimeSeconds", ["StartTime", "stime"], .time, "When the flow began, taken for UTC."),
      ("DurationSeconds", ["Dur", "Duration"], .duration, "How long the flow lasted."),
      (
        "IpLayerProtocolCode", ["Proto", "Protocol"], .text,
        "The protocol's name, also of protocols beside IP."
      ),
      ("SourceIp", ["SrcAddr", "saddr"], .ip, "The address that began the flow."),
      ("SourcePort", ["Sport"], port, "The source's port, or ICMP's type and code."),
      ("Dir", ["Direction"], .text, "Who sent: `->`, `<->`, `<-` or `who knows`, with `?`."),
      ("DestIp", ["DstAddr", "daddr"], .ip, "The address that the flow was for."),
      ("DestPort", ["Dport"], port, "The destination's port, or ICMP's type and code."),
      ("State", [], .text, "The flow's state as Argus tells it, such as `CON` or `S_RA`."),
      ("SrcTos", ["sTos"], byte, "Type of service of the source's packets."),
      ("DestTos", ["dTos"], byte, "Type of service of the destination's packets."),
      ("TotalPackets", ["TotPkts"], counter, "Packets of both directions."),
      ("TotalBytes", ["TotBytes"], counter, "Octets of both directions."),
      ("SrcTotalBytes", ["SrcBytes", "sbytes"], counter, "Octets that the source sent."),
      ("Label", [], .text, "What the record is known to be, such as `flow=From-Botnet-V42-TCP`."),
    ])
}
