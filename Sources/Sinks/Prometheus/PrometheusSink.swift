public import DataModel

/// Metrics for Prometheus: a server that answers `GET /metrics` with the last closed window of each
/// output, a gauge a column and a label a key column, and with what the run counts.
///
/// A scraper sees windows, not every row: rows that newer ones replaced before anyone had read them
/// are counted (`unreadRows`). No scraper, however slow, holds up the run.
public final class PrometheusSink: Sink {
  private let server: MetricsServer
  private let board: MetricsBoard
  /// The place on the board, by output.
  private let places: [Int: Int]
  private var windows: [Filling]

  /// A window as its rows come.
  private struct Filling {
    var start = Int64.min
    var end = Int64.min
    var series: [MetricsBoard.Series] = []
    /// Where the series of some labels is.
    var known: [[UInt8]: Int] = [:]
    /// Rows that are not on the board yet.
    var fresh: UInt64 = 0
  }

  /// Listens; the port is taken from here on, and answers come once the run has begun.
  public init(_ request: SinkFactory.Request) throws(SinkError) {
    let target = request.target
    guard let address = ListenAddress(target.target) else {
      throw .refused("\(target): this is no address to listen on, such as :9435")
    }
    let names = request.outputs.map { MetricNames($0.schema) }
    try Self.check(names, target)
    board = MetricsBoard(names)
    windows = names.map { _ in Filling() }
    places = Dictionary(
      uniqueKeysWithValues: request.outputs.enumerated().map { ($0.element.index, $0.offset) })
    server = try MetricsServer(address, target: target)
  }

  deinit { server.stop() }

  /// The port that it listens on, also where the address left the choice to the system.
  public var port: UInt16 { server.port }

  public var unreadRows: UInt64 { board.unread }

  public func begin(_ meta: RunMeta) throws(SinkError) {
    board.count {
      $0.placement = meta.placement
      $0.attach = meta.attach ?? ""
    }
    try server.start(board)
  }

  public func row(_ row: Row) throws(SinkError) {
    guard let place = places[row.output] else { return }
    if row.start != windows[place].start || row.end != windows[place].end {
      putUp(place)
      windows[place] = Filling(start: row.start, end: row.end)
    }
    let labels = board.outputs[place].labels(of: row)
    let series = MetricsBoard.Series(labels: labels, row: row)
    windows[place].fresh += 1
    if let known = windows[place].known[labels] {
      // Two samples of one series are an error for scrapers.
      windows[place].series[known] = series
      board.countReplaced(1)
    } else {
      windows[place].known[labels] = windows[place].series.count
      windows[place].series.append(series)
    }
  }

  public func loss(_ record: LossRecord) throws(SinkError) {
    board.count { $0.lost.merge(record.lost, uniquingKeysWith: &+) }
  }

  public func progress(_ progress: RunProgress) throws(SinkError) {
    board.count {
      $0.packets = progress.packets
      $0.queued = progress.waitingResults
    }
  }

  public func flush() throws(SinkError) { for place in windows.indices { putUp(place) } }

  public func end(_ totals: RunTotals) throws(SinkError) {
    try flush()
    server.stop()
    board.close()
  }

  private func putUp(_ place: Int) {
    let window = windows[place]
    guard window.fresh > 0 else { return }
    windows[place].fresh = 0
    board.put(
      MetricsBoard.Window(
        start: window.start, end: window.end, series: window.series, time: 0, serial: 0),
      of: place, rows: window.fresh)
  }

  /// Refuses columns whose names become one.
  private static func check(_ outputs: [MetricNames], _ target: SinkTarget) throws(SinkError) {
    var families: [String: String] = [:]
    for names in outputs {
      for family in names.families {
        if let other = families.updateValue(names.output.name, forKey: family) {
          throw .refused(
            "\(target): two columns of ‘\(other)’ and ‘\(names.output.name)’ would both be the "
              + "metric \(family); rename one with AS")
        }
      }
      var labels: Set<String> = []
      for label in names.labelNames where !labels.insert(label).inserted {
        throw .refused(
          "\(target): two columns of ‘\(names.output.name)’ would both be the label \(label); "
            + "rename one with AS")
      }
    }
  }
}
