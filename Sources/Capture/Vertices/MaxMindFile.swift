import DataModel

/// A MaxMind DB: a search tree over the bits of addresses, and the records at its leaves.
///
/// - Source: *MaxMind DB File Format Specification* 2.0. Every offset is checked, so that a damaged
///   file says less, and nothing worse.
final class MaxMindFile: VertexAttributes {
  private let bytes: [UInt8]
  private let nodeCount: Int
  /// Bits of a record of the tree: 24, 28 or 32.
  private let recordBits: Int
  private let treeSize: Int
  /// Where the tree of IPv4 begins.
  private let v4Root: Int
  private let isV6: Bool

  private static let marker: [UInt8] = [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)

  /// Nil where the bytes are no such database.
  init?(_ bytes: [UInt8], path: String) throws(CaptureError) {
    guard let start = Self.metadata(in: bytes) else { return nil }
    let reader = MaxMindReader(bytes: bytes, base: start)
    func number(_ name: String) -> Int? {
      if case .number(let value)? = reader.member([name], at: start), value >= 0, value < 1e15 {
        return Int(value)
      }
      return nil
    }
    guard let count = number("node_count"), let bits = number("record_size"),
      let version = number("ip_version"), [24, 28, 32].contains(bits), [4, 6].contains(version),
      count < 1 << 32, count * bits / 4 + 16 <= start
    else {
      throw CaptureError(path, .unsupportedFormat("is a MaxMind DB whose metadata cannot be"))
    }
    self.bytes = bytes
    nodeCount = count
    recordBits = bits
    treeSize = count * bits / 4
    isV6 = version == 6
    var root = 0
    if isV6 {
      // IPv4 addresses are those of ::/96.
      for _ in 0..<96 where root < count {
        root = Self.record(bytes, root, false, bits)
      }
    }
    v4Root = root
  }

  /// Where the metadata begins, behind the last marker.
  private static func metadata(in bytes: [UInt8]) -> Int? {
    guard bytes.count >= marker.count else { return nil }
    let first = max(0, bytes.count - (128 << 10) - marker.count)
    for start in stride(from: bytes.count - marker.count, through: first, by: -1)
    where bytes[start] == 0xAB && bytes[start..<start + marker.count].elementsEqual(marker) {
      return start + marker.count
    }
    return nil
  }

  private static func record(_ bytes: [UInt8], _ node: Int, _ isRight: Bool, _ bits: Int) -> Int {
    let at = node * bits / 4
    func byte(_ index: Int) -> Int { Int(bytes[at + index]) }
    switch bits {
    case 24:
      let first = isRight ? 3 : 0
      return byte(first) << 16 | byte(first + 1) << 8 | byte(first + 2)
    case 28:
      let high = isRight ? byte(3) & 15 : byte(3) >> 4
      let first = isRight ? 4 : 0
      return high << 24 | byte(first) << 16 | byte(first + 1) << 8 | byte(first + 2)
    default:
      let first = isRight ? 4 : 0
      return byte(first) << 24 | byte(first + 1) << 16 | byte(first + 2) << 8 | byte(first + 3)
    }
  }

  func attribute(_ name: String, of vertex: Value) -> VertexAttribute? {
    guard case .address(let address) = vertex, address.family == 4 || isV6 else { return nil }
    var node = address.family == 4 ? v4Root : 0
    let bits = address.family == 4 ? 32 : 128
    var index = 0
    while node < nodeCount, index < bits {
      let fromRight = UInt64(bits - 1 - index)
      let bit =
        fromRight >= 64 ? address.high >> (fromRight - 64) & 1 : address.low >> fromRight & 1
      node = Self.record(bytes, node, bit == 1, recordBits)
      index += 1
    }
    guard node > nodeCount else { return nil }
    let offset = node - nodeCount - 16
    guard offset >= 0 else { return nil }
    let base = treeSize + 16
    let reader = MaxMindReader(bytes: bytes, base: base)
    return reader.member(name.split(separator: ".").map(String.init), at: base + offset)
  }
}

/// Reads fields of a data section that begins at `base`.
private struct MaxMindReader {
  let bytes: [UInt8]
  let base: Int

  private struct Field {
    var type: Int
    var size: Int
    /// Where the payload begins, or to where a pointer leads.
    var at: Int
    /// Where the next field begins, as far as scalars and pointers go.
    var next: Int
  }

