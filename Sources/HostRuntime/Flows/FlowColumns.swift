import DataModel
import Kernels

/// Writes the records of flows into the columns of a batch.
struct FlowColumns {
  /// A column of ``RecordFormats/flows``, by its name.
  private enum Column: String {
    case start = "TimeSeconds"
    case end = "EndTime"
    case duration = "DurationSeconds"
    case first = "First"
    case last = "Last"
    case source = "SourceIp"
    case dest = "DestIp"
    case sourcePort = "SourcePort"
    case destPort = "DestPort"
    case number = "IpLayerProtocol"
    case code = "IpLayerProtocolCode"
    case service = "ApplicationProtocol"
    case sourcePayload = "SrcPayloadBytes"
    case destPayload = "DestPayloadBytes"
    case sourceOctets = "SrcTotalBytes"
    case destOctets = "DestTotalBytes"
    case sourcePackets = "FirstSeenSrcPacketCount"
    case destPackets = "FirstSeenDestPacketCount"
    case packets = "TotalPackets"
    case octets = "TotalBytes"
    case flags = "TcpFlags"
    case sourceFlags = "SrcTcpFlags"
    case destFlags = "DestTcpFlags"
    case isForced = "RecordForceOut"
  }

  let made: PanedBatch
  private let columns: [(Column, TupleColumn)]
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
      guard let name = Column(rawValue: id.field.name) else {
        preconditionFailure("flows have no column \(id)")
      }
      return (name, column)
    }
  }

  /// Appends a record, in batches of one pane of the plan each.
  mutating func append(_ flow: FlowEntry, pane: Window, _ push: (TupleBatch) -> Void) {
    let row = made.append(at: flow.first, in: pane, push)
    let isFromA = flow.sourceIsA
    let key = isFromA ? flow.key : flow.key.reversed
    let (source, dest) = isFromA ? (flow.fromA, flow.fromB) : (flow.fromB, flow.fromA)
    for (name, column) in columns {
      let value: UInt64?
      switch name {
      case .source:
        put(key.highA, key.lowA, isV6: key.isV6, column, row)
        continue
      case .dest:
        put(key.highB, key.lowB, isV6: key.isV6, column, row)
        continue
      case .start: value = UInt64(bitPattern: flow.first)
      case .end: value = UInt64(bitPattern: flow.last)
      case .duration: value = UInt64(bitPattern: flow.last - flow.first)
      case .first: value = UInt64(max(0, flow.first / Self.nanosecondsPerMillisecond))
      case .last: value = UInt64(max(0, flow.last / Self.nanosecondsPerMillisecond))
      case .sourcePort: value = UInt64(key.portA)
      case .destPort: value = UInt64(key.portB)
      case .number: value = UInt64(key.protocolNumber)
      case .code: value = code(key.protocolNumber)
      case .service: value = service(key)
      case .isForced: value = flow.isForced ? 1 : 0
      case .flags, .sourceFlags, .destFlags:
        value = key.protocolNumber == 6 ? flags(name, source.flags, dest.flags) : nil
      default: value = counter(name, source, dest)
      }
      column.lane0[row] = value ?? 0
      column.validity[row] = value == nil ? 0 : 1
    }
  }

  private func put(
    _ high: UInt64, _ low: UInt64, isV6: Bool, _ column: TupleColumn, _ row: Int
  ) {
    column.lane0[row] = high
    column.lane1[row] = low
    column.validity[row] = isV6 ? 6 : 4
  }

  private func counter(_ name: Column, _ source: FlowSums, _ dest: FlowSums) -> UInt64 {
    let sum: UInt64 =
      switch name {
      case .sourcePayload: source.payload
      case .destPayload: dest.payload
      case .sourceOctets: source.octets
      case .destOctets: dest.octets
      case .sourcePackets: source.packets
      case .destPackets: dest.packets
      case .packets: source.packets &+ dest.packets
      default: source.octets &+ dest.octets
      }
    return min(sum, Self.counterMax)
  }

  private func flags(_ name: Column, _ source: UInt64, _ dest: UInt64) -> UInt64 {
    let all: UInt64 =
      switch name {
      case .sourceFlags: source
      case .destFlags: dest
      default: source | dest
      }
    return all & 0xFFF
  }

  private mutating func code(_ number: UInt8) -> UInt64? {
    if let known = protocolCodes[Int(number)] { return known == 0 ? nil : known }
    let made = TextTable.code(ProtocolNames.name(number))
    protocolCodes[Int(number)] = made ?? 0
    return made
  }

  private func service(_ key: FlowKey) -> UInt64? {
    guard key.protocolNumber == 6 || key.protocolNumber == 17 else { return nil }
    return PortService.code(isUDP: key.protocolNumber == 17, key.portA, key.portB)
  }
}
