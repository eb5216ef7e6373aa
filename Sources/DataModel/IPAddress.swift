/// An IPv4 or IPv6 address that knows which it is; IPv4 sorts first.
public struct IPAddress: Hashable, Sendable {
  /// 4 or 6.
  public let family: UInt8
  /// The high 64 bits of an IPv6 address in host order; 0 for IPv4.
  public let high: UInt64
  /// The low 64 bits in host order; an IPv4 address in the low 32.
  public let low: UInt64

  /// The IPv4 address with this value in host order.
  public init(v4 value: UInt32) {
    family = 4
    high = 0
    low = UInt64(value)
  }

  /// The IPv6 address with these halves in host order.
  public init(v6High high: UInt64, low: UInt64) {
    family = 6
    self.high = high
    self.low = low
  }

  /// The address with the bits behind `v4Bits` or `v6Bits` cleared, by family.
  public func masked(v4Bits: Int, v6Bits: Int) -> IPAddress {
    let mask = AddressMask(v4Bits: v4Bits, v6Bits: v6Bits)
    if family == 4 { return IPAddress(v4: UInt32(truncatingIfNeeded: low & mask.v4)) }
    return IPAddress(v6High: high & mask.v6High, low: low & mask.v6Low)
  }
}

extension IPAddress: Comparable {
  public static func < (a: IPAddress, b: IPAddress) -> Bool {
    (a.family, a.high, a.low) < (b.family, b.high, b.low)
  }
}

extension IPAddress: CustomStringConvertible {
  /// Dotted decimal, or RFC 5952's form of an IPv6 address.
  public var description: String {
    if family == 4 {
      return "\(low >> 24 & 255).\(low >> 16 & 255).\(low >> 8 & 255).\(low & 255)"
    }
    let groups = (0..<8).map { index -> UInt64 in
      let half = index < 4 ? high : low
      return (half >> UInt64(48 - (index % 4) * 16)) & 0xFFFF
    }
    var best = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8 && groups[end] == 0 { end += 1 }
      if end - start > best.count { best = start..<end }
      start = max(end, start + 1)
    }
    func text(_ part: some Sequence<UInt64>) -> String {
      part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard best.count > 1 else { return text(groups) }
    return text(groups[..<best.lowerBound]) + "::" + text(groups[best.upperBound...])
  }
}

/// Masks that keep the first bits of an address, by family.
public struct AddressMask: Hashable, Sendable {
  /// Bits kept of an IPv4 address, 0…32.
  public let v4Bits: Int
  /// Bits kept of an IPv6 address, 0…128.
  public let v6Bits: Int

  /// Keeps `v4Bits` bits of IPv4 and `v6Bits` of IPv6 addresses.
  public init(v4Bits: Int, v6Bits: Int) {
    self.v4Bits = v4Bits
    self.v6Bits = v6Bits
  }

  /// The mask of an IPv4 lane.
  public var v4: UInt64 { v4Bits == 0 ? 0 : (0xFFFF_FFFF << UInt64(32 - v4Bits)) & 0xFFFF_FFFF }
  /// The mask of an IPv6 address's high lane.
  public var v6High: UInt64 { Self.prefix(min(v6Bits, 64)) }
  /// The mask of an IPv6 address's low lane.
  public var v6Low: UInt64 { Self.prefix(max(v6Bits - 64, 0)) }

  private static func prefix(_ bits: Int) -> UInt64 {
    bits == 0 ? 0 : ~UInt64(0) << UInt64(64 - bits)
  }
}

/// A network: an address and the number of its leading bits that count.
public struct IPPrefix: Hashable, Sendable, CustomStringConvertible {
  /// The network's first address.
  public let address: IPAddress
  /// Leading bits that count: 0…32 or 0…128.
  public let bits: Int

  /// The network of `address` with `bits` leading bits.
  public init(_ address: IPAddress, bits: Int) {
    self.address = address.masked(v4Bits: min(bits, 32), v6Bits: bits)
    self.bits = bits
  }

  /// Whether the prefix is one address.
  public var isSingleAddress: Bool { bits == (address.family == 4 ? 32 : 128) }

  /// Whether `other` lies in the network; never across families.
  public func contains(_ other: IPAddress) -> Bool {
    other.family == address.family
      && other.masked(v4Bits: min(bits, 32), v6Bits: bits) == address
  }

  public var description: String { isSingleAddress ? "\(address)" : "\(address)/\(bits)" }
}
