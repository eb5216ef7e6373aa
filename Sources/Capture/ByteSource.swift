/// Where the bytes of a capture come from: a run that moves forward. Frames point into it, so it
/// may only be refilled while no batch that points into it is in use.
protocol ByteSource: AnyObject {
  /// What can be read now; begins after everything consumed.
  var run: ByteRun { get }

  /// Moves the start of the run forward. What lies behind stays readable until `refill`.
  func consume(_ count: Int)

  /// Makes the run longer, to `length` bytes if the capture has them; false at its end.
  func refill(toward length: Int) throws(CaptureError) -> Bool

  /// Bytes of the file read or passed over so far, for a progress display; packed bytes in a `.gz`.
  var fileOffset: UInt64 { get }
}

/// Bytes in memory, for tests.
final class MemorySource: ByteSource {
  private let bytes: UnsafeMutableRawBufferPointer
  private var position = 0

  /// Copies into an allocation of exactly this size, so that a sanitizer sees one byte too many.
  init(_ content: [UInt8]) {
    bytes = .allocate(byteCount: content.count, alignment: 1)
    bytes.copyBytes(from: content)
  }

  deinit { bytes.deallocate() }

  var run: ByteRun {
    ByteRun(
      base: UnsafeRawPointer(bytes.baseAddress!) + position, count: bytes.count - position,
      offset: UInt64(position))
  }

  func consume(_ count: Int) { position += count }

  func refill(toward length: Int) -> Bool { false }

  var fileOffset: UInt64 { UInt64(position) }
}
