/// The type of a field, key component, feature or expression.
///
/// Values live in columns of 64-bit *lanes*: one lane for every type but addresses that can be
/// IPv6, which take two (high, low). Beside the lanes each column has one *validity* byte a tuple:
/// 0 is missing, 1 present; for `ip` it is the family, 4 or 6.
public enum ScalarType: Hashable, Sendable {
  /// True or false; counts as 1 and 0 in arithmetic.
  case bool
  /// An unsigned integer of at most 63 bits; the width is kept for key layouts and range proofs.
  case unsigned(bits: Int)
  /// A signed 64-bit integer.
  case signed
  /// A real number; features only (`ave`, `var`, …), never a packet field.
  case float
  /// An IPv4 address; the lane holds it in host order.
  case ipv4
  /// An IPv6 address; lanes are the high and the low 64 bits in host order.
  case ipv6
  /// An address of either family, which knows which. IPv4 has high lane 0 and sorts first.
  case ip
  /// A 48-bit MAC address.
  case mac
  /// Nanoseconds since the Unix epoch.
  case time
  /// Nanoseconds.
  case duration
  /// Text; features and constants only.
  case string
  /// The name of a service; the lane holds its code, so that order of lanes is order of names
  /// (``Services``).
  case service
  /// A text of a record; the lane holds its code (``TextTable``), so only equality means something.
  case text
  /// The list that `topk` yields: pairs of an item and its count.
  case ranking

  /// The number of 64-bit lanes in a column of this type.
  public var laneCount: Int {
    switch self {
    case .ipv6, .ip: 2
    default: 1
    }
  }

  /// The number of bits that each lane can use, in lane order; what key layouts pack.
  public var laneBits: [Int] {
    switch self {
    case .bool: [1]
    case .unsigned(let bits): [bits]
    case .ipv4: [32]
    case .ipv6, .ip: [64, 64]
    case .mac: [48]
    case .service: [Services.codeBits]
    case .text: [TextTable.codeBits]
    default: [64]
    }
  }

  /// The closed range of the lane's value read as a signed integer, for one-lane types.
  public var integerRange: ClosedRange<Int128> {
    switch self {
    case .bool: 0...1
    case .unsigned(let bits): 0...((Int128(1) << Int128(bits)) - 1)
    case .ipv4: 0...0xFFFF_FFFF
    case .mac: 0...0xFFFF_FFFF_FFFF
    case .time: 0...Int128(Int64.max)
    case .service: 1...Int128(Services.names.count)
    case .text: 1...Int128(TextTable.textsMax)
    default: Int128(Int64.min)...Int128(Int64.max)
    }
  }

  /// Whether values take part in arithmetic.
  public var isNumeric: Bool {
    switch self {
    case .bool, .unsigned, .signed, .float, .duration, .time: true
    default: false
    }
  }

  /// Whether values are addresses of the Internet Protocol.
  public var isAddress: Bool {
    switch self {
    case .ipv4, .ipv6, .ip: true
    default: false
    }
  }
}

extension ScalarType: CustomStringConvertible {
  /// The type's name as the documentation, NDJSON's meta record and diagnostics print it.
  public var description: String {
    switch self {
    case .bool: "bool"
    case .unsigned(let bits): bits <= 8 ? "u8" : bits <= 16 ? "u16" : bits <= 32 ? "u32" : "u64"
    case .signed: "i64"
    case .float: "float"
    case .ipv4: "ipv4"
    case .ipv6: "ipv6"
    case .ip: "ip"
    case .mac: "mac"
    case .time: "time"
    case .duration: "duration"
    case .string, .service, .text: "string"
    case .ranking: "ranking"
    }
  }
}
