import DataModel

/// Bytes of a datagram. Reading is total: what lies outside reads as zero, so that no datagram can
/// make a decoder read beyond it, whatever its lengths claim.
struct Octets {
  let base: UnsafePointer<UInt8>
  let count: Int

  init(_ base: UnsafePointer<UInt8>, _ count: Int) {
    self.base = base
    self.count = max(0, count)
  }

  /// Whether so many bytes are there.
  @inline(__always)
  func has(_ at: Int, _ width: Int) -> Bool {
    at >= 0 && width >= 0 && at <= count && width <= count - at
  }

  func u8(_ at: Int) -> UInt8 { has(at, 1) ? base[at] : 0 }

  @inline(__always)
  func u16(_ at: Int) -> UInt16 {
    guard has(at, 2) else { return 0 }
    return UInt16(bigEndian: UnsafeRawPointer(base + at).loadUnaligned(as: UInt16.self))
  }

  @inline(__always)
  func u32(_ at: Int) -> UInt32 {
    guard has(at, 4) else { return 0 }
    return UInt32(bigEndian: UnsafeRawPointer(base + at).loadUnaligned(as: UInt32.self))
  }

  /// A big-endian number of at most 8 bytes.
  func unsigned(_ at: Int, _ width: Int) -> UInt64 {
    guard width <= 8, has(at, width) else { return 0 }
    var value: UInt64 = 0
    for index in 0..<width { value = value << 8 | UInt64(base[at + index]) }
    return value
  }

  /// The bytes from `at` on, at most `width` of them.
  func slice(_ at: Int, _ width: Int) -> Octets {
    let start = min(max(0, at), count)
    return Octets(base + start, min(max(0, width), count - start))
  }

  /// Whether all bytes from `at` on are zero.
  func isZero(from at: Int) -> Bool {
    for index in max(0, at)..<max(at, count) where base[index] != 0 { return false }
    return true
  }

  /// An address of 4 or 16 bytes.
  func address(_ at: Int, _ width: Int) -> IPAddress? {
    guard has(at, width) else { return nil }
    switch width {
    case 4: return IPAddress(v4: u32(at))
    case 16: return IPAddress(v6High: unsigned(at, 8), low: unsigned(at + 8, 8))
    default: return nil
    }
  }
}

extension TupleColumn {
  @inline(__always)
  func setMissing(_ row: Int) {
    lane0[row] = 0
    lane1[row] = 0
    validity[row] = 0
  }

  @inline(__always)
  func set(_ row: Int, _ value: UInt64) {
    lane0[row] = value
    validity[row] = 1
  }

  /// Sets a value that may be missing.
  func set(_ row: Int, _ value: UInt64?) {
    guard let value else { return setMissing(row) }
    set(row, value)
  }

  /// Sets an address of either family.
  func set(_ row: Int, address: IPAddress?) {
    guard let address else { return setMissing(row) }
    lane0[row] = address.high
    lane1[row] = address.low
    validity[row] = address.family
  }
}
