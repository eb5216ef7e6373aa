import Glibc

/// The run's clock: wall-clock nanoseconds since the Unix epoch that never go back, because only
/// the start is taken from the wall clock and the rest from the monotonic one.
struct Clock: Sendable {
  private let base: Int64

  init() { base = Self.read(CLOCK_REALTIME) - Self.read(CLOCK_MONOTONIC) }

  /// Now, nanoseconds since the Unix epoch.
  var now: Int64 { base + Self.read(CLOCK_MONOTONIC) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