  /// Containers in containers that are passed over.
  private static let depthMax = 16

  /// The scalar at a path of names in the map at an offset.
  func member(_ path: [String], at offset: Int) -> VertexAttribute? {
    guard let field = followed(offset) else { return nil }
    guard let name = path.first else { return scalar(field) }
    if field.type == 11, let place = Int(name), place >= 0, place < field.size {
      var at = field.at
      for _ in 0..<place {
        guard let next = end(of: at, depth: 0) else { return nil }
        at = next
      }
      return member(Array(path.dropFirst()), at: at)
    }
    guard field.type == 7 else { return nil }
    var at = field.at
    for _ in 0..<field.size {
      guard let key = followed(at), key.type == 2, let value = end(of: at, depth: 0) else {
        return nil
      }
      if String(decoding: bytes[key.at..<key.at + key.size], as: UTF8.self) == name {
        return member(Array(path.dropFirst()), at: value)
      }
      guard let next = end(of: value, depth: 0) else { return nil }
      at = next
    }
    return nil
  }

  private func scalar(_ field: Field) -> VertexAttribute? {
    let payload = bytes[field.at..<field.at + (field.type == 14 ? 0 : field.size)]
    func unsigned() -> UInt64 { payload.reduce(0) { $0 << 8 | UInt64($1) } }
    switch field.type {
    case 2: return .text(String(decoding: payload, as: UTF8.self))
    case 3 where field.size == 8: return .number(Double(bitPattern: unsigned()))
    case 15 where field.size == 4:
      return .number(Double(Float(bitPattern: UInt32(truncatingIfNeeded: unsigned()))))
    case 5, 6, 9: return .number(Double(unsigned()))
    case 8: return .number(Double(Int32(truncatingIfNeeded: unsigned())))
    case 10: return .number(payload.reduce(0) { $0 * 256 + Double($1) })
    case 14: return .text(field.size != 0 ? "true" : "false")
    default: return nil
    }
  }

  /// The field at an offset, behind its pointer if it is one; a pointer to a pointer is none.
  private func followed(_ offset: Int) -> Field? {
    guard let field = field(at: offset) else { return nil }
    guard field.type == 1 else { return field }
    guard let target = self.field(at: field.at), target.type != 1 else { return nil }
    return target
  }

  /// Where the field behind the one at an offset begins.
  private func end(of offset: Int, depth: Int) -> Int? {
    guard depth < Self.depthMax, let field = field(at: offset) else { return nil }
    guard field.type == 7 || field.type == 11 else { return field.next }
    var at = field.at
    for _ in 0..<(field.type == 7 ? 2 * field.size : field.size) {
      guard let next = end(of: at, depth: depth + 1) else { return nil }
      at = next
    }
    return at
  }

  private func field(at offset: Int) -> Field? {
    guard bytes.indices.contains(offset) else { return nil }
    let control = Int(bytes[offset])
    var at = offset + 1
    var type = control >> 5
    if type == 1 { return pointer(control, at) }
    if type == 0 {
      guard bytes.indices.contains(at) else { return nil }
      type = Int(bytes[at]) + 7
      at += 1
    }
    var size = control & 31
    if size >= 29 {
      let extra = size - 28
      guard at + extra <= bytes.count else { return nil }
      let value = bytes[at..<at + extra].reduce(0) { $0 << 8 | Int($1) }
      size = [29, 285, 65_821][extra - 1] + value
      at += extra
    }
    let length = type == 7 || type == 11 || type == 14 ? 0 : size
    guard type <= 15, at + length <= bytes.count else { return nil }
    return Field(type: type, size: size, at: at, next: at + length)
  }

  private func pointer(_ control: Int, _ at: Int) -> Field? {
    let extra = (control >> 3 & 3) + 1
    guard at + extra <= bytes.count else { return nil }
    let value = bytes[at..<at + extra].reduce(0) { $0 << 8 | Int($1) }
    let high = (control & 7) << (8 * extra)
    let target: Int
    switch extra {
    case 1: target = high | value
    case 2: target = (high | value) + 2048
    case 3: target = (high | value) + 526_336
    default: target = value
    }
    return Field(type: 1, size: 0, at: base + target, next: at + extra)
  }
}
