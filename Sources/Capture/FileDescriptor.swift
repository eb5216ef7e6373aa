import Glibc

/// An open file; closed when the last use of it ends.
final class FileDescriptor {
  let number: Int32
  /// As the caller gave it, for messages.
  let path: String

  init(readingFrom path: String) throws(CaptureError) {
    let number = open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { throw CaptureError(path, .unreadable(errno: errno)) }
    self.number = number
    self.path = path
    // A hint; pipes refuse it.
    _ = posix_fadvise(number, 0, 0, POSIX_FADV_SEQUENTIAL)
  }

  /// Creates or empties a file.
  init(writingTo path: String) throws(CaptureError) {
    let number = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard number >= 0 else { throw CaptureError(path, .unreadable(errno: errno)) }
    self.number = number
    self.path = path
  }

  deinit { close(number) }

  /// Reads up to `space.count` bytes; 0 at the end. A signal that is handled while a pipe keeps the
  /// reader waiting is thrown like any failure (`CaptureError.isInterruption`).
  func read(into space: UnsafeMutableRawBufferPointer) throws(CaptureError) -> Int {
    let count = Glibc.read(number, space.baseAddress, space.count)
    guard count >= 0 else { throw CaptureError(path, .unreadable(errno: errno)) }
    return count
  }

  func writeAll(_ bytes: [UInt8]) throws(CaptureError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(number, $0.baseAddress! + written, $0.count - written)
      }
      if count >= 0 {
        written += count
      } else if errno != EINTR {
        throw CaptureError(path, .unreadable(errno: errno))
      }
    }
  }
}

/// What `errno` means, in the C library's words.
func errorText(_ code: Int32) -> String {
  guard let text = strerror(code) else { return "error \(code)" }
  return String(cString: text)
}
