internal import DataModel

/// A big-endian load of a header slice.
protocol SliceWidth {
  static func load(_ address: UnsafeRawPointer) -> UInt64
}

enum Load8: SliceWidth {
  @inline(__always) static func load(_ address: UnsafeRawPointer) -> UInt64 {
    UInt64(address.load(as: UInt8.self))
  }
}

enum Load16: SliceWidth {
  @inline(__always) static func load(_ address: UnsafeRawPointer) -> UInt64 {
    UInt64(BigEndian.load16(address))
  }
}

enum Load32: SliceWidth {
  @inline(__always) static func load(_ address: UnsafeRawPointer) -> UInt64 {
    UInt64(BigEndian.load32(address))
  }
}

enum Load48: SliceWidth {
  @inline(__always) static func load(_ address: UnsafeRawPointer) -> UInt64 {
    UInt64(BigEndian.load32(address)) << 16 | UInt64(BigEndian.load16(address + 4))
  }
}

enum Load64: SliceWidth {
  @inline(__always) static func load(_ address: UnsafeRawPointer) -> UInt64 {
    UInt64(bigEndian: address.loadUnaligned(as: UInt64.self))
  }
}

/// What becomes of a loaded slice.
protocol SliceChange {
  func apply(_ loaded: UInt64) -> UInt64
}

/// The slice is the value.
struct Unchanged: SliceChange {
  @inline(__always) func apply(_ loaded: UInt64) -> UInt64 { loaded }
}

/// Bits of the slice, times a factor, plus an addend.
struct SliceArithmetic: SliceChange {
  private let shift: UInt64
  private let keep: UInt64
  private let scale: UInt64
  private let addend: UInt64

  /// Nil if the slice is the value.
  init?(_ slice: HeaderSlice) {
    let isWhole = slice.shift == 0 && slice.bits == slice.byteWidth * 8
    if isWhole, slice.scale == 1, slice.addend == 0 { return nil }
    shift = UInt64(slice.shift)
    keep = slice.bits >= 64 ? ~0 : (1 << UInt64(slice.bits)) - 1
    scale = UInt64(bitPattern: Int64(slice.scale))
    addend = UInt64(bitPattern: Int64(slice.addend))
  }

  /// At most 48 bits times a small scale, so nothing wraps; a negative sum is its bit pattern.
  @inline(__always) func apply(_ loaded: UInt64) -> UInt64 {
    (((loaded &>> shift) & keep) &* scale) &+ addend
  }
}

/// The address of zeros to load from in place of what is missing; never freed.
let zeroBlock: UInt = {
  let block = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
  block.initializeMemory(as: UInt8.self, repeating: 0, count: 16)
  return UInt(bitPattern: block)
}()
