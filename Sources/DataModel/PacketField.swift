/// A protocol header that the layer parser finds; raw values index `struct sal_layers`.
///
/// Source: `runtime-bpf/include/sal/parse.h`, `enum sal_layer`, which has the same order.
public enum Layer: Int, CaseIterable, Sendable, Hashable {
  case ethernet, vlan, vlan2, arp, ipv4, ipv6, tcp, udp, icmp, icmpv6, dns
  case hopByHop, routing, fragment, destination, ah, esp, icmpQuery, icmpv6Echo

  /// The bare protocol name, true in a predicate where the packet has the header.
  public var name: String {
    switch self {
    case .ethernet: "eth"
    case .vlan: "vlan"
    case .vlan2: "qinq"
    case .arp: "arp"
    case .ipv4: "ip"
    case .ipv6: "ipv6"
    case .tcp: "tcp"
    case .udp: "udp"
    case .icmp: "icmp"
    case .icmpv6: "icmpv6"
    case .dns: "dns"
    case .hopByHop: "ipv6.hopopts"
    case .routing: "ipv6.routing"
    case .fragment: "ipv6.fraghdr"
    case .destination: "ipv6.dstopts"
    case .ah: "ah"
    case .esp: "esp"
    case .icmpQuery: "icmp.query"
    case .icmpv6Echo: "icmpv6.echo"
    }
  }
}

/// A big-endian bit field of one header: `((load >> shift) & (2^bits - 1)) * scale + addend`.
///
/// Sixteen-byte slices (IPv6 addresses) have `shift` 0, `scale` 1, `addend` 0.
/// The slice is missing where the layer is, or where it reaches beyond the captured bytes.
public struct HeaderSlice: Hashable, Sendable {
  /// The header.
  public var layer: Layer
  /// Offset of the first byte from the header's first byte.
  public var byteOffset: Int
  /// Bytes to load: 1, 2, 4, 6 or 16.
  public var byteWidth: Int
  /// Bits to drop at the right.
  public var shift: Int
  /// Bits to keep.
  public var bits: Int
  /// Multiplier, such as 4 for lengths in 32-bit words.
  public var scale: Int
  /// Added last, such as 40 for the IPv6 header.
  public var addend: Int

  /// Creates a slice; the defaults take the whole load.
  public init(
    _ layer: Layer, _ byteOffset: Int, _ byteWidth: Int, shift: Int = 0, bits: Int? = nil,
    scale: Int = 1, addend: Int = 0
  ) {
    self.layer = layer
    self.byteOffset = byteOffset
    self.byteWidth = byteWidth
    self.shift = shift
    self.bits = bits ?? byteWidth * 8
    self.scale = scale
    self.addend = addend
  }
}

/// Where a packet field's value comes from.
public enum FieldLocation: Hashable, Sendable {
  /// The first slice that is present, in order; several for either-family fields.
  case slices([HeaderSlice])
  /// Whether the header is there; never missing.
  case presence(Layer)
  /// The frame's length on the wire in bytes; never missing.
  case wireLength
  /// The captured part's length in bytes; never missing.
  case capturedLength
  /// The tuple's timestamp; never missing.
  case time
  /// The transport protocol's number behind IPv6 extension headers (`sal_layers.protocol`);
  /// missing where the frame has no IP header.
  case transportProtocol
  /// How many IPv6 extension headers were walked (`sal_layers.extensions`); missing where the
  /// frame has no IPv6 header.
  case extensionCount
  /// The service of the ports (`sal/service.h`); missing where they have none.
  case service
  /// Bytes that TCP, or UDP too, carries, by the IP packet's own length (`sal/payload.h`); missing
  /// where there is no such payload.
  case payloadLength(isUDPToo: Bool)
  /// Whether the bytes stand in the first ``PayloadSearch/limit`` of the payload; never missing.
  case payloadContains([UInt8])
  /// The column of a flow record at this place of its schema; packets have none.
  case record(Int)
  /// A node of the program makes it: a TRANSFORM, or one that reads records within packets.
  case derived
  /// Bytes that records are read from, and how many there are; missing where there are none.
  case bytes(PacketBytes)
}

