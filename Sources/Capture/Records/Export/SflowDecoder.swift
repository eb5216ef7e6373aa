import DataModel
import Kernels

/// sFlow version 5: datagrams of samples; a flow sample is a packet, and so a record.
///
/// Samples of counters are no records, and are counted as such. Source: sflow.org,
/// sflow_version_5.txt, July 2004; discarded packets: sflow_drops.txt, 2020.
final class SflowDecoder: DatagramDecoder {
  private(set) var issues = RecordIssues()
  private let columns: [ExportedColumn]
  private var samples: [SflowSample] = []
  private var next = 0
  private var datagram: Datagram?
  private var header = Header()
  private var sequences: [AgentKey: SequenceTracker] = [:]
  private static let agentsMax = 4096

  private struct AgentKey: Hashable {
    let agent: IPAddress?
    let subAgent: UInt32
  }

  private struct Header {
    var time: Int64 = 0
    var agent: IPAddress?
    var subAgent: UInt32 = 0
  }

  init(_ columns: [ExportedColumn]) { self.columns = columns }

  func take(_ datagram: Datagram) {
    samples.removeAll(keepingCapacity: true)
    next = 0
    self.datagram = datagram
    let bytes = datagram.bytes
    guard bytes.count >= 28, bytes.u32(0) == 5 else {
      return issues.noteMalformed(
        bytes.count < 28
          ? "\(bytes.count) bytes are no datagram of sFlow v5"
          : "version \(bytes.u32(0)) is not sFlow v5")
    }
    guard let (agent, at) = SflowSample.address(bytes, 4), bytes.has(at, 16) else {
      return issues.noteMalformed("an agent's address of type \(bytes.u32(4))")
    }
    header = Header(
      time: datagram.received ?? Int64(bytes.u32(at + 8)) * 1_000_000, agent: agent,
      subAgent: bytes.u32(at))
    follow(bytes.u32(at + 4))
    var place = at + 16
    let count = bytes.u32(at + 12)
    for index in 0..<count {
      guard bytes.has(place, 8), bytes.has(place + 8, Int(bytes.u32(place + 4))) else {
        // What is said to follow may be any number; no more can have been there than have room.
        let room = UInt32(max(1, (bytes.count - place) / 8))
        return issues.noteMalformed(
          "\(count) samples announced, \(index) there", count: UInt64(min(count - index, room)))
      }
      let length = Int(bytes.u32(place + 4))
      take(format: bytes.u32(place), bytes.slice(place + 8, length))
      place += 8 + length
    }
  }

  /// One sample: of packets (1, 3), of counters (2, 4), of discarded packets (5).
  private func take(format: UInt32, _ bytes: Octets) {
    var sample = SflowSample()
    let records: Int
    sample.sequence = bytes.u32(0)
    switch format {
    case 1:
      guard bytes.has(0, 32) else { return issues.noteMalformed("a flow sample is cut") }
      sample.sourceIndex = bytes.u32(4) & 0xFF_FFFF
      (sample.rate, sample.pool, sample.drops) = (bytes.u32(8), bytes.u32(12), bytes.u32(16))
      sample.input = Self.interface(bytes.u32(20) >> 30, bytes.u32(20) & 0x3FFF_FFFF)
      sample.output = Self.interface(bytes.u32(24) >> 30, bytes.u32(24) & 0x3FFF_FFFF)
      records = 28
    case 3:
      guard bytes.has(0, 44) else { return issues.noteMalformed("a flow sample is cut") }
      sample.sourceIndex = bytes.u32(8)
      (sample.rate, sample.pool, sample.drops) = (bytes.u32(12), bytes.u32(16), bytes.u32(20))
      sample.input = Self.interface(bytes.u32(24), bytes.u32(28))
      sample.output = Self.interface(bytes.u32(32), bytes.u32(36))
      records = 40
    case 5:
      guard bytes.has(0, 32) else { return issues.noteMalformed("a discard is cut") }
      sample.sourceIndex = bytes.u32(8)
      (sample.rate, sample.drops) = (1, bytes.u32(12))
      sample.input = bytes.u32(16)
      sample.output = bytes.u32(20)
      sample.dropReason = bytes.u32(24)
      records = 28
    case 2, 4:
      issues.counterSamples += 1
      return
    default:
      issues.unknownSamples += 1
      return
    }
    takeRecords(bytes, records, &sample)
    samples.append(sample)
  }

  private func takeRecords(_ bytes: Octets, _ start: Int, _ sample: inout SflowSample) {
    var at = start + 4
    for _ in 0..<bytes.u32(start) {
      guard bytes.has(at, 8), bytes.has(at + 8, Int(bytes.u32(at + 4))) else {
        return issues.noteMalformed("a record of a sample reaches beyond it")
      }
      let length = Int(bytes.u32(at + 4))
      sample.take(format: bytes.u32(at), bytes.slice(at + 8, length))
      at += 8 + length
    }
  }

