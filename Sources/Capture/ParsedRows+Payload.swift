internal import CRuntimeBPF
internal import DataModel
internal import Glibc

// What the ports and the payload tell, by the primitives of the data path.
extension ParsedRows {
  /// Codes of services; missing where the ports have none.
  func services(into column: TupleColumn) {
    fill(column) { row, frame in sal_service(&frame, layers + row) }
  }

  /// Lengths by the IP header; missing where there is no such payload.
  func payloadLengths(isUDPToo: Bool, into column: TupleColumn) {
    fill(column) { row, frame in
      sal_payload_length(sal_payload(&frame, layers + row, isUDPToo ? 1 : 0))
    }
  }

  /// Whether the first bytes of each payload, as far as they were captured, have the needle.
  func searchPayloads(for needle: [UInt8], into column: TupleColumn) {
    needle.withUnsafeBytes { needle in
      column.fill(count) { row in
        let length = layers[row].cap_len
        var frame = sal_frame(bytes: starts[row], length: length)
        let place = sal_payload(&frame, layers + row, 1)
        let at = Int(place >> 32)
        guard Int64(bitPattern: place) >= 0, at < Int(length) else { return 0 }
        let size = min(Int(place & 0xFFFF_FFFF), Int(length) - at, PayloadSearch.limit)
        let seen = UnsafeRawBufferPointer(start: starts[row] + at, count: size)
        return Self.has(seen, needle) ? 1 : 0
      }
    }
  }

  /// The first bytes of each payload behind which records are read, as far as they were captured;
  /// missing where the packet has no such header.
  func copyBytes(_ bytes: PacketBytes, into column: TupleColumn) {
    guard let room = column.bytes else { preconditionFailure("the column has room for bytes") }
    let layer = UInt32(bytes.layer.rawValue)
    for row in 0..<count {
      let isThere = layers[row].present >> layer & 1 != 0
      var size: UInt64 = 0
      if isThere {
        var frame = sal_frame(bytes: starts[row], length: layers[row].cap_len)
        let place = sal_payload(&frame, layers + row, 1)
        size = sal_payload_copy(
          &frame, place, UInt64(layers[row].cap_len), room + row * PacketBytes.limit)
      }
      column.lane0[row] = size
      column.validity[row] = isThere ? 1 : 0
    }
  }

  /// Whether `needle`, which is not empty, stands in `bytes`.
  private static func has(
    _ bytes: UnsafeRawBufferPointer, _ needle: UnsafeRawBufferPointer
  ) -> Bool {
    guard var from = bytes.baseAddress, let wanted = needle.baseAddress else { return false }
    var left = bytes.count - needle.count + 1
    while left > 0, let found = memchr(from, Int32(needle[0]), left) {
      if memcmp(found, wanted, needle.count) == 0 { return true }
      let next = UnsafeRawPointer(found) + 1
      left -= next - from
      from = next
    }
    return false
  }

  /// Fills a column with what a primitive gives, all ones for missing.
  @inline(__always)
  private func fill(_ column: TupleColumn, _ value: (Int, inout sal_frame) -> UInt64) {
    for row in 0..<count {
      var frame = sal_frame(bytes: starts[row], length: layers[row].cap_len)
      let found = value(row, &frame)
      let isMissing = found == .max
      column.lane0[row] = isMissing ? 0 : found
      column.validity[row] = isMissing ? 0 : 1
    }
  }
}
