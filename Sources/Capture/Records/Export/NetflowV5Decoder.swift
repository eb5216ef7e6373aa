import DataModel
import Kernels

/// NetFlow version 5: a header of 24 bytes and up to 30 records of 48.
///
/// Source: Cisco, *NetFlow Services Solutions Guide*, tables B-3 and B-4.
final class NetflowV5Decoder: DatagramDecoder {
  static let headerBytes = 24
  static let recordBytes = 48
  /// What Cisco's exporters put into a datagram at most; others put as many as it holds.
  static let recordsMax = 30

  private(set) var issues = RecordIssues()
  private let columns: [ExportedColumn]
  private var bytes: Octets
  private var exporter: IPAddress?
  private var next = 0
  private var end = 0
  private var header = Header()
  /// Sequences by exporter and engine; the first of too many begin anew.
  private var sequences: [EngineKey: SequenceTracker] = [:]
  private static let enginesMax = 4096

  private struct EngineKey: Hashable {
    let exporter: IPAddress?
    let engine: UInt16
  }

  private struct Header {
    var uptime: UInt32 = 0
    var time: Int64 = 0
    var samplingRate: UInt64 = 1
  }

  init(_ columns: [ExportedColumn]) {
    self.columns = columns
    bytes = Octets(UnsafePointer(bitPattern: 1).unsafelyUnwrapped, 0)
  }

  func take(_ datagram: Datagram) {
    (next, end) = (0, 0)
    bytes = datagram.bytes
    exporter = datagram.exporter
    guard bytes.count >= Self.headerBytes, bytes.u16(0) == 5 else {
      let version = bytes.u16(0)
      return issues.noteMalformed(
        bytes.count < Self.headerBytes
          ? "\(bytes.count) bytes are no datagram of NetFlow v5"
          : "version \(version) is not NetFlow v5")
    }
    let announced = Int(bytes.u16(2))
    let whole = (bytes.count - Self.headerBytes) / Self.recordBytes
    if announced > max(whole, Self.recordsMax) {
      // No exporter sends so: nor are the bytes records, as nfcapd has it.
      return issues.noteMalformed("\(announced) records announced, \(whole) there")
    }
    end = min(announced, whole)
    if announced > whole {
      issues.noteMalformed(
        "\(announced) records announced, \(whole) there", count: UInt64(announced - whole))
    } else if bytes.count != Self.headerBytes + announced * Self.recordBytes {
      issues.noteMalformed(
        "\(bytes.count - Self.headerBytes - announced * Self.recordBytes) bytes behind "
          + "\(announced) records")
    }
    header.uptime = bytes.u32(4)
    header.time =
      Int64(bytes.u32(8)) * 1_000_000_000 + Int64(min(bytes.u32(12), 999_999_999))
    header.samplingRate = max(1, UInt64(bytes.u16(22) & 0x3FFF))
    follow(announced)
  }

  private func follow(_ announced: Int) {
    let key = EngineKey(exporter: exporter, engine: bytes.u16(20))
    if sequences[key] == nil, sequences.count >= Self.enginesMax { forgetSequences() }
    let sequence = bytes.u32(16)
    let verdict = sequences[key, default: SequenceTracker()].arrive(sequence)
    sequences[key]?.follow(sequence, verdict, units: UInt32(announced))
    if verdict == .restarted { issues.restarts += 1 }
    if let lost = sequences[key]?.takeLost(isSettled: false), lost > 0 { note(lost, key) }
  }

  private func note(_ lost: UInt64, _ key: EngineKey) {
    let name = key.exporter.map { "\($0)" } ?? "the exporter"
    issues.noteGap(lost, "\(lost) records of \(name) never came")
  }

  private func forgetSequences() {
    settle(isEnd: true)
    sequences.removeAll(keepingCapacity: true)
  }

  func settle(isEnd: Bool) {
    for key in sequences.keys {
      if let lost = sequences[key]?.takeLost(isSettled: true), lost > 0 { note(lost, key) }
    }
  }

  func read(into batch: TupleBatch) -> Bool {
    let count = min(end - next, TupleBatch.capacity - batch.count)
    guard count > 0 else { return next >= end }
    let row = batch.count
    let at = Self.headerBytes + next * Self.recordBytes
    for index in 0..<count {
      batch.times[row + index] = time(bytes.u32(at + index * Self.recordBytes + 24))
    }
    for column in columns { fill(column, batch, row, count, at) }
    batch.count += count
    next += count
    return next >= end
  }

  /// The time of a moment of the router's uptime, which wraps after 49.7 days.
  @inline(__always)
  private func time(_ uptime: UInt32) -> Int64 {
    max(0, header.time - Int64(Int32(bitPattern: header.uptime &- uptime)) * 1_000_000)
  }

  private func fill(
    _ column: ExportedColumn, _ batch: TupleBatch, _ row: Int, _ count: Int, _ at: Int
  ) {
    let target = batch.columns[column.index]
    let stride = Self.recordBytes
    switch column.value {
    case .record(let offset, let width):
      let unreadable = column.fill(
        target, row, count, bytes, at + offset, stride: stride, width: width)
      if unreadable > 0 { issues.noteUnreadable(unreadable, column.name) }
    case .header(let offset, let width):
      let value = bytes.unsigned(offset, width)
      for index in 0..<count { target.set(row + index, value) }
    case .start:
      for index in 0..<count {
        target.set(row + index, UInt64(bitPattern: batch.times[row + index]))
      }
    case .end:
      for index in 0..<count {
        let end = time(bytes.u32(at + index * stride + 28))
        target.set(row + index, UInt64(bitPattern: end))
      }
    case .duration:
      for index in 0..<count {
        let first = bytes.u32(at + index * stride + 24)
        let length = Int64(Int32(bitPattern: bytes.u32(at + index * stride + 28) &- first))
        target.set(row + index, UInt64(bitPattern: length * 1_000_000))
      }
    case .exporter: for index in 0..<count { target.set(row + index, address: exporter) }
    case .samplingRate:
      for index in 0..<count { target.set(row + index, header.samplingRate) }
    case .service:
      for index in 0..<count {
        let record = bytes.slice(at + index * stride, stride)
        target.set(
          row + index,
          PortService.code(
            protocol: record.u8(38), UInt64(record.u16(32)), UInt64(record.u16(34))))
      }
    case .estimated(.record(let offset, _)):
      for index in 0..<count {
        let sampled = UInt64(bytes.u32(at + index * stride + offset))
        target.set(row + index, sampled * header.samplingRate)
      }
    case .elements, .estimated, .sample, .exportTime, .domain:
      preconditionFailure("NetFlow v5 has no \(column.name)")
    }
  }
}
