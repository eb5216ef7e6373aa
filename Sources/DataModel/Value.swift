/// A value in a result row or a row expression.
public enum Value: Hashable, Sendable {
  case missing
  case bool(Bool)
  /// Exact integers; sums and counts saturate at 64 bits before they come here.
  case integer(Int64)
  case real(Double)
  case address(IPAddress)
  case mac(UInt64)
  /// Nanoseconds since the Unix epoch.
  case time(Int64)
  /// Nanoseconds.
  case duration(Int64)
  case text(String)
  /// `topk`'s answer, most frequent first.
  case ranking([RankedItem])

  /// Reads lanes as a type; `isV6` tells an `ip`'s family.
  public init(lanes: (UInt64, UInt64), type: ScalarType, isV6: Bool) {
    switch type {
    case .bool: self = .bool(lanes.0 != 0)
    case .unsigned, .signed: self = .integer(Int64(bitPattern: lanes.0))
    case .float: self = .real(Double(bitPattern: lanes.0))
    case .ipv4: self = .address(IPAddress(v4: UInt32(truncatingIfNeeded: lanes.0)))
    case .ipv6: self = .address(IPAddress(v6High: lanes.0, low: lanes.1))
    case .ip where isV6: self = .address(IPAddress(v6High: lanes.0, low: lanes.1))
    // An `ip` column holds IPv4 as (0, address), so that both families sort by (high, low).
    case .ip: self = .address(IPAddress(v4: UInt32(truncatingIfNeeded: lanes.1)))
    case .mac: self = .mac(lanes.0)
    case .time: self = .time(Int64(bitPattern: lanes.0))
    case .duration: self = .duration(Int64(bitPattern: lanes.0))
    case .service: self = .text(Services.name(Int(lanes.0)))
    case .text: self = TextTable.text(lanes.0).map { .text($0) } ?? .missing
    case .string, .ranking: preconditionFailure("\(type) has no lanes")
    }
  }
}

/// One place of a ranking.
public struct RankedItem: Hashable, Sendable {
  /// The item: a key's components.
  public let item: [Value]
  /// Its count, or the sum of its weights.
  public let count: Int64
  /// `count` over the total of all items, 0…1.
  public let share: Double

  /// The most that the count can be; nil where it is `count`.
  public let most: Int64?

  /// Creates a place.
  public init(item: [Value], count: Int64, share: Double, most: Int64? = nil) {
    self.most = most
    self.item = item
    self.count = count
    self.share = share
  }
}

extension Value: Comparable {
  /// The order of rows and of ties: missing first, then by kind, then by value.
  public static func < (a: Value, b: Value) -> Bool {
    switch (a, b) {
    case (.bool(let x), .bool(let y)): !x && y
    case (.integer(let x), .integer(let y)): x < y
    case (.real(let x), .real(let y)): x < y
    case (.integer(let x), .real(let y)): Double(x) < y
    case (.real(let x), .integer(let y)): x < Double(y)
    case (.address(let x), .address(let y)): x < y
    case (.mac(let x), .mac(let y)): x < y
    case (.time(let x), .time(let y)), (.duration(let x), .duration(let y)): x < y
    case (.text(let x), .text(let y)): x < y
    default: a.kindOrder < b.kindOrder
    }
  }

  private var kindOrder: Int {
    switch self {
    case .missing: 0
    case .bool: 1
    case .integer, .real: 2
    case .address: 3
    case .mac: 4
    case .time: 5
    case .duration: 6
    case .text: 7
    case .ranking: 8
    }
  }
}

extension Value: CustomStringConvertible {
  /// The text of tables and CSV; times as RFC 3339 with nanoseconds.
  public var description: String {
    switch self {
    case .missing: return ""
    case .bool(let value): return value ? "true" : "false"
    case .integer(let value): return "\(value)"
    case .real(let value): return "\(value)"
    case .address(let value): return "\(value)"
    case .mac(let value):
      return stride(from: 40, through: 0, by: -8).map { shift in
        let byte = String((value >> UInt64(shift)) & 255, radix: 16)
        return byte.utf8.count == 1 ? "0" + byte : byte
      }.joined(separator: ":")
    case .time(let value): return Timestamp.text(value)
    case .duration(let value): return Timestamp.durationText(value)
    case .text(let value): return value
    case .ranking(let items):
      return items.map { place in
        place.item.map(\.description).joined(separator: "/") + "=" + "\(place.count)"
      }.joined(separator: " ")
    }
  }
}
