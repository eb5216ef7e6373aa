import Capture
import DataModel

/// Cuts frames into runs that lie in one pane each.
struct PaneCursor {
  private let pane: Window?
  /// Whether the run begins a pane that is newer than every one before.
  private(set) var isNew = false
  /// The start of the newest pane.
  private(set) var current = Int64.min
  /// How far frames stand behind newer ones; up to a pane more than the truth.
  private(set) var disorder = Disorder()

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
    if low < current { disorder.note(behind: current - first + pane.length) }
    var end = start + 1
    while end < frames.count && frames.times[end] >= low && frames.times[end] - low < pane.length {
      end += 1
    }
    return end
  }
}
