/// A protocol that exports flow records or samples in datagrams.
public enum ExportProtocol: String, Hashable, Sendable, CaseIterable {
  /// Cisco NetFlow version 5: records of one fixed layout.
  case netflowV5
  /// NetFlow version 9 (RFC 3954): records of templates.
  case netflowV9
  /// IPFIX (RFC 7011).
  case ipfix
  /// sFlow version 5 (sflow.org, sflow_version_5.txt): sampled packets.
  case sflow

  /// The ports that exporters send to unless told otherwise; the first is the usual one.
  public var ports: [UInt16] {
    switch self {
    case .netflowV5, .netflowV9: [2055, 9995, 9996, 9555, 9025, 9026]
    case .ipfix: [4739]
    case .sflow: [6343]
    }
  }

  /// The word that its datagrams begin with, big-endian; of sFlow's 32-bit word the lower half.
  public var version: UInt16 {
    switch self {
    case .netflowV5, .sflow: 5
    case .netflowV9: 9
    case .ipfix: 10
    }
  }
}

/// An information element of IPFIX (RFC 7012, IANA's registry; enterprise 0), or of an enterprise.
/// NetFlow version 9 has the same numbers, and no enterprises.
public struct FlowElement: Hashable, Sendable {
  /// The private enterprise number; 0 is IANA's registry, 29305 its elements of the other
  /// direction (RFC 5103).
  public let enterprise: UInt32
  /// The element's number.
  public let id: UInt16

  /// Names an element.
  public init(enterprise: UInt32 = 0, _ id: UInt16) {
    self.enterprise = enterprise
    self.id = id
  }

  /// Elements of biflows in the other direction (RFC 5103, section 6.1).
  public static let reverseEnterprise: UInt32 = 29305
}

/// Where a column of an exported record comes from.
public indirect enum ExportedValue: Hashable, Sendable {
  /// A number or an IPv4 address at this offset of the datagram's header.
  case header(offset: Int, width: Int)
  /// The same at this offset of the record.
  case record(offset: Int, width: Int)
  /// The first of these elements that the record's template has.
  case elements([FlowElement])
  /// Such a number times the sampling rate; unreadable where that exceeds the column.
  case estimated(ExportedValue)
  /// A field of a sample of sFlow.
  case sample(SampleField)
  /// When the flow began, as exactly as the record says; else when the datagram was made.
  case start
  /// When it ended.
  case end
  /// How long it lasted.
  case duration
  /// When the datagram was made.
  case exportTime
  /// The address that sent the datagram.
  case exporter
  /// The exporter's observation domain, source or sub-agent.
  case domain
  /// One in so many packets was seen; 1 where nothing says otherwise.
  case samplingRate
  /// The service of the ports (``Services``).
  case service
}

/// What a sample of sFlow says.
public enum SampleField: Hashable, Sendable {
  case agent, sequence, sourceIndex, pool, drops, input, output, dropReason
  case frameLength, sourceMAC, destinationMAC, etherType, vlan, sourceVLAN, destinationVLAN
  case sourceAddress, destinationAddress, protocolNumber, typeOfService, timeToLive
  case sourcePort, destinationPort, tcpFlags
  case nextHop, sourceMask, destinationMask, sourceAS, destinationAS
}

/// A row of a table of exported columns: everything that there is to know about one.
struct ExportColumn {
  let row: RecordSchema.Row
  let value: ExportedValue

  init(
    _ name: String, _ aliases: [String], _ type: ScalarType, _ value: ExportedValue,
    _ summary: String
  ) {
    row = (name, aliases, type, summary)
    self.value = value
  }

  /// A column of elements of IANA's registry.
  init(
    _ name: String, _ aliases: [String], _ type: ScalarType, ie ids: UInt16...,
    summary: String
  ) {
    self.init(name, aliases, type, .elements(ids.map { FlowElement($0) }), summary)
  }

  /// A column of elements of the other direction, and then of others.
  init(
    _ name: String, _ aliases: [String], _ type: ScalarType, reverse ids: UInt16...,
    or others: [UInt16] = [], summary: String
  ) {
    let reverse = ids.map { FlowElement(enterprise: FlowElement.reverseEnterprise, $0) }
    self.init(
      name, aliases, type, .elements(reverse + others.map { FlowElement($0) }), summary)
  }
}

extension RecordSchema {
  /// The protocol that sends such records in datagrams; nil for records of lines.
  public var exportProtocol: ExportProtocol? {
    if case .datagrams(let kind) = encoding { kind } else { nil }
  }
}

extension RecordFormats {
  /// Where the columns of a protocol's schema stand in its datagrams, by position.
  public static func exported(by kind: ExportProtocol) -> [ExportedValue] {
    switch kind {
    case .netflowV5: netflowV5Columns.map(\.value)
    case .netflowV9, .ipfix: elementColumns.map(\.value)
    case .sflow: sflowColumns.map(\.value)
    }
  }

  static func schema(
    _ source: String, _ summary: String, _ kind: ExportProtocol,
    lateness: Int64 = RecordSchema.flowLateness, isBidirectional: Bool = true,
    _ columns: [ExportColumn]
  ) -> RecordSchema {
    RecordSchema(
      source, summary, encoding: .datagrams(kind), time: "TimeSeconds", lateness: lateness,
      isBidirectional: isBidirectional, columns.map(\.row))
  }
}
