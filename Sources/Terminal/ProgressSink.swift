public import Glibc
public import DataModel
public import Sinks
public import Threads

/// Another sink with a progress bar on standard error beside it, for captures on a terminal.
///
/// The bar appears after a second, at most ten times a second, and makes way before anything is
/// printed: rows may go to the same terminal.
public final class ProgressSink: Sink {
  private let sink: any Sink
  private let descriptor: Int32
  private var bar: ProgressBar
  private var isShown = false
  private var lastDrawn = 0.0

  /// Draws beside `sink` on the terminal `descriptor`, for the capture of this name.
  public init(_ sink: any Sink, name: String, descriptor: Int32 = STDERR_FILENO) {
    self.sink = sink
    self.descriptor = descriptor
    bar = ProgressBar(name: name)
  }

  deinit { clear() }

  public func begin(_ meta: RunMeta) throws(SinkError) { try sink.begin(meta) }

  public func takeHelp(of crew: Crew) { sink.takeHelp(of: crew) }

  public func row(_ row: Row) throws(SinkError) {
    clear()
    try sink.row(row)
  }

  public func rows(_ rows: TupleRows) throws(SinkError) {
    clear()
    try sink.rows(rows)
  }

  public func loss(_ record: LossRecord) throws(SinkError) {
    clear()
    try sink.loss(record)
  }

  public func progress(_ progress: RunProgress) throws(SinkError) {
    try sink.progress(progress)
    guard progress.elapsedSeconds - lastDrawn >= 0.1 else { return }
    lastDrawn = progress.elapsedSeconds
    bar.note(progress)
    guard progress.elapsedSeconds >= 1 else { return }
    // One column stays free: a full line may wrap.
    put("\r" + bar.text(columns: TerminalSize.of(descriptor).columns - 1) + "\u{1B}[K")
    isShown = true
  }

  public func flush() throws(SinkError) {
    clear()
    try sink.flush()
  }

  public func end(_ totals: RunTotals) throws(SinkError) {
    clear()
    try sink.end(totals)
  }

  /// Takes the bar away; for messages of others on the same terminal.
  public func clear() {
    guard isShown else { return }
    put("\r\u{1B}[K")
    isShown = false
  }

  /// A bar that cannot be drawn is no reason to stop.
  private func put(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  }
}
