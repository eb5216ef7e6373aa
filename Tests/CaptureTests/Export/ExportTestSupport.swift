import DataModel
import Glibc

@testable import Capture

/// Datagrams of a test, one after the other.
final class DatagramList: DatagramSource {
  let isLive = false
  let issues = RecordIssues()
  let progress: (read: UInt64, total: UInt64) = (0, 0)
  private var datagrams: [[UInt8]]
  private var next = 0
  private let exporter: IPAddress?
  private let space: UnsafeMutablePointer<UInt8>

  init(_ datagrams: [[UInt8]], exporter: IPAddress? = IPAddress(v4: 0x0A00_0001)) {
    self.datagrams = datagrams
    self.exporter = exporter
    space = .allocate(capacity: 1 << 17)
  }

  deinit { space.deallocate() }

  func next(wait: Bool) throws(CaptureError) -> Datagram? {
    guard next < datagrams.count else { return nil }
    let bytes = datagrams[next]
    next += 1
    space.update(from: bytes, count: bytes.count)
    return Datagram(
      bytes: Octets(space, bytes.count), exporter: exporter, port: 9, received: 77_000_000_000)
  }
}

/// What a decoder makes of datagrams.
struct Decoded {
  var rows: [[Value]] = []
  var times: [Int64] = []
  var batches = 0
  var issues = RecordIssues()

  init(_ kind: ExportProtocol, _ datagrams: [[UInt8]], _ names: [String]) throws {
    let schema = RecordFormats.all.first { $0.exportProtocol == kind }!
    let fields = names.map { schema.named($0)! }
    let reader = DatagramReader(DatagramList(datagrams), datagramDecoder(kind, fields))
    let batch = TupleBatch(fields: fields)
    while try reader.nextBatch(into: batch) {
      batches += 1
      for row in 0..<batch.count {
        times.append(batch.times[row])
        rows.append(
          zip(batch.columns, fields).map { column, id in
            let validity = column.validity[row]
            if validity == 0 { return .missing }
            return Value(
              lanes: (column.lane0[row], column.lane1[row]), type: id.field.type,
              isV6: validity == 6)
          })
      }
    }
    issues = reader.issues
  }
}

/// Big-endian bytes.
func octets(_ value: some FixedWidthInteger, _ width: Int) -> [UInt8] {
  (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * (width - 1 - $0))) }
}

/// A field of a template: element, length, and the enterprise where it has one.
struct TestField {
  var id: UInt16
  var length: Int
  var enterprise: UInt32?

  init(_ id: UInt16, _ length: Int, enterprise: UInt32? = nil) {
    self.id = id
    self.length = length
    self.enterprise = enterprise
  }

  var bytes: [UInt8] {
    let head = octets(enterprise == nil ? id : id | 0x8000, 2) + octets(length, 2)
    return head + (enterprise.map { octets($0, 4) } ?? [])
  }
}

enum TestMessage {
  static func set(_ id: UInt16, _ body: [UInt8]) -> [UInt8] {
    octets(id, 2) + octets(body.count + 4, 2) + body
  }

  static func template(_ id: UInt16, _ fields: [TestField]) -> [UInt8] {
    octets(id, 2) + octets(fields.count, 2) + fields.flatMap(\.bytes)
  }

  static func options(_ id: UInt16, scopes: Int, _ fields: [TestField]) -> [UInt8] {
    octets(id, 2) + octets(fields.count, 2) + octets(scopes, 2) + fields.flatMap(\.bytes)
  }

  /// An IPFIX message, made at 1 000 s.
  static func ipfix(_ sets: [[UInt8]], sequence: UInt32 = 0, domain: UInt32 = 7) -> [UInt8] {
    let body = sets.flatMap { $0 }
    return octets(10, 2) + octets(body.count + 16, 2) + octets(1000, 4) + octets(sequence, 4)
      + octets(domain, 4) + body
  }

  /// A datagram of NetFlow v9, made at 1 000 s of an exporter that runs for 60 s.
  static func v9(_ sets: [[UInt8]], sequence: UInt32 = 0, count: Int = 1) -> [UInt8] {
    octets(9, 2) + octets(count, 2) + octets(60_000, 4) + octets(1000, 4) + octets(sequence, 4)
      + octets(7, 4) + sets.flatMap { $0 }
  }

  /// A datagram of NetFlow v5 with records of so many octets each.
  static func v5(_ counts: [UInt32], sequence: UInt32 = 0) -> [UInt8] {
    var bytes =
      octets(5, 2) + octets(counts.count, 2) + octets(60_000, 4) + octets(1000, 4)
      + octets(500_000_000, 4) + octets(sequence, 4) + [1, 2] + octets(0x4064, 2)
    for count in counts {
      bytes += [10, 0, 0, 1, 10, 0, 0, 2, 10, 0, 0, 3] + octets(4, 2) + octets(5, 2)
      bytes += octets(3, 4) + octets(count, 4) + octets(50_000, 4) + octets(57_500, 4)
      bytes += octets(40_000, 2) + octets(443, 2) + [0, 0x12, 6, 8] + octets(64_500, 2)
      bytes += octets(64_501, 2) + [24, 16, 0, 0]
    }
    return bytes
  }
}
