extension RecordFormats {
  /// Flow records of the VAST 2013 challenge, as SAM reads them: 19 fields, which a label may
  /// precede.
  ///
  /// Source: VAST Challenge 2013, Mini-Challenge 3, *Network Flow data description*; names are
  /// those of SAL, other names those of the published header.
  static let vast = RecordSchema(
    "VastStream", "Flow records as VAST 2013 CSV, also behind a label",
    encoding: .delimited(separator: UInt8(ascii: ","), optional: 1), time: "TimeSeconds",
    [
      ("Label", ["label"], .unsigned(bits: 32), "What the record is known to be; 1 is malicious."),
      ("TimeSeconds", ["StartTime"], .time, "When the flow began: seconds since the Unix epoch."),
      ("ParseDate", ["parsedDate"], .text, "The same as a date and time in text."),
      ("DateTime", ["dateTimeStr"], .text, "The same in digits."),
      (
        "IpLayerProtocol", ["ipLayerProtocol", "IpProtocol", "Protocol"], byte,
        "The IP protocol's number."
      ),
      ("IpLayerProtocolCode", ["ipLayerProtocolCode"], .text, "The IP protocol's name."),
      ("SourceIp", ["firstSeenSrcIp", "SrcIp"], .ip, "The address that was seen first to send."),
      ("DestIp", ["firstSeenDestIp", "DstIp"], .ip, "The address that was seen first to receive."),
      ("SourcePort", ["firstSeenSrcPort", "SrcPort"], port, "The source's port."),
      ("DestPort", ["firstSeenDestPort", "DstPort"], port, "The destination's port."),
      ("MoreFragments", ["moreFragments"], byte, "Whether more fragments follow."),
      (
        "CountFragments", ["contFragments"], .unsigned(bits: 32),
        "Whether the record goes on with fragments of an earlier one."
      ),
      ("DurationSeconds", ["durationSeconds", "Duration"], .duration, "How long the flow lasted."),
      (
        "SrcPayloadBytes", ["firstSeenSrcPayloadBytes"], counter,
        "Octets of payload that the source sent."
      ),
      (
        "DestPayloadBytes", ["firstSeenDestPayloadBytes"], counter,
        "Octets of payload that the destination sent."
      ),
      ("SrcTotalBytes", ["firstSeenSrcTotalBytes"], counter, "Octets that the source sent."),
      (
        "DestTotalBytes", ["firstSeenDestTotalBytes"], counter, "Octets that the destination sent."
      ),
      (
        "FirstSeenSrcPacketCount", ["firstSeenSrcPacketCount", "SrcPacketCount"], counter,
        "Packets that the source sent."
      ),
      (
        "FirstSeenDestPacketCount", ["firstSeenDestPacketCount", "DestPacketCount"], counter,
        "Packets that the destination sent."
      ),
      (
        "RecordForceOut", ["recordForceOut"], byte,
        "Whether the record was written before the flow had ended."
      ),
    ])
}
