import Capture
import DataModel
import Sinks

/// Cuts frames into runs that lie in one pane each.
struct PaneCursor {
  private let pane: Window?
  /// Whether the run begins a pane that is newer than every one before.
  private(set) var isNew = false
  /// The start of the newest pane.
  private(set) var current = Int64.min
  /// How far frames stand behind newer ones, at most; up to a pane more than the truth.
  private var disorder: Int64 = 0

  init(_ pane: Window?) { self.pane = pane }

  /// The end of the run of frames from `start` on whose times share a pane; moves to their pane.
  mutating func run(in frames: borrowing FrameBatch, from start: Int) -> Int {
    guard let pane else {
      isNew = false
      return frames.count
    }
    let first = frames.times[start]
    let low = pane.start(of: first)
    isNew = low > current
    if isNew { current = low }
    if low < current { disorder = max(disorder, current - first + pane.length) }
    var end = start + 1
    while end < frames.count && frames.times[end] >= low && frames.times[end] - low < pane.length {
      end += 1
    }
    return end
  }

  /// Tells what to write where a capture's order cost tuples.
  func remarkOnDisorder(_ totals: RunTotals, _ configuration: RunConfiguration) {
    guard totals.lost[.late, default: 0] > 0, disorder > 0 else { return }
    let unit: Int64 = disorder > 600_000_000_000 ? 60_000_000_000 : 1_000_000_000
    let wanted = Timestamp.durationText((disorder + unit - 1) / unit * unit)
    configuration.remark(
      "the capture is not in the order of its times; ‘Lateness = \(wanted);’ above the first "
        + "statement keeps windows open for all of it")
  }
}
