import Compiler
import DataModel
import Plan
import Sinks

/// Rows and losses on their way from the graph to the sink of a replay: counts them, and keeps the
/// sink's first error until the loop between two batches asks for it.
final class ResultStream {
  private let sink: any Sink
  private(set) var totals = RunTotals()
  private var failure: SinkError?
  /// Rows of each output that has any.
  private var rowsOfOutput: [Int: UInt64] = [:]
  /// Rows that the sink took since it was last known to have written all.
  private var unwritten: UInt64 = 0
  private var newestEnd = Int64.min
  /// Ends of windows that rows were seen of.
  private(set) var closedWindows = 0
  private let limit: WindowLimit?
  /// The end of the last window that the run was asked for.
  private var lastEnd = Int64.max

  init(_ sink: any Sink, limit: WindowLimit? = nil) {
    self.sink = sink
    self.limit = limit
  }

  /// The capture's newest pane; true once it lies behind the windows that the run was asked for.
  func isComplete(atPane start: Int64) -> Bool {
    if lastEnd == .max, let limit { lastEnd = limit.lastEnd(from: start) }
    return start >= lastEnd
  }

  func take(_ row: Row) {
    // A tuple's row ends where it starts, and at the last end it is the next window's.
    guard row.start < lastEnd, row.end <= lastEnd else { return }
    if row.end > newestEnd {
      newestEnd = row.end
      closedWindows += 1
    }
    unwritten &+= 1
    guard failure == nil else { return }
    totals.rows &+= 1
    rowsOfOutput[row.output, default: 0] &+= 1
    do { try sink.row(row) } catch { failure = error }
  }

  /// Rows of tuples, a batch's at once.
  func take(_ rows: TupleRows) {
    let first = (0..<rows.count).lazy.map(rows.time)
    guard limit == nil, let newest = first.max() else {
      for place in 0..<rows.count { take(rows.row(place)) }
      return
    }
    if newest > newestEnd {
      newestEnd = newest
      closedWindows += 1
    }
    unwritten &+= UInt64(rows.count)
    guard failure == nil else { return }
    totals.rows &+= UInt64(rows.count)
    rowsOfOutput[rows.output, default: 0] &+= UInt64(rows.count)
    do { try sink.rows(rows) } catch { failure = error }
  }

  func take(_ record: LossRecord) {
    guard record.start < lastEnd else { return }
    for (cause, count) in record.lost { totals.lost[cause, default: 0] &+= count }
    guard failure == nil else { return }
    do { try sink.loss(record) } catch { failure = error }
  }

  /// Other outputs follow.
  func begin(_ meta: RunMeta) {
    guard failure == nil else { return }
    do { try sink.begin(meta) } catch { failure = error }
  }

  func count(packets: UInt64) { totals.packets &+= packets }

  /// Takes the tuples that lacked a key, by what asked for it.
  func take(unkeyed: [String: UInt64]) { totals.unkeyed.merge(unkeyed, uniquingKeysWith: &+) }

  /// Takes the tuples whose keys found no room in windows of items.
  func take(itemTuplesWithoutKey count: UInt64) { totals.itemTuplesWithoutKey &+= count }

  /// Throws the sink's first error.
  func check() throws(SessionError) {
    if let failure { throw named(failure) }
  }

  func flush() throws(SessionError) {
    try check()
    do { try sink.flush() } catch {
      failure = error
      throw named(error)
    }
    unwritten = 0
  }

  /// The error with what was not written until now; rows that still come count as well.
  private func named(_ error: SinkError) -> SessionError {
    if case .stalled = error { return .sink(.stalled(rows: unwritten)) }
    return .sink(error)
  }

  /// Tells the sink how far the run is; the rows are known here.
  func tell(_ progress: RunProgress) {
    guard failure == nil else { return }
    var whole = progress
    for (output, rows) in rowsOfOutput {
      whole.flows.append(RunProgress.Flow(node: "o\(output)", count: rows, unit: "rows"))
    }
    do { try sink.progress(whole) } catch { failure = error }
  }

  func end(elapsedSeconds: Double) throws(SessionError) -> RunTotals {
    try check()
    totals.elapsedSeconds = elapsedSeconds
    do { try sink.end(totals) } catch { throw named(error) }
    return totals
  }
}

/// How many windows a run shows: of the shortest window of its rows, from the first tuple's on,
/// quiet ones too, on captures as on interfaces.
struct WindowLimit {
  private let count: Int
  private let length: Int64

  /// Nil where no limit was asked for.
  init?(_ configuration: RunConfiguration) throws(SessionError) {
    guard let count = configuration.windows else { return nil }
    let plan = configuration.query.placed.plan
    guard let pane = plan.pane else {
      throw .unsupported("this query has no windows that could be counted")
    }
    self.count = count
    length = plan.relations.map(\.window.slide).min() ?? pane.length
  }

  /// The end of the last window, where the first holds `start`.
  func lastEnd(from start: Int64) -> Int64 {
    let (windows, overflow) = (Window(length: length).start(of: start) / length)
      .addingReportingOverflow(Int64(count))
    let (end, tooFar) = windows.multipliedReportingOverflow(by: length)
    return overflow || tooFar ? .max : end
  }
}
