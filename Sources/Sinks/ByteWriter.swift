import Glibc

/// Bytes on their way to a file descriptor, in blocks of 64 KiB.
final class ByteWriter {
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private static let blockBytes = 1 << 16

  /// The last two seconds whose text was written: window starts and ends repeat, row after row.
  var seconds: (SecondText, SecondText) = (SecondText(), SecondText())

  init(descriptor: Int32) {
    self.descriptor = descriptor
    buffer.reserveCapacity(Self.blockBytes + 4096)
  }

  func put(_ text: StaticString) {
    buffer.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  func put(_ byte: UInt8) { buffer.append(byte) }

  func put(bytes: [UInt8]) { buffer.append(contentsOf: bytes) }

  func put(digits: UnsafeBufferPointer<UInt8>) { buffer.append(contentsOf: digits) }

  func put(text: String) { buffer.append(contentsOf: text.utf8) }

  func put(spaces count: Int) {
    if count > 0 { buffer.append(contentsOf: repeatElement(UInt8(ascii: " "), count: count)) }
  }

  /// Writes a full block out; called at the end of a record.
  func writeIfFull() throws(SinkError) {
    if buffer.count >= Self.blockBytes { try flush() }
  }

  /// Writes everything out, waiting where the descriptor does not block; what a failed write left
  /// is dropped, so that a second attempt does not repeat half a record.
  func flush() throws(SinkError) {
    defer { buffer.removeAll(keepingCapacity: true) }
    var written = 0
    while written < buffer.count {
      let result = buffer.withUnsafeBytes { bytes in
        write(descriptor, bytes.baseAddress! + written, bytes.count - written)
      }
      if result < 0 {
        let code = errno
        if code == EINTR { continue }
        if code == EAGAIN {
          var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = poll(&poller, 1, 1000)
          continue
        }
        throw code == EPIPE ? .closed : .failed(errno: code, doing: "writing the output")
      }
      written += result
    }
  }
}
