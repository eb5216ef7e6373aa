import Capture
import Compiler
import DataModel
import HostRuntime
import Plan
import Sinks
import Threads

/// A whole query evaluated on the host: what every kind of input begins with and ends with.
struct HostEvaluation {
  let clock = Clock()
  let placed: PlacedPlan
  let graph: HostGraph
  let results: ResultStream
  private let configuration: RunConfiguration
  private let started: Int64

  /// Evaluates in so many threads where the plan has work for them.
  init(
    _ configuration: RunConfiguration, into sink: any Sink, threads: Int
  ) throws(SessionError) {
    self.configuration = configuration
    started = clock.now
    placed = configuration.query.placed
    let results = ResultStream(sink, limit: try WindowLimit(configuration))
    var host = try configuration.host()
    // Unasked, keys are not divided: a query whose tuples cost little would lose by it. And where
    // the input allows one thread, the tuples of a batch would be replaced under the others.
    let isDivided = placed.plan.isDivided(among: min(threads, configuration.threads ?? 1))
    if isDivided || placed.plan.hasRowsToWrite(forThreads: threads) {
      let crew = Crew(helpers: threads - 1)
      if isDivided { host.crew = (crew, threads) }
      sink.takeHelp(of: crew)
    }
    graph = HostGraph(
      placed, mode: .wholeQuery, configuration: host,
      rows: { results.take($0) }, losses: { results.take($0) })
    graph.tupleRows = { results.take($0) }
    self.results = results
  }

  /// Seconds since it began.
  var elapsedSeconds: Double { Double(clock.now - started) / 1e9 }

  /// Whether `--for` is over.
  var isOver: Bool { configuration.seconds.map { elapsedSeconds >= $0 } ?? false }

  /// Tells the sink how far the run is.
  func tell(_ pulse: ReplayPulse) {
    results.tell(pulse.progress(results.totals.packets, placed.flows(graph, isWhole: true)))
  }

  /// Closes everything after the last tuple; throws what ended the input before its end.
  func end(
    _ pulse: ReplayPulse, _ disorder: Disorder, remarks: [String] = [], damage: CaptureError?
  ) throws(SessionError) -> RunTotals {
    graph.finish()
    for remark in remarks { configuration.remark(remark) }
    tell(pulse)
    results.take(unkeyed: graph.unkeyedTuples)
    results.take(itemTuplesWithoutKey: graph.itemTuplesWithoutKey)
    let totals = try results.end(elapsedSeconds: elapsedSeconds)
    disorder.remark(on: totals, configuration)
    configuration.remarkOnFullTables(totals)
    if let damage { throw .capture(damage) }
    return totals
  }
}

extension RunConfiguration {
  /// Says what helps where windows of items had no room for further keys, which no end of a window
  /// makes.
  func remarkOnFullTables(_ totals: RunTotals) {
    let lost = totals.itemTuplesWithoutKey
    guard lost > 0 else { return }
    remark(
      "windows of items keep every key to the end of the run, \(keyLimit) of them at most; tuples "
        + "of further keys were lost: \(lost). Filter before the key, mask it (SourceIp/24), or "
        + "use windows of time, which forget")
  }
}
