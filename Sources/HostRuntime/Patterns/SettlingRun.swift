import DataModel

/// What takes tuples of some nodes, and hands on tuples of a node of its own when nothing earlier
/// can come any more.
///
/// Tuples wait by step of time until the newest time less the lateness has passed the step.
protocol SettlingRun: AnyObject {
  /// The node of what it hands on.
  var node: Int { get }
  /// The nodes whose tuples it takes; one may be there twice.
  var inputs: [Int] { get }
  /// The step.
  var tick: Window { get }
  /// The end of the first step in which there is something to do; nil where there is none.
  var nextEnd: Int64? { get }
  /// Whether it takes rows, so that a step is settled behind the windows that close at its end.
  var settlesBehindRows: Bool { get }
  /// Takes tuples of an input (its place in ``inputs``), all of one step; those of a step that has
  /// been settled are late.
  func take(
    _ batch: TupleBatch, _ rows: UnsafePointer<UInt16>, _ count: Int, input: Int, horizon: Int64)
  /// Settles the steps that end by `time`: what comes of them goes to `emit`, by time.
  func settle(until time: Int64, pane: Window?, emit: (TupleBatch) -> Void)
  /// What was lost since the last call, and why.
  func takeLosses() -> [(count: UInt64, reason: String)]
}

extension SettlingRun {
  var settlesBehindRows: Bool { false }

  /// The end of the first step that may be settled while the next window closes at `close`.
  func nextEnd(before close: Int64?) -> Int64? {
    guard let end = nextEnd else { return nil }
    if settlesBehindRows, let close, end >= close { return nil }
    return end
  }
}
