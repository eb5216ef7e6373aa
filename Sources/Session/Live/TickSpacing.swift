/// How far apart the ticks of a live run's clock were, in nanoseconds.
struct TickSpacing: CustomStringConvertible {
  private var ticks = 0
  private var widest: Int64 = 0
  private var sum: Int64 = 0
  /// Ticks that came later than the millisecond that the language asks for.
  private var late = 0

  /// Notes a tick that came so long after the one before.
  mutating func note(_ distance: Int64) {
    ticks += 1
    sum += distance
    widest = max(widest, distance)
    if distance > 1_000_000 { late += 1 }
  }

  /// `2000 ticks, 0.55 ms apart, at most 1.2 ms; 3 more than 1 ms`.
  var description: String {
    guard ticks > 0 else { return "no tick" }
    let mean = milliseconds(sum / Int64(ticks))
    return "\(ticks) ticks, \(mean) ms apart, at most \(milliseconds(widest)) ms; "
      + "\(late) more than 1 ms"
  }

  private func milliseconds(_ nanoseconds: Int64) -> Double {
    (Double(nanoseconds) / 1e4).rounded() / 100
  }
}
