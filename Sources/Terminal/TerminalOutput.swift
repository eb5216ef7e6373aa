import Glibc

/// Bytes to a terminal that may not take them: waits, but not for ever, and not when the view ends.
struct TerminalOutput: ~Copyable {
  private let descriptor: Int32
  private let isOwn: Bool
  /// A frame was written in part: what the terminal shows is not known.
  var hasFailed = false

  /// Writes to the terminal behind `original`, through an open file of its own where that can be
  /// had: only then it can refuse to wait without other programs' noticing.
  init(copying original: Int32) {
    let own = open("/proc/self/fd/\(original)", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    isOwn = own >= 0
    descriptor = isOwn ? own : original
  }

  deinit { if isOwn { close(descriptor) } }

  /// Writes a frame; gives up where the terminal takes nothing and `isEnding` says so.
  mutating func write(_ bytes: [UInt8], isEnding: () -> Bool) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress! + sent, bytes.count - sent)
      }
      if count > 0 {
        sent += count
        continue
      }
      if count < 0 && errno == EINTR { continue }
      guard count < 0 && errno == EAGAIN && !isEnding() else {
        hasFailed = true
        return
      }
      var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      _ = poll(&poller, 1, 100)
    }
  }
}
