import Glibc

/// Bytes on their way to a file descriptor, in blocks of 64 KiB.
final class ByteWriter {
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private static let blockBytes = 1 << 16

  init(descriptor: Int32) {
    self.descriptor = descriptor
    buffer.reserveCapacity(Self.blockBytes + 4096)
  }

  func put(_ text: StaticString) {
    buffer.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  func put(_ byte: UInt8) { buffer.append(byte) }

  func put(text: String) { buffer.append(contentsOf: text.utf8) }

  func put(spaces count: Int) {
    if count > 0 { buffer.append(contentsOf: repeatElement(UInt8(ascii: " "), count: count)) }
  }

  /// Decimal digits without a detour through String.
  func put(integer value: Int64) {
    if value < 0 { buffer.append(UInt8(ascii: "-")) }
    put(unsigned: value.magnitude)
  }

  func put(unsigned value: UInt64) {
    var digits: (UInt64, Int) = (value, 1)
    var power: UInt64 = 1
    while digits.0 >= 10 {
      digits.0 /= 10
      power *= 10
      digits.1 += 1
    }
    var rest = value
    while power > 0 {
      buffer.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest / power))
      rest %= power
      power /= 10
    }
  }

  /// Writes a full block out; called at the end of a record.
  func writeIfFull() throws(SinkError) {
    if buffer.count >= Self.blockBytes { try flush() }
  }

  func flush() throws(SinkError) {
    var written = 0
    while written < buffer.count {
      let result = unsafe buffer.withUnsafeBytes { bytes in
        unsafe write(descriptor, bytes.baseAddress! + written, bytes.count - written)
      }
      if result < 0 {
        let code = errno
        if code == EINTR { continue }
        if code == EAGAIN {
          var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = unsafe poll(&poller, 1, 1000)
          continue
        }
        buffer.removeAll(keepingCapacity: true)
        throw code == EPIPE ? .closed : .failed(errno: code, doing: "writing the output")
      }
      written += result
    }
    buffer.removeAll(keepingCapacity: true)
  }
}
