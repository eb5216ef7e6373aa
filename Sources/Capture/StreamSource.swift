/// Bytes that only come one after the other: an unpacked `.gz`, a pipe. Holds a run of them in
/// one buffer, which grows only as far as the longest record or block.
final class StreamSource: ByteSource {
  static let defaultBuffer = 1 << 20

  private let upstream: any ByteStream
  private var buffer: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  /// Offset in the capture of the buffer's first byte.
  private var bufferOffset: UInt64 = 0
  private var isAtEnd = false

  init(_ upstream: any ByteStream, bufferBytes: Int = StreamSource.defaultBuffer) {
    self.upstream = upstream
    buffer = .allocate(byteCount: bufferBytes, alignment: 16)
  }

  deinit { buffer.deallocate() }

  var run: ByteRun {
    ByteRun(
      base: UnsafeRawPointer(buffer.baseAddress!) + start, count: end - start,
      offset: bufferOffset + UInt64(start))
  }

  func consume(_ count: Int) { start += count }

  var fileOffset: UInt64 { upstream.fileOffset }

  func refill(toward length: Int) throws(CaptureError) -> Bool {
    if isAtEnd { return false }
    makeRoom(for: length)
    let before = end
    do {
      while end < length, !isAtEnd {
        let count = try upstream.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
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
      let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 16)
      larger.copyMemory(from: left)
      buffer.deallocate()
      buffer = larger
    } else if start > 0, !left.isEmpty {
      buffer.baseAddress!.copyMemory(from: left.baseAddress!, byteCount: left.count)
    }
    bufferOffset += UInt64(start)
    end -= start
    start = 0
  }
}

/// A stream of bytes that ends.
protocol ByteStream: AnyObject {
  /// Fills at least one byte of a non-empty `space`; 0 at the end. Throws only when nothing is left
  /// to give, and then again each time.
  func read(into space: UnsafeMutableRawBufferPointer) throws(CaptureError) -> Int
  /// Bytes taken from the file.
  var fileOffset: UInt64 { get }
}

/// The bytes of a file as they are; `head` was read before.
final class FileStream: ByteStream {
  private let descriptor: FileDescriptor
  private var head: [UInt8]
  private(set) var fileOffset: UInt64 = 0

  init(_ descriptor: FileDescriptor, head: [UInt8]) {
    self.descriptor = descriptor
    self.head = head
  }

  func read(into space: UnsafeMutableRawBufferPointer) throws(CaptureError) -> Int {
    let count: Int
    if head.isEmpty {
      count = try descriptor.read(into: space)
    } else {
      count = min(head.count, space.count)
      space.copyBytes(from: head[..<count])
      head.removeFirst(count)
    }
    fileOffset += UInt64(count)
    return count
  }
}
