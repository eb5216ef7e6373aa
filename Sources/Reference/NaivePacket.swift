public import DataModel

/// One packet's headers, found byte by byte with no thought of speed.
///
/// Written from RFC 791, 8200, 4302, 9293, 768, 792, 4443, 826, 1035 and IEEE 802.1Q, and from the
/// choices that the head of `runtime-bpf/include/sal/parse.h` states; not from its code.
public struct NaivePacket: Sendable {
  /// The tuple's timestamp.
  public private(set) var time: Int64
  /// The packet's place in its capture.
  public internal(set) var order: Int
  /// What TRANSFORMs have computed.
  var derived: [FieldID: Value] = [:]
  /// What its field of time says: it stays when the tuple is held back.
  private let stamp: Int64
  private let frame: CapturedFrame
  /// The values of a record, by column; empty for packets.
  private var record: [Value] = []
  private let bytes: [UInt8]
  private var offsets: [Layer: Int] = [:]
  private var transport: UInt8?
  private var extensions = 0
  private var isFragment = false
  /// The byte behind the IP packet.
  private var end = 0

  /// Tags that are followed; headers of IPv6 that are.
  private static let mostTags = 4
  private static let mostExtensions = 8

  /// Decodes a frame.
  public init(_ frame: CapturedFrame, order: Int) {
    self.frame = frame
    self.order = order
    time = frame.time
    stamp = frame.time
    bytes = frame.bytes
    switch frame.linkType {
    case 1: decodeEthernet()
    case 113: decodeNetwork(number(14, 2), at: 16)
    case 276: decodeNetwork(number(0, 2), at: 20)
    // Loopback: four bytes of address family, of whichever machine wrote them.
    case 0, 108: decodeRaw(at: 4)
    default: decodeRaw(at: 0)
    }
  }

  /// A record with these values, one a column of its schema.
  public init(record: [Value], time: Int64, order: Int) {
    frame = CapturedFrame(time: time, bytes: [])
    self.order = order
    self.time = time
    stamp = time
    bytes = []
    self.record = record
  }

  /// The tuple as it is handed on later, with the fields that it came with.
  func released(at time: Int64, order: Int) -> NaivePacket {
    var later = self
    later.time = time
    later.order = order
    return later
  }

  private mutating func decodeRaw(at: Int) {
    guard at < bytes.count else { return }
    let version = bytes[at] >> 4
    decodeNetwork(version == 4 ? 0x0800 : version == 6 ? 0x86DD : nil, at: at)
  }

  /// The value of a field, `.missing` where the packet does not have it.
  public func value(_ id: FieldID) -> Value {
    let field = id.field
    switch field.location {
    case .record(let column): return record.indices.contains(column) ? record[column] : .missing
    case .presence(let layer): return .bool(offsets[layer] != nil)
    case .wireLength: return .integer(Int64(frame.wireLength))
    case .capturedLength: return .integer(Int64(bytes.count))
    case .time: return .time(stamp)
    case .transportProtocol: return transport.map { .integer(Int64($0)) } ?? .missing
    case .service: return service.map { .text($0) } ?? .missing
    case .payloadLength(let isUDPToo):
      guard isUDPToo || (offsets[.tcp] != nil && !isFragment), let start = payloadStart else {
        return .missing
      }
      return .integer(Int64(end - start))
    case .derived: return derived[id] ?? .missing
    case .bytes(let bytes): return message(bytes).map { .integer(Int64($0.count)) } ?? .missing
    case .payloadContains(let needle):
      guard let start = payloadStart, start < bytes.count else { return .bool(false) }
      let seen = bytes[start..<min(end, bytes.count, start + PayloadSearch.limit)]
      return .bool(seen.indices.contains { seen[$0...].starts(with: needle) })
    case .extensionCount:
      return offsets[.ipv6] == nil ? .missing : .integer(Int64(extensions))
    case .slices(let slices):
      for slice in slices {
        guard let layer = offsets[slice.layer],
          layer + slice.byteOffset + slice.byteWidth <= bytes.count
        else { continue }
        return read(slice, at: layer + slice.byteOffset, as: field.type)
      }
      return .missing
    }
  }