  /// A single interface by its index: format 0, not 2^30 - 1, which means none.
  private static func interface(_ format: UInt32, _ value: UInt32) -> UInt32? {
    format == 0 && value != 0x3FFF_FFFF ? value : nil
  }

  private func follow(_ sequence: UInt32) {
    let key = AgentKey(agent: header.agent, subAgent: header.subAgent)
    if sequences[key] == nil, sequences.count >= Self.agentsMax {
      settle(isEnd: true)
      sequences.removeAll(keepingCapacity: true)
    }
    let verdict = sequences[key, default: SequenceTracker()].arrive(sequence)
    sequences[key]?.follow(sequence, verdict, units: 1)
    if verdict == .restarted { issues.restarts += 1 }
    note(sequences[key]?.takeLost(isSettled: false) ?? 0, key)
  }

  private func note(_ lost: UInt64, _ key: AgentKey) {
    guard lost > 0 else { return }
    let name = key.agent.map { "\($0)" } ?? "an agent"
    issues.noteGap(lost, "\(lost) datagrams of \(name) never came")
  }

  func settle(isEnd: Bool) {
    for key in sequences.keys {
      note(sequences[key]?.takeLost(isSettled: true) ?? 0, key)
    }
  }

  func read(into batch: TupleBatch) -> Bool {
    while next < samples.count, batch.count < TupleBatch.capacity {
      batch.times[batch.count] = header.time
      for column in columns { fill(column, batch.columns[column.index], batch.count) }
      batch.count += 1
      next += 1
    }
    return next == samples.count
  }

  private func fill(_ column: ExportedColumn, _ target: TupleColumn, _ row: Int) {
    let sample = samples[next]
    switch column.value {
    case .start: target.set(row, UInt64(bitPattern: header.time))
    case .exporter: target.set(row, address: datagram?.exporter)
    case .domain: target.set(row, UInt64(header.subAgent))
    case .samplingRate: target.set(row, UInt64(max(1, sample.rate)))
    case .service:
      guard let number = sample.protocolNumber, let source = sample.sourcePort,
        let destination = sample.destinationPort
      else { return target.setMissing(row) }
      target.set(
        row, PortService.code(protocol: number, UInt64(source), UInt64(destination)))
    case .estimated(.sample(let field)):
      guard let number = sample.number(field) else { return target.setMissing(row) }
      let product = number.multipliedFullWidth(by: UInt64(max(1, sample.rate)))
      guard product.high == 0, product.low <= column.limit else {
        issues.noteUnreadable(1, column.name)
        return target.setMissing(row)
      }
      target.set(row, product.low)
    case .sample(let field): fill(field, of: sample, column, target, row)
    default: preconditionFailure("sFlow has no \(column.name)")
    }
  }

  private func fill(
    _ field: SampleField, of sample: SflowSample, _ column: ExportedColumn, _ target: TupleColumn,
    _ row: Int
  ) {
    if column.form == .address {
      let address =
        switch field {
        case .agent: header.agent
        case .sourceAddress: sample.source
        case .destinationAddress: sample.destination
        default: sample.nextHop
        }
      return target.set(row, address: address)
    }
    guard let value = sample.number(field) else { return target.setMissing(row) }
    guard value <= column.limit else {
      issues.noteUnreadable(1, column.name)
      return target.setMissing(row)
    }
    target.set(row, value)
  }
}

extension SflowSample {
  /// A field that is a number.
  func number(_ field: SampleField) -> UInt64? {
    switch field {
    case .sequence: UInt64(sequence)
    case .sourceIndex: UInt64(sourceIndex)
    case .pool: pool.map { UInt64($0) }
    case .drops: UInt64(drops)
    case .input: input.map { UInt64($0) }
    case .output: output.map { UInt64($0) }
    case .dropReason: dropReason.map { UInt64($0) }
    case .frameLength: frameLength.map { UInt64($0) }
    case .sourceMAC: sourceMAC
    case .destinationMAC: destinationMAC
    case .etherType: etherType.map { UInt64($0) }
    case .vlan: vlan.map { UInt64($0) }
    case .sourceVLAN: sourceVLAN.map { UInt64($0) }
    case .destinationVLAN: destinationVLAN.map { UInt64($0) }
    case .protocolNumber: protocolNumber.map { UInt64($0) }
    case .typeOfService: typeOfService.map { UInt64($0) }
    case .timeToLive: timeToLive.map { UInt64($0) }
    case .sourcePort: sourcePort.map { UInt64($0) }
    case .destinationPort: destinationPort.map { UInt64($0) }
    case .tcpFlags: tcpFlags.map { UInt64($0) }
    case .sourceMask: sourceMask.map { UInt64($0) }
    case .destinationMask: destinationMask.map { UInt64($0) }
    case .sourceAS: sourceAS.map { UInt64($0) }
    case .destinationAS: destinationAS.map { UInt64($0) }
    case .agent, .sourceAddress, .destinationAddress, .nextHop: nil
    }
  }
}
