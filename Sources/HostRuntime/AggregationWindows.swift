import DataModel
import Kernels
import Operators
import Plan

/// The windows of one aggregation: the open ones, and the last closed one.
final class AggregationWindows {
  let aggregation: Aggregation
  let window: Window
  private let makeState: () -> any WindowState
  /// Open windows by start, ascending; mostly one.
  private var open: [(start: Int64, state: any WindowState)] = []
  private var spare: [any WindowState] = []
  /// The last window that closed with tuples in it.
  private(set) var closed: (end: Int64, state: any WindowState)?

  init(
    _ aggregation: Aggregation, _ scratch: BatchScratch, _ configuration: HostConfiguration
  ) {
    self.aggregation = aggregation
    window = aggregation.window
    switch aggregation.form {
    case .words(let layout):
      makeState = { WordsState(aggregation, layout, scratch, configuration) }
    case .tally(let items, _):
      makeState = { TallyState(aggregation, items: items, scratch, configuration) }
    case .distinct(let items, let precision):
      makeState = {
        DistinctState(aggregation, items: items, precision: precision, scratch, configuration)
      }
    }
  }

  /// The end of the first open window.
  var nextEnd: Int64? { open.first.map { $0.start + window.length } }

  /// Whether the window that holds `time` has closed by `horizon`.
  func isLate(_ time: Int64, horizon: Int64) -> Bool {
    window.start(of: time) + window.length <= horizon
  }

  /// The state of the open window that holds `time`, made if need be.
  func state(at time: Int64) -> any WindowState {
    let start = window.start(of: time)
    if let last = open.last, last.start == start { return last.state }
    if let found = open.first(where: { $0.start == start }) { return found.state }
    let state = spare.popLast() ?? makeState()
    let place = open.firstIndex { $0.start > start } ?? open.count
    open.insert((start, state), at: place)
    return state
  }

  /// Closes the window that ends at `end`, if it is open; its state can be read from then on.
  func close(end: Int64) {
    guard let first = open.first, first.start + window.length == end else { return }
    open.removeFirst()
    if let closed {
      closed.state.reset()
      spare.append(closed.state)
    }
    first.state.close()
    closed = (end, first.state)
  }

  /// Exchanges open and last closed windows with an aggregation of the same meaning.
  func exchangeState(with other: AggregationWindows) {
    precondition(
      aggregation.form == other.aggregation.form && window == other.window,
      "only state of one meaning goes on")
    swap(&open, &other.open)
    swap(&closed, &other.closed)
  }

  /// The state of the last window that closed by `time`; nil where it had no tuples.
  func lastClosed(by time: Int64) -> (any WindowState)? {
    guard let closed, closed.end == window.start(of: time) else { return nil }
    return closed.state
  }
}
