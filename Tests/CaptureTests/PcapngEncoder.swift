/// Writes pcapng for tests, block by block.
struct PcapngEncoder {
  let isBigEndian: Bool
  private(set) var bytes: [UInt8] = []

  init(isBigEndian: Bool = false) { self.isBigEndian = isBigEndian }

  func u16(_ value: UInt16) -> [UInt8] {
    withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { Array($0) }
  }

  func u32(_ value: UInt32) -> [UInt8] {
    withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { Array($0) }
  }

  func u64(_ value: UInt64) -> [UInt8] {
    withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { Array($0) }
  }

  func option(_ code: UInt16, _ value: [UInt8]) -> [UInt8] {
    u16(code) + u16(UInt16(value.count)) + padded(value)
  }

  func padded(_ value: [UInt8]) -> [UInt8] {
    value + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
  }

  mutating func block(_ type: UInt32, _ body: [UInt8]) {
    let whole = padded(body)
    let length = u32(UInt32(whole.count + 12))
    bytes += u32(type) + length + whole + length
  }

  mutating func section(options: [UInt8] = []) {
    block(0x0A0D_0D0A, u32(0x1A2B_3C4D) + u16(1) + u16(0) + u64(UInt64.max) + options)
  }

  mutating func interface(link: UInt16 = 1, snapLength: UInt32 = 0, options: [UInt8] = []) {
    block(1, u16(link) + u16(0) + u32(snapLength) + options)
  }

  mutating func enhanced(
    _ frame: [UInt8], interface: UInt32 = 0, units: UInt64, wire: UInt32? = nil,
    options: [UInt8] = []
  ) {
    let time = u32(UInt32(units >> 32)) + u32(UInt32(truncatingIfNeeded: units))
    let lengths = u32(UInt32(frame.count)) + u32(wire ?? UInt32(frame.count))
    block(6, u32(interface) + time + lengths + padded(frame) + options)
  }

  mutating func obsolete(
    _ frame: [UInt8], interface: UInt16 = 0, units: UInt64, wire: UInt32? = nil
  ) {
    let time = u32(UInt32(units >> 32)) + u32(UInt32(truncatingIfNeeded: units))
    let lengths = u32(UInt32(frame.count)) + u32(wire ?? UInt32(frame.count))
    block(2, u16(interface) + u16(0xFFFF) + time + lengths + padded(frame))
  }

  mutating func simple(_ frame: [UInt8], wire: UInt32) {
    block(3, u32(wire) + frame)
  }

  /// Another encoder's section, of either byte order, behind this one.
  mutating func append(_ other: PcapngEncoder) { bytes += other.bytes }
}
