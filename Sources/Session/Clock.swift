import Glibc

/// The run's clock: wall-clock nanoseconds since the Unix epoch that never go back, because only
/// the start is taken from the wall clock and the rest from the monotonic one.
struct Clock: Sendable {
  private let base: Int64

  init() {
    // The thread may be put aside between two readings: of three the narrowest counts.
    var best: (base: Int64, width: Int64) = (0, .max)
    for _ in 0..<3 {
      let before = Self.read(CLOCK_MONOTONIC)
      let wall = Self.read(CLOCK_REALTIME)
      let width = Self.read(CLOCK_MONOTONIC) - before
      if width < best.width { best = (wall - before - width / 2, width) }
    }
    base = best.base
  }

  /// Now, nanoseconds since the Unix epoch.
  var now: Int64 { base + Self.read(CLOCK_MONOTONIC) }

  /// How far the wall clock is ahead: what it was stepped by since the start, and how long the
  /// machine was suspended.
  var wallClockLead: Int64 { Self.read(CLOCK_REALTIME) - now }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// Tells of steps of the wall clock, which a run does not follow: windows would begin twice, or
/// last for hours.
struct WallClockSteps {
  private var told: Int64 = 0
  /// What is told, nanoseconds; clocks that are slewed stay far below.
  static let least: Int64 = 1_000_000_000

  /// What to say where the wall clock has moved since it was asked last.
  mutating func remark(lead: Int64) -> String? {
    guard (lead - told).magnitude >= Self.least.magnitude else { return nil }
    told = lead
    guard lead.magnitude >= Self.least.magnitude else {
      return "the wall clock is in step with the run's again"
    }
    let seconds = Double(lead.magnitude / 1_000_000) / 1000
    return "the wall clock was set, or the machine slept: it is \(seconds) s "
      + "\(lead > 0 ? "ahead of" : "behind") the run's, whose windows go on by their own; "
      + "start the run anew to have them by the wall clock"
  }
}
