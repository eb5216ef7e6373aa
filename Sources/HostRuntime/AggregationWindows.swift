import DataModel
import Plan

/// The windows of one aggregation: what is open, and the last ones that closed.
///
/// Tuples are folded into panes. A tumbling window is its pane; a sliding one is merged at its end
/// from the panes that it covers, which are kept until no window to come covers them.
/// - Cost: a sliding window's close merges length / slide panes, not one update a tuple and window.
final class AggregationWindows {
  private typealias Close = (end: Int64, state: any WindowState)

  let aggregation: Aggregation
  let window: Window
  private let makeState: () -> any WindowState
  /// Windows before the last closed one that features read (`F.prev(n)`).
  private let depth: Int64
  /// Open panes by start, ascending; mostly one.
  private var open: [(start: Int64, state: any WindowState)] = []
  /// Ended panes that sliding windows to come cover, by end, ascending.
  private var panes: [Close] = []
  /// When the last window closed.
  private var lastEnd = Int64.min
  private var spare: [any WindowState] = []
  /// The last windows that closed with tuples in them, by end, ascending.
  private var closes: [Close] = []

  init(
    _ aggregation: Aggregation, depth: Int, _ making: StateMaking
  ) {
    self.aggregation = aggregation
    self.depth = Int64(depth)
    window = aggregation.window
    makeState = { making.make() }
  }

  /// The end of the first window that has yet to close with tuples in it.
  var nextEnd: Int64? {
    let first = open.first.map { $0.start + window.slide }
    guard !panes.isEmpty else { return first }
    return min(lastEnd + window.slide, first ?? .max)
  }

  /// Whether the pane that holds `time` has ended by `horizon`.
  func isLate(_ time: Int64, horizon: Int64) -> Bool {
    window.start(of: time) + window.slide <= horizon
  }

  /// The state of the open pane that holds `time`, made if need be.
  func state(at time: Int64) -> any WindowState {
    let start = window.start(of: time)
    if let last = open.last, last.start == start { return last.state }
    if let found = open.first(where: { $0.start == start }) { return found.state }
    let place = open.firstIndex { $0.start > start } ?? open.count
    let state = emptyState()
    open.insert((start, state), at: place)
    return state
  }

  private func emptyState() -> any WindowState { spare.popLast() ?? makeState() }

  private func recycle(_ state: any WindowState) {
    state.reset()
    spare.append(state)
  }

  /// Closes the window that ends at `end`, if it has tuples; its state can be read from then on.
  func close(end: Int64) {
    guard nextEnd == end else { return }
    lastEnd = end
    var ended: (any WindowState)?
    if let first = open.first, first.start + window.slide == end {
      open.removeFirst()
      ended = first.state
    }
    let state: any WindowState
    if window.isSliding {
      if let ended { panes.append((end, ended)) }
      state = emptyState()
      for pane in panes { state.merge(pane.state) }
      let next = end + window.slide - window.length
      while let first = panes.first, first.end <= next { recycle(panes.removeFirst().state) }
    } else {
      guard let ended else { return }
      state = ended
    }
    state.close(end: end)
    closes.append((end, state))
    while let first = closes.first, first.end < end - depth * window.slide {
      recycle(closes.removeFirst().state)
    }
  }

  /// Exchanges open and last closed windows with an aggregation of the same meaning.
  func exchangeState(with other: AggregationWindows) {
    precondition(
      aggregation.form == other.aggregation.form && window == other.window
        && aggregation.summary == other.aggregation.summary,
      "only state of one meaning goes on")
    swap(&open, &other.open)
    swap(&panes, &other.panes)
    swap(&lastEnd, &other.lastEnd)
    swap(&closes, &other.closes)
  }

  /// The state of the last window that closed by `time`, or of one `back` windows earlier; nil
  /// where it had no tuples.
  func lastClosed(by time: Int64, back: Int = 0) -> (any WindowState)? {
    let end = window.start(of: time) - Int64(back) * window.slide
    return closes.last { $0.end == end }?.state
  }
}