  /// The name of the lower of the two ports that has one.
  private var service: String? {
    guard let header = offsets[.tcp] ?? offsets[.udp] else { return nil }
    let isTCP = offsets[.tcp] != nil
    let ports = [number(header, 2), number(header + 2, 2)].compactMap(\.self).sorted()
    for port in ports {
      for row in Services.rows where UInt64(row.port) == port && (isTCP ? row.isTCP : row.isUDP) {
        return row.name
      }
    }
    return nil
  }

  /// Where the payload of TCP or UDP begins, nil where there is none; ``end`` is behind it.
  private var payloadStart: Int? {
    if let udp = offsets[.udp] { return udp + 8 <= end ? udp + 8 : nil }
    guard let tcp = offsets[.tcp], bytes[tcp + 12] >> 4 >= 5 else { return nil }
    let start = tcp + Int(bytes[tcp + 12] >> 4) * 4
    return start <= end ? start : nil
  }

  /// The bytes that records are read from, or nil where the packet has none.
  func message(_ kind: PacketBytes) -> [UInt8]? {
    guard offsets[kind.layer] != nil else { return nil }
    guard let start = payloadStart, start < bytes.count else { return [] }
    return Array(bytes[start..<min(end, bytes.count, start + PacketBytes.limit)])
  }

  /// The first byte of a header, or nil where the packet does not have it.
  public func offset(of layer: Layer) -> Int? { offsets[layer] }

  /// The transport protocol behind extension headers, or nil where there is no IP header.
  public var transportProtocol: UInt8? { transport }

  private func read(_ slice: HeaderSlice, at: Int, as type: ScalarType) -> Value {
    if slice.byteWidth == 16 {
      let halves = (number(at, 8) ?? 0, number(at + 8, 8) ?? 0)
      return .address(IPAddress(v6High: halves.0, low: halves.1))
    }
    let raw = (number(at, slice.byteWidth) ?? 0) >> UInt64(slice.shift)
    let kept = Int64(raw % (UInt64(1) << UInt64(slice.bits)))
    let result = kept * Int64(slice.scale) + Int64(slice.addend)
    switch type {
    case .bool: return .bool(result != 0)
    case .ipv4, .ip: return .address(IPAddress(v4: UInt32(result)))
    case .mac: return .mac(UInt64(result))
    default: return .integer(result)
    }
  }

  /// A big-endian number, or nil where it reaches beyond the captured bytes.
  private func number(_ at: Int, _ width: Int) -> UInt64? {
    guard at + width <= bytes.count else { return nil }
    return bytes[at..<at + width].reduce(0) { $0 << 8 | UInt64($1) }
  }

  private mutating func decodeEthernet() {
    guard var type = number(12, 2) else { return }
    offsets[.ethernet] = 0
    var at = 14
    var tags = 0
    while [0x8100, 0x88A8, 0x9100].contains(type) {
      guard tags < Self.mostTags, let next = number(at + 2, 2) else { return }
      if tags == 0 { offsets[.vlan] = at }
      if tags == 1 { offsets[.vlan2] = at }
      type = next
      at += 4
      tags += 1
    }
    decodeNetwork(type, at: at)
  }

  private mutating func decodeNetwork(_ type: UInt64?, at: Int) {
    switch type {
    case 0x0800: decodeIPv4(at)
    case 0x86DD: decodeIPv6(at)
    case 0x0806:
      // Ethernet hardware, IPv4, address lengths 6 and 4.
      if number(at, 2) == 1, number(at + 2, 2) == 0x0800, number(at + 4, 2) == 0x0604,
        number(at, 8) != nil
      {
        offsets[.arp] = at
      }
    default: break
    }
  }

