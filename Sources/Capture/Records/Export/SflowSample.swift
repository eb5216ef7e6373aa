import CRuntimeBPF
import DataModel

/// What a flow sample of sFlow says; nil where it does not.
struct SflowSample {
  var sequence: UInt32 = 0
  var sourceIndex: UInt32 = 0
  var rate: UInt32 = 0
  var pool: UInt32?
  var drops: UInt32 = 0
  var input: UInt32?
  var output: UInt32?
  var dropReason: UInt32?
  var frameLength: UInt32?
  var sourceMAC: UInt64?
  var destinationMAC: UInt64?
  var etherType: UInt16?
  var vlan: UInt16?
  var sourceVLAN: UInt32?
  var destinationVLAN: UInt32?
  var source: IPAddress?
  var destination: IPAddress?
  var protocolNumber: UInt8?
  var typeOfService: UInt8?
  var timeToLive: UInt8?
  var sourcePort: UInt16?
  var destinationPort: UInt16?
  var tcpFlags: UInt8?
  var nextHop: IPAddress?
  var sourceMask: UInt8?
  var destinationMask: UInt8?
  var sourceAS: UInt32?
  var destinationAS: UInt32?

  /// Takes a flow record of a sample (sflow_version_5.txt, section 5.3). Formats of other
  /// enterprises, and those that say nothing of these fields, are passed over.
  mutating func take(format: UInt32, _ record: Octets) {
    switch format {
    case 1: takeHeader(record)
    case 2: takeEthernet(record)
    case 3: takeIPv4(record)
    case 4: takeIPv6(record)
    case 1001:
      guard record.has(0, 16) else { return }
      (sourceVLAN, destinationVLAN) = (record.u32(0), record.u32(8))
    case 1002:
      guard let (address, at) = Self.address(record, 0) else { return }
      nextHop = address
      guard record.has(at, 8) else { return }
      sourceMask = UInt8(exactly: record.u32(at))
      destinationMask = UInt8(exactly: record.u32(at + 4))
    case 1003: takeGateway(record)
    default: break
    }
  }

  /// An address with its type before it, and where it ends; type 0 is no address.
  static func address(_ bytes: Octets, _ at: Int) -> (IPAddress?, Int)? {
    guard bytes.has(at, 4) else { return nil }
    switch bytes.u32(at) {
    case 0: return (nil, at + 4)
    case 1: return bytes.has(at + 4, 4) ? (bytes.address(at + 4, 4), at + 8) : nil
    case 2: return bytes.has(at + 4, 16) ? (bytes.address(at + 4, 16), at + 20) : nil
    default: return nil
    }
  }

  private mutating func takeGateway(_ record: Octets) {
    guard let (_, at) = Self.address(record, 0), record.has(at, 16) else { return }
    (sourceAS, destinationAS) = (record.u32(at + 4), nil)
    // The path to the destination: segments of a type, a length and so many numbers.
    var place = at + 16
    for _ in 0..<min(record.u32(at + 12), 64) {
      guard record.has(place, 8) else { return }
      let length = Int(record.u32(place + 4))
      guard length <= 4096, record.has(place + 8, length * 4) else { return }
      if length > 0 { destinationAS = record.u32(place + 8 + (length - 1) * 4) }
      place += 8 + length * 4
    }
  }

  private mutating func takeEthernet(_ record: Octets) {
    guard record.has(0, 24) else { return }
    frameLength = frameLength ?? record.u32(0)
    // A MAC address stands in 8 bytes, XDR's rule.
    sourceMAC = record.unsigned(4, 6)
    destinationMAC = record.unsigned(12, 6)
    etherType = UInt16(truncatingIfNeeded: record.u32(20))
  }

  private mutating func takeIPv4(_ record: Octets) {
    guard record.has(0, 32) else { return }
    frameLength = frameLength ?? record.u32(0)
    (source, destination) = (record.address(8, 4), record.address(12, 4))
    takeTransport(record, 4, 16)
  }

