/// A stream of bytes that ends.
protocol ByteStream: AnyObject {
  /// Fills at least one byte of a non-empty `space`; 0 at the end. Throws only when nothing is left
  /// to give, and then again each time.
  func read(into space: UnsafeMutableRawBufferPointer) throws(CaptureError) -> Int
  /// Bytes taken from the file.
  var fileOffset: UInt64 { get }
  /// How often a connection broke and was made again.
  var reconnections: UInt64 { get }
}

extension ByteStream {
  var reconnections: UInt64 { 0 }
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
