import DataModel

/// Sums the losses of windows that lost late tuples and nothing else: an input out of order has
/// one for each, and a line for each would bury the rows.
///
/// The first is told at once, then a sum whenever there are four times as many new ones as were
/// told, and what is left at the end: some ten lines for a million windows.
struct LateTuples {
  private var told = 0
  private var windows = 0
  private var tuples: UInt64 = 0
  private var first = Int64.max
  private var last = Int64.min

  /// Whether a record belongs here.
  static func has(_ record: LossRecord) -> Bool {
    record.lost.count == 1 && record.lost[.late] != nil && record.uncertain == 0
      && record.reason.isEmpty
  }

  /// Takes a record; gives the line to print, if it is time for one.
  mutating func add(_ record: LossRecord) -> String? {
    windows += 1
    tuples += record.lost[.late] ?? 0
    first = min(first, record.start)
    last = max(last, record.start)
    return windows >= max(1, 4 * told) ? take() : nil
  }

  /// The line for what was not told yet; nil where there is nothing.
  mutating func take() -> String? {
    guard windows > 0 else { return nil }
    let lost = "lost " + LossCause.late.text(tuples)
    let line =
      windows == 1
      ? "! \(Timestamp.text(first)): \(lost)"
      : "! \(windows) windows from \(Timestamp.text(first)) to \(Timestamp.text(last)): \(lost)"
    told += windows
    (windows, tuples, first, last) = (0, 0, .max, .min)
    return line
  }
}