  private mutating func takeIPv6(_ record: Octets) {
    guard record.has(0, 56) else { return }
    frameLength = frameLength ?? record.u32(0)
    (source, destination) = (record.address(8, 16), record.address(24, 16))
    takeTransport(record, 4, 40)
  }

  private mutating func takeTransport(_ record: Octets, _ number: Int, _ at: Int) {
    protocolNumber = UInt8(exactly: record.u32(number))
    sourcePort = UInt16(exactly: record.u32(at))
    destinationPort = UInt16(exactly: record.u32(at + 4))
    if protocolNumber == ProtocolNames.tcp {
      tcpFlags = UInt8(truncatingIfNeeded: record.u32(at + 8))
    }
    typeOfService = UInt8(truncatingIfNeeded: record.u32(at + 12))
  }

  /// The first bytes of the packet, which the data path's parser reads like any frame.
  private mutating func takeHeader(_ record: Octets) {
    guard record.has(0, 16) else { return }
    frameLength = record.u32(4)
    let header = record.slice(16, Int(min(record.u32(12), 0xFFFF)))
    switch record.u32(0) {
    case 1:
      takeFrame(header.base, header.count, flags: 0)
    case 11, 12:
      // IPv4 or IPv6 without a link header: one is put before it.
      let length = min(header.count, 1500)
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 14 + length) { space in
        guard let base = space.baseAddress else { return }
        base.update(repeating: 0, count: 14)
        (base[12], base[13]) = record.u32(0) == 11 ? (0x08, 0x00) : (0x86, 0xDD)
        (base + 14).update(from: header.base, count: length)
        takeFrame(base, 14 + length, flags: UInt32(LinkFlags.noLinkHeader.rawValue))
      }
    default: break
    }
  }

  private mutating func takeFrame(_ base: UnsafePointer<UInt8>, _ count: Int, flags: UInt32) {
    var layers = sal_layers()
    sal_parse(base, UInt32(count), flags, &layers)
    let frame = Octets(base, count)
    func at(_ layer: Layer, _ bytes: Int) -> Int? {
      let place = UInt32(layer.rawValue)
      guard layers.present >> place & 1 != 0 else { return nil }
      let offset = Int(sal_offset(&layers, place))
      return frame.has(offset, bytes) ? offset : nil
    }
    if flags == 0, at(.ethernet, 14) != nil {
      (destinationMAC, sourceMAC) = (frame.unsigned(0, 6), frame.unsigned(6, 6))
      etherType = frame.u16(12)
      if let tag = at(.vlan, 4) {
        vlan = frame.u16(tag) & 0xFFF
        etherType = frame.u16(tag + 2)
      }
      if let tag = at(.vlan2, 4) { etherType = frame.u16(tag + 2) }
    }
    if let ip = at(.ipv4, 20) {
      (source, destination) = (frame.address(ip + 12, 4), frame.address(ip + 16, 4))
      (typeOfService, timeToLive) = (frame.u8(ip + 1), frame.u8(ip + 8))
      protocolNumber = frame.u8(ip + 9)
    } else if let ip = at(.ipv6, 40) {
      (source, destination) = (frame.address(ip + 8, 16), frame.address(ip + 24, 16))
      typeOfService = UInt8(truncatingIfNeeded: frame.u32(ip) >> 20)
      timeToLive = frame.u8(ip + 7)
      protocolNumber = UInt8(exactly: layers.protocol)
    }
    if let tcp = at(.tcp, 20) {
      (sourcePort, destinationPort) = (frame.u16(tcp), frame.u16(tcp + 2))
      tcpFlags = frame.u8(tcp + 13)
    } else if let udp = at(.udp, 8) {
      (sourcePort, destinationPort) = (frame.u16(udp), frame.u16(udp + 2))
    }
  }
}
