import CText

/// The bytes of a capture that were read and not yet parsed, in one buffer, which grows to less
/// than twice the longest record or block. Frames point into it.
///
/// Plain files are read too, not mapped: copying out of the page cache costs a third less than
/// having pages mapped and unmapped (11 ns against 16 for a frame of 60 bytes, 120 against 175 for
/// one of 1400), and a file that somebody cuts meanwhile is an early end instead of a SIGBUS.
final class ReadAhead {
  static let defaultBytes = 1 << 18

  private let stream: any ByteStream
  private var buffer: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  /// Offset in the capture of the buffer's first byte.
  private var bufferOffset: UInt64 = 0
  private var isAtEnd = false

  init(_ stream: any ByteStream, bufferBytes: Int = ReadAhead.defaultBytes) {
    self.stream = stream
    buffer = Self.room(bufferBytes)
  }

  deinit { buffer.baseAddress?.deallocate() }

  /// A buffer behind which `SALC_TEXT_PAD` bytes more may be read.
  private static func room(_ bytes: Int) -> UnsafeMutableRawBufferPointer {
    let whole = UnsafeMutableRawPointer.allocate(
      byteCount: bytes + Int(SALC_TEXT_PAD), alignment: 16)
    (whole + bytes).initializeMemory(as: UInt8.self, repeating: 0, count: Int(SALC_TEXT_PAD))
    return UnsafeMutableRawBufferPointer(start: whole, count: bytes)
  }

  /// What can be read now; begins after everything consumed.
  var ready: ByteRun {
    ByteRun(
      base: UnsafeRawPointer(buffer.baseAddress!) + start, count: end - start,
      offset: bufferOffset + UInt64(start))
  }

  /// Bytes taken from the file so far; packed ones in a `.gz`.
  var fileOffset: UInt64 { stream.fileOffset }

  /// How often a connection broke and was made again.
  var reconnections: UInt64 { stream.reconnections }

  /// Passes over the first bytes of `ready`. They stay where they are until `refill`.
  func consume(_ count: Int) { start += count }

  /// Passes over the mark at the beginning of a text, where there is one.
  func consumeByteOrderMark() {
    let run = ready
    guard run.offset == 0 else { return }
    consume(ByteOrderMark.length(UnsafeRawBufferPointer(start: run.base, count: run.count)))
  }

  /// Makes `ready` longer, to `length` bytes at least if the capture has them; false at its end.
  /// Whatever points into the buffer becomes invalid.
  func refill(toward length: Int) throws(CaptureError) -> Bool {
    if isAtEnd { return false }
    makeRoom(for: length)
    let before = end
    do {
      while end < length, !isAtEnd {
        let count = try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
        if count == 0 { isAtEnd = true }
        end += count
      }
    } catch {
      // What came before the failure is read first; the next refill meets the failure again.
      if end == before { throw error }
    }
    return end > before
  }

  /// Moves what is left to the front of a buffer that holds `length` bytes.
  private func makeRoom(for length: Int) {
    let left = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
    if length > buffer.count {
      // Doubled: a line's length is known at its end only.
      let larger = Self.room(max(length, buffer.count * 2))
      larger.copyMemory(from: left)
      buffer.baseAddress?.deallocate()
      buffer = larger
    } else if start > 0, !left.isEmpty {
      buffer.baseAddress!.copyMemory(from: left.baseAddress!, byteCount: left.count)
    }
    bufferOffset += UInt64(start)
    end -= start
    start = 0
  }
}
