import Glibc

/// How long a reader that does not read is waited for.
public enum WriterPatience {
  /// Where nothing else is waited for any more, milliseconds.
  private static let grace = 1000

  /// Waits until the descriptor takes bytes, or fails; false where the patience has ended first.
  /// `mayWait` is asked ten times a second.
  public static func awaitRoom(_ descriptor: Int32, mayWait: () -> Bool) -> Bool {
    let step = 100
    var left = grace
    while left > 0 {
      var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      let result = poll(&poller, 1, Int32(step))
      // Where poll itself fails, write says why.
      if result > 0 || (result < 0 && errno != EINTR) { return true }
      if !mayWait() { left -= step }
    }
    return false
  }
}
