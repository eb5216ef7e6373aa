/// The byte order of whoever wrote a capture. Generic, so that the per-packet loops exist once in
/// the text and twice, without a test, in the machine code.
protocol ByteOrder {
  static func load16(_ address: UnsafeRawPointer) -> UInt16
  static func load32(_ address: UnsafeRawPointer) -> UInt32
}

enum LittleEndian: ByteOrder {
  @inline(__always) static func load16(_ address: UnsafeRawPointer) -> UInt16 {
    UInt16(littleEndian: address.loadUnaligned(as: UInt16.self))
  }
  @inline(__always) static func load32(_ address: UnsafeRawPointer) -> UInt32 {
    UInt32(littleEndian: address.loadUnaligned(as: UInt32.self))
  }
}

enum BigEndian: ByteOrder {
  @inline(__always) static func load16(_ address: UnsafeRawPointer) -> UInt16 {
    UInt16(bigEndian: address.loadUnaligned(as: UInt16.self))
  }
  @inline(__always) static func load32(_ address: UnsafeRawPointer) -> UInt32 {
    UInt32(bigEndian: address.loadUnaligned(as: UInt32.self))
  }
}
