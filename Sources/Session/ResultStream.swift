import DataModel
import Sinks

/// Rows and losses on their way from the graph to the sink of a replay: counts them, and keeps the
/// sink's first error until the loop between two batches asks for it.
final class ResultStream {
  private let sink: any Sink
  private(set) var totals = RunTotals()
  private var failure: SinkError?
  private var lastWindowEnd = Int64.min
  /// Rows of each output that has any.
  private var rowsOfOutput: [Int: UInt64] = [:]
  /// Window ends that rows were seen of.
  private(set) var closedWindows = 0

  /// Windows after which rows are no longer taken.
  private let windowLimit: Int

  init(_ sink: any Sink, windowLimit: Int? = nil) {
    self.sink = sink
    self.windowLimit = windowLimit ?? .max
  }

  /// Whether the run has shown all the windows that it was asked for.
  var isComplete: Bool { closedWindows > windowLimit }

  func take(_ row: Row) {
    note(windowEnd: row.end)
    guard failure == nil, !isComplete else { return }
    totals.rows &+= 1
    rowsOfOutput[row.output, default: 0] &+= 1
    do { try sink.row(row) } catch { failure = error }
  }

  func take(_ record: LossRecord) {
    for (cause, count) in record.lost { totals.lost[cause, default: 0] &+= count }
    guard failure == nil, !isComplete else { return }
    do { try sink.loss(record) } catch { failure = error }
  }

  func count(packets: UInt64) { totals.packets &+= packets }

  /// Throws the sink's first error.
  func check() throws(SessionError) {
    if let failure { throw .sink(failure) }
  }

  func flush() throws(SessionError) {
    try check()
    do { try sink.flush() } catch { throw .sink(error) }
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
    do { try sink.end(totals) } catch { throw .sink(error) }
    return totals
  }

  private func note(windowEnd: Int64) {
    if windowEnd > lastWindowEnd {
      lastWindowEnd = windowEnd
      closedWindows += 1
    }
  }
}
