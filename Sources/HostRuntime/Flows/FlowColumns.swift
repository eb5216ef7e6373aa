import DataModel
import Kernels

/// Writes the records of flows into the columns of a batch.
struct FlowColumns {
  /// A flow as its record has it: from the source's side.
  struct Record {
    let flow: FlowEntry
    let key: FlowKey
    let source, dest: FlowSums

    init(_ flow: FlowEntry) {
      self.flow = flow
      let isFromA = flow.sourceIsA
      key = isFromA ? flow.key : flow.key.reversed
      (source, dest) = isFromA ? (flow.fromA, flow.fromB) : (flow.fromB, flow.fromA)
    }
  }

  /// What a column says of a flow.
  private enum Content: Sendable {
    /// A number; nil where it is missing.
    case number(@Sendable (Record) -> UInt64?)
    /// A sum of either end, or of both.
    case counter(@Sendable (FlowSums) -> UInt64, ends: Ends)
    /// TCP flags of either end, or of both.
    case flags(ends: Ends)
    case address(ends: Ends)
    case protocolName
  }

  private enum Ends { case source, dest, both }

  /// The columns of ``RecordFormats/flows``, by name.
  private static let contents: [String: Content] = [
    "TimeSeconds": .number { UInt64(bitPattern: $0.flow.first) },
    "EndTime": .number { UInt64(bitPattern: $0.flow.last) },
    "DurationSeconds": .number { UInt64(bitPattern: $0.flow.last - $0.flow.first) },
    "First": .number { UInt64(max(0, $0.flow.first / nanosecondsPerMillisecond)) },
    "Last": .number { UInt64(max(0, $0.flow.last / nanosecondsPerMillisecond)) },
    "SourceIp": .address(ends: .source),
    "DestIp": .address(ends: .dest),
    "SourcePort": .number { UInt64($0.key.portA) },
    "DestPort": .number { UInt64($0.key.portB) },
    "IpLayerProtocol": .number { UInt64($0.key.protocolNumber) },
    "IpLayerProtocolCode": .protocolName,
    "ApplicationProtocol": .number {
      PortService.code(
        protocol: $0.key.protocolNumber, UInt64($0.key.portA), UInt64($0.key.portB))
    },
    "SrcPayloadBytes": .counter(\.payload, ends: .source),
    "DestPayloadBytes": .counter(\.payload, ends: .dest),
    "SrcTotalBytes": .counter(\.octets, ends: .source),
    "DestTotalBytes": .counter(\.octets, ends: .dest),
    "FirstSeenSrcPacketCount": .counter(\.packets, ends: .source),
    "FirstSeenDestPacketCount": .counter(\.packets, ends: .dest),
    "TotalPackets": .counter(\.packets, ends: .both),
    "TotalBytes": .counter(\.octets, ends: .both),
    "TcpFlags": .flags(ends: .both),
    "SrcTcpFlags": .flags(ends: .source),
    "DestTcpFlags": .flags(ends: .dest),
    "RecordForceOut": .number { $0.flow.isForced ? 1 : 0 },
  ]

  let made: PanedBatch
  private let columns: [(Content, TupleColumn)]
  /// The code of each protocol's name, once it was asked for; 0 where the table of texts is full.
  private var protocolCodes = [UInt64?](repeating: nil, count: 256)

  /// The most that a counter's column holds.
  private static let counterMax = (UInt64(1) << 60) - 1
  private static let nanosecondsPerMillisecond: Int64 = 1_000_000

  init(_ fields: [FieldID]) {
    made = PanedBatch(fields: fields)
    columns = zip(fields, made.batch.columns).compactMap { id, column in
      if id.record?.origin == .untold {
        // Missing in every record, and never written.
        column.validity.update(repeating: 0, count: TupleBatch.capacity)
        return nil
      }
      guard let content = Self.contents[id.field.name] else {
        preconditionFailure("flows have no column \(id)")
      }
      return (content, column)
    }
  }

  /// Appends a record, in batches of one pane of the plan each.
  mutating func append(_ flow: FlowEntry, pane: Window, _ push: (TupleBatch) -> Void) {
    let row = made.append(at: flow.first, in: pane, push)
    let record = Record(flow)
    for (content, column) in columns {
      let value: UInt64?
      switch content {
      case .number(let read): value = read(record)
      case .counter(let read, let ends): value = Self.sum(read, ends, of: record)
      case .flags(let ends): value = Self.flags(ends, of: record)
      case .protocolName: value = code(record.key.protocolNumber)
      case .address(let ends):
        put(ends, of: record.key, column, row)
        continue
      }
      column.lane0[row] = value ?? 0
      column.validity[row] = value == nil ? 0 : 1
    }
  }

  private func put(_ ends: Ends, of key: FlowKey, _ column: TupleColumn, _ row: Int) {
    (column.lane0[row], column.lane1[row]) =
      ends == .source ? (key.highA, key.lowA) : (key.highB, key.lowB)
    column.validity[row] = key.isV6 ? 6 : 4
  }

  private static func sum(
    _ read: (FlowSums) -> UInt64, _ ends: Ends, of record: Record
  ) -> UInt64 {
    switch ends {
    case .source: min(read(record.source), counterMax)
    case .dest: min(read(record.dest), counterMax)
    case .both: min(read(record.source) &+ read(record.dest), counterMax)
    }
  }

  private static func flags(_ ends: Ends, of record: Record) -> UInt64? {
    guard record.key.protocolNumber == ProtocolNames.tcp else { return nil }
    let all =
      switch ends {
      case .source: record.source.flags
      case .dest: record.dest.flags
      case .both: record.source.flags | record.dest.flags
      }
    return all & 0xFFF
  }

  private mutating func code(_ number: UInt8) -> UInt64? {
    if let known = protocolCodes[Int(number)] { return known == 0 ? nil : known }
    let made = TextTable.pinnedCode(ProtocolNames.name(number))
    protocolCodes[Int(number)] = made ?? 0
    return made
  }
}