  private mutating func decodeIPv4(_ at: Int) {
    guard at + 20 <= bytes.count else { return }
    let words = Int(bytes[at] & 15)
    guard bytes[at] >> 4 == 4, words >= 5 else { return }
    offsets[.ipv4] = at
    transport = bytes[at + 9]
    let total = Int(number(at + 2, 2) ?? 0)
    end = total == 0 ? bytes.count : at + total
    isFragment = (number(at + 6, 2) ?? 0) & 0x3FFF != 0
    guard (number(at + 6, 2) ?? 0) & 0x1FFF == 0 else { return }
    var payload = at + words * 4
    if transport == 51 {
      guard payload + 2 <= bytes.count else { return }
      if payload + 12 <= bytes.count { offsets[.ah] = payload }
      transport = bytes[payload]
      payload += (Int(bytes[payload + 1]) + 2) * 4
    }
    decodeTransport(payload)
  }

  private mutating func decodeIPv6(_ at: Int) {
    guard at + 40 <= bytes.count, bytes[at] >> 4 == 6 else { return }
    offsets[.ipv6] = at
    let length = Int(number(at + 4, 2) ?? 0)
    end = length == 0 ? bytes.count : at + 40 + length
    var next = bytes[at + 6]
    var payload = at + 40
    var walked = 0
    transport = next
    while [0, 43, 44, 51, 60].contains(next) {
      guard walked < Self.mostExtensions, payload + 4 <= bytes.count else { return }
      let kind = next
      extensions += 1
      noteExtension(kind, at: payload)
      next = bytes[payload]
      transport = next
      switch kind {
      case 44:
        isFragment = isFragment || (number(payload + 2, 2) ?? 0) & 0xFFF9 != 0
        guard (number(payload + 2, 2) ?? 0) >> 3 == 0 else { return }
        payload += 8
      case 51: payload += (Int(bytes[payload + 1]) + 2) * 4
      default: payload += (Int(bytes[payload + 1]) + 1) * 8
      }
      walked += 1
    }
    decodeTransport(payload)
  }

  private mutating func decodeTransport(_ at: Int) {
    switch transport {
    case 6:
      guard at + 20 <= bytes.count else { return }
      offsets[.tcp] = at
      let header = Int(bytes[at + 12] >> 4) * 4
      // Behind a two-byte length; a data offset below five words is malformed.
      if header >= 20 { decodeDNS(ports: at, message: at + header + 2) }
    case 17:
      guard at + 8 <= bytes.count else { return }
      offsets[.udp] = at
      decodeDNS(ports: at, message: at + 8)
    case 1 where offsets[.ipv4] != nil && at + 4 <= bytes.count:
      offsets[.icmp] = at
      // Echo, timestamp, information and address mask have an identifier.
      let isQuery = [0, 8, 13, 14, 15, 16, 17, 18].contains(bytes[at])
      if isQuery && at + 8 <= bytes.count { offsets[.icmpQuery] = at }
    case 58 where offsets[.ipv6] != nil && at + 4 <= bytes.count:
      offsets[.icmpv6] = at
      if [128, 129].contains(bytes[at]) && at + 8 <= bytes.count { offsets[.icmpv6Echo] = at }
    case 50 where at + 8 <= bytes.count: offsets[.esp] = at
    default: break
    }
  }

  /// Of several headers of a kind the first is shown.
  private mutating func noteExtension(_ kind: UInt8, at: Int) {
    let layers: [UInt8: Layer] = [
      0: .hopByHop, 43: .routing, 44: .fragment, 51: .ah, 60: .destination,
    ]
    guard let layer = layers[kind], offsets[layer] == nil else { return }
    if kind != 51 || at + 12 <= bytes.count { offsets[layer] = at }
  }

  private mutating func decodeDNS(ports: Int, message: Int) {
    let isDNS = number(ports, 2) == 53 || number(ports + 2, 2) == 53
    if isDNS && message + 12 <= end && message + 12 <= bytes.count { offsets[.dns] = message }
  }
}