/// What `payload CONTAINS "…"` means in numbers; `sal/payload.h` has the same.
public enum PayloadSearch {
  /// Bytes of a payload that are searched.
  public static let limit = 512
  /// The longest that can be searched for, in bytes.
  public static let needleLimit = 32
}

/// One row of the field table: parser, decoder, documentation and both vocabularies follow from it.
public struct PacketField: Sendable {
  /// The Wireshark display-filter name, or SAL's where Wireshark has none.
  public let name: String
  /// Other names of the same field (SAL/VAST vocabulary).
  public let aliases: [String]
  /// The type of its values.
  public let type: ScalarType
  /// Where the value comes from.
  public let location: FieldLocation
  /// One sentence for the documentation, with the unit and the source (RFC).
  public let summary: String

  init(
    _ name: String, _ aliases: [String] = [], _ type: ScalarType, _ location: FieldLocation,
    _ summary: String
  ) {
    self.name = name
    self.aliases = aliases
    self.type = type
    self.location = location
    self.summary = summary
  }
}

/// Identifies a row of ``PacketFields/all``, a search of the payload, bytes that records are read
/// from, or a column of records.
///
/// What a search finds is a bit of the packet like `tcp.flags.syn`, made where the packet is
/// decoded: so it is the same on every side of a cut, and crosses it as one bit.
public struct FieldID: Hashable, Sendable, Comparable {
  /// Index into ``PacketFields/all``; of a search the index behind the last; of a record's column
  /// its place behind that.
  public let index: Int
  /// What is searched for; empty in a row of the table.
  private let needle: [UInt8]
  /// The column of records, where it is one.
  public let record: RecordColumn?
  /// What a node of the program makes, where it is that.
  public let derived: DerivedColumn?
  /// The bytes that records are read from, where it is those.
  public let bytes: PacketBytes?

  /// Wraps an index into ``PacketFields/all``.
  public init(index: Int) {
    self.index = index
    needle = []
    record = nil
    derived = nil
    bytes = nil
  }

  /// The field of a record's column.
  init(record: RecordColumn) {
    index = PacketFields.all.count + 1 + record.position
    needle = []
    self.record = record
    derived = nil
    bytes = nil
  }

  /// The field of a derived column; behind all others.
  init(derived column: DerivedColumn) {
    index = PacketFields.all.count + (1 << 20) + column.place
    needle = []
    record = nil
    derived = column
    bytes = nil
  }

  /// The field of bytes that records are read from; beside searches of the payload.
  init(bytes: PacketBytes) {
    index = PacketFields.all.count
    needle = []
    record = nil
    derived = nil
    self.bytes = bytes
  }

  /// The field `payload CONTAINS needle`, of 1 to ``PayloadSearch/needleLimit`` bytes.
  public init(payloadContains needle: [UInt8]) {
    precondition(
      1...PayloadSearch.needleLimit ~= needle.count, "a needle is checked before it is a field")
    index = PacketFields.all.count
    self.needle = needle
    record = nil
    derived = nil
    bytes = nil
  }

  /// The field's row.
  public var field: PacketField {
    if let record { return record.field }
    if let derived {
      return PacketField(derived.name, [], derived.type, .derived, "A column of a TRANSFORM.")
    }
    if let bytes {
      return PacketField(
        "bytes of \(bytes.layer.name)", [], .unsigned(bits: 16), .bytes(bytes),
        "The first bytes of the message.")
    }
    if needle.isEmpty { return PacketFields.all[index] }
    let shown = needle.map { byte in
      switch byte {
      case 0x22, 0x5C: "\\" + String(UnicodeScalar(byte))
      case 0x20...0x7E: String(UnicodeScalar(byte))
      default: "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return PacketField(
      "payload CONTAINS \"\(shown.joined())\"", [], .bool, .payloadContains(needle),
      "Whether the bytes stand in the payload.")
  }

  public static func < (a: FieldID, b: FieldID) -> Bool {
    a.index != b.index ? a.index < b.index : a.needle.lexicographicallyPrecedes(b.needle)
  }
}

extension FieldID: CustomStringConvertible {
  public var description: String { field.name }
}
