import DataModel
import Synchronization
import Threads

/// What a scrape sees: the last closed window of each output and the counts of the run.
///
/// The sink's thread puts windows up, the server's reads them; neither waits for the other longer
/// than it takes to exchange a window.
final class MetricsBoard: Sendable {
  /// A row with its labels as text.
  struct Series {
    let labels: [UInt8]
    let row: Row
  }

  /// The rows of an output's window.
  struct Window {
    var start: Int64
    var end: Int64
    var series: [Series]
    /// When it was put up, milliseconds of `Monitor.now`.
    var time: Int
    /// Tells this window from those before and after it.
    var serial: UInt64
    var wasRead = false
  }

  /// The counts of the run.
  struct Counts {
    var placement = ""
    var attach = ""
    var packets: UInt64 = 0
    var queued: UInt64 = 0
    var lost: [LossCause: UInt64] = [:]
    var rows: [UInt64]
    var windows: [UInt64]
    var unread: UInt64 = 0
    var scrapes: UInt64 = 0
  }

  private struct State {
    var windows: [Window?]
    var counts: Counts
    var serial: UInt64 = 0
  }

  let outputs: [MetricNames]
  private let state: Mutex<State>

  init(_ outputs: [MetricNames]) {
    self.outputs = outputs
    let zeros = outputs.map { _ in UInt64(0) }
    state = Mutex(
      State(windows: outputs.map { _ in nil }, counts: Counts(rows: zeros, windows: zeros)))
  }

  /// Changes the counts.
  func count(_ body: (inout Counts) -> Void) { state.withLock { body(&$0.counts) } }

  /// Rows that newer ones, or the end of the run, took the place of before anyone had read them.
  var unread: UInt64 { state.withLock { $0.counts.unread } }

  /// Puts up what has come of an output's window: all of a newer one, or the rest of the same.
  func put(_ window: Window, of output: Int, rows: UInt64) {
    state.withLock { state in
      state.serial += 1
      state.counts.rows[output] += rows
      var window = window
      window.serial = state.serial
      window.time = Monitor.now
      if let old = state.windows[output], old.start == window.start, old.end == window.end {
        // Those that were read once are read; the rest of the window still has to be.
        window.wasRead = false
      } else {
        if let old = state.windows[output], !old.wasRead {
          state.counts.unread += UInt64(old.series.count)
        }
        state.counts.windows[output] += 1
      }
      state.windows[output] = window
    }
  }

  /// Counts rows that another of the same labels and window took the place of.
  func countReplaced(_ rows: UInt64) { state.withLock { $0.counts.unread += rows } }

  /// Counts what is up and was never read.
  func close() {
    state.withLock { state in
      for index in state.windows.indices {
        if let window = state.windows[index], !window.wasRead {
          state.counts.unread += UInt64(window.series.count)
        }
        state.windows[index] = nil
      }
    }
  }

  /// Notes that a scraper has got these windows.
  func markRead(_ serials: [UInt64]) {
    state.withLock { state in
      state.counts.scrapes += 1
      for index in state.windows.indices {
        if let serial = state.windows[index]?.serial, serials.contains(serial) {
          state.windows[index]?.wasRead = true
        }
      }
    }
  }

  /// How long a window is shown when none follows it: one without rows closes in silence, and what
  /// it would have replaced must not look as if it still were so. Milliseconds.
  private static func shown(_ window: Window) -> Int {
    let length = Int((window.end &- window.start) / 1_000_000)
    return 2 * max(length, 0) + 5000
  }

  /// Everything as text, and the windows that it holds.
  func text(_ dialect: Exposition.Dialect) -> (bytes: [UInt8], serials: [UInt64]) {
    let (windows, counts) = state.withLock { ($0.windows, $0.counts) }
    let now = Monitor.now
    let fresh = windows.map { window in
      window.flatMap { now - $0.time <= Self.shown($0) ? $0 : nil }
    }
    var text = Exposition(dialect)
    for (names, window) in zip(outputs, fresh) { names.write(window, to: &text) }
    write(counts, windows, to: &text)
    text.end()
    return (text.bytes, fresh.compactMap { $0?.serial })
  }

