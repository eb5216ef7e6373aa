import CZlib

/// Unpacks gzip (RFC 1952), also of several members one after the other; zero padding after the
/// last is passed over, as gzip does.
final class GzipStream: ByteStream {
  private static let inputBytes = 256 << 10

  private let packed: any ByteStream
  private let path: String
  /// zlib keeps a pointer to its stream, so it must not move.
  private let zlib: UnsafeMutablePointer<z_stream>
  private let input: UnsafeMutableRawBufferPointer
  private enum State {
    case inMember
    /// Before the first byte of a further member, of padding or of the end.
    case betweenMembers
    case ended
  }
  private var state = State.inMember
  private var failure: CaptureError?

  init(_ packed: any ByteStream, path: String) {
    self.packed = packed
    self.path = path
    zlib = .allocate(capacity: 1)
    zlib.initialize(to: z_stream())
    input = .allocate(byteCount: Self.inputBytes, alignment: 16)
    // 15: the largest window; 16 more: a gzip header is expected, nothing else.
    let status = inflateInit2_(zlib, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib refuses to start: \(status)")
  }

  deinit {
    inflateEnd(zlib)
    zlib.deallocate()
    input.deallocate()
  }

  var fileOffset: UInt64 { packed.fileOffset - UInt64(zlib.pointee.avail_in) }

  func read(into space: UnsafeMutableRawBufferPointer) throws(CaptureError) -> Int {
    if let failure { throw failure }
    let room = min(space.count, 1 << 30)
    zlib.pointee.next_out = space.baseAddress!.assumingMemoryBound(to: UInt8.self)
    zlib.pointee.avail_out = UInt32(room)
    do {
      while Int(zlib.pointee.avail_out) == room, state != .ended { try step() }
    } catch {
      failure = error
      // What was unpacked before the damage is handed out first.
      if Int(zlib.pointee.avail_out) == room { throw error }
    }
    return room - Int(zlib.pointee.avail_out)
  }

  private func step() throws(CaptureError) {
    if zlib.pointee.avail_in == 0 {
      let count = try packed.read(into: input)
      if count == 0 {
        if state == .inMember { throw damaged("the file ends inside the packed data") }
        state = .ended
        return
      }
      zlib.pointee.next_in = input.baseAddress!.assumingMemoryBound(to: UInt8.self)
      zlib.pointee.avail_in = UInt32(count)
    }
    if state == .betweenMembers {
      try beginMember()
      return
    }
    switch inflate(zlib, Z_NO_FLUSH) {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: state = .betweenMembers
    case let status:
      throw damaged(zlib.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)")
    }
  }

  private func beginMember() throws(CaptureError) {
    while zlib.pointee.avail_in > 0, zlib.pointee.next_in.pointee == 0 {
      zlib.pointee.next_in += 1
      zlib.pointee.avail_in -= 1
    }
    if zlib.pointee.avail_in == 0 { return }
    let status = inflateReset(zlib)
    precondition(status == Z_OK, "zlib refuses to start again: \(status)")
    state = .inMember
  }

  private func damaged(_ found: String) -> CaptureError {
    CaptureError(path, .damagedCompression(offset: fileOffset, found: found))
  }
}