  private func write(_ counts: Counts, _ windows: [Window?], to text: inout Exposition) {
    text.family("salc_run", .info, help: "Where the operators run and how the program is attached.")
    text.sample(
      Exposition.label("placement", counts.placement) + [UInt8(ascii: ",")]
        + Exposition.label("attach", counts.attach), UInt64(1))
    text.family("salc_packets", .counter, help: "Packets that reached the query.")
    text.sample([], counts.packets)
    text.family(
      "salc_lost", .counter, help: "Lost tuples by cause; for the cause sink, lost rows.")
    for cause in LossCause.allCases {
      text.sample(Exposition.label("cause", cause.rawValue), counts.lost[cause] ?? 0)
    }
    let labels = outputs.map { Exposition.label("output", $0.output.name) }
    text.family("salc_rows", .counter, help: "Rows that reached this sink.")
    for (label, rows) in zip(labels, counts.rows) { text.sample(label, rows) }
    text.family("salc_windows", .counter, help: "Closed windows with rows.")
    for (label, windows) in zip(labels, counts.windows) { text.sample(label, windows) }
    text.family(
      "salc_window_end_timestamp_seconds", .gauge, unit: "seconds",
      help: "When the last closed window with rows ended.")
    for (label, window) in zip(labels, windows) {
      if let window { text.sample(label, Double(window.end) / 1e9) }
    }
    text.family(
      "salc_unread_rows", .counter,
      help: "Rows that newer ones took the place of before anyone had read them.")
    text.sample([], counts.unread)
    text.family("salc_queued_results", .gauge, help: "Results that waited for this sink.")
    text.sample([], counts.queued)
    text.family("salc_scrapes", .counter, help: "Complete answers with metrics, before this one.")
    text.sample([], counts.scrapes)
  }
}

extension MetricNames {
  /// Writes a window's series, family by family.
  fileprivate func write(_ window: MetricsBoard.Window?, to text: inout Exposition) {
    let series = window?.series ?? []
    for metric in metrics where !metric.isRanking { write(metric, series, to: &text) }
    for metric in metrics where metric.isRanking { write(ranking: metric, series, to: &text) }
    text.family(
      base + "_quality", .gauge, help: "1 for each row of \(output.name) that is not exact.")
    for one in series where one.row.quality != .exact {
      text.sample(one.labels.with("quality", one.row.quality.rawValue), UInt64(1))
    }
    text.family(
      base + "_uncertain", .gauge,
      help: "1 for each row of \(output.name) whose bound straddles the threshold that chose it.")
    for one in series where one.row.isUncertain { text.sample(one.labels, UInt64(1)) }
  }

  private func write(
    _ metric: Metric, _ series: [MetricsBoard.Series], to text: inout Exposition
  ) {
    let column = output.columns[metric.column].name
    text.family(
      metric.name, .gauge, unit: metric.unit,
      help: "\(column) of \(output.name) in the last closed window.")
    for one in series { text.sample(one.labels, one.row.values[metric.column]) }
    // Bounds are in the values' unit, yet a unit belongs at the end of a name.
    let bounded = series.filter { $0.row.bounds[metric.column] != nil }
    guard !bounded.isEmpty else { return }
    text.family(metric.name + "_low", .gauge, help: "The least that \(metric.name) can be.")
    for one in bounded { text.sample(one.labels, one.row.bounds[metric.column]?.low ?? 0) }
    text.family(metric.name + "_high", .gauge, help: "The most that \(metric.name) can be.")
    for one in bounded { text.sample(one.labels, one.row.bounds[metric.column]?.high ?? 0) }
  }

  private func write(
    ranking metric: Metric, _ series: [MetricsBoard.Series], to text: inout Exposition
  ) {
    let column = output.columns[metric.column].name
    text.family(
      metric.name, .gauge,
      help: "Counts of the items of \(column) of \(output.name) in the last closed window.")
    let items = series.flatMap { one -> [(labels: [UInt8], item: RankedItem)] in
      guard case .ranking(let items) = one.row.values[metric.column] else { return [] }
      return items.map { item in
        let name = item.item.map(\.description).joined(separator: " ")
        return (one.labels.with("item", name), item)
      }
    }
    for one in items { text.sample(one.labels, .integer(one.item.count)) }
    text.family(metric.name + "_share", .gauge, help: "Each item's share, 0 to 1.")
    for one in items { text.sample(one.labels, one.item.share) }
  }
}

extension [UInt8] {
  /// Labels with one more.
  fileprivate func with(_ name: String, _ value: String) -> [UInt8] {
    (isEmpty ? [] : self + [UInt8(ascii: ",")]) + Exposition.label(name, value)
  }
}
