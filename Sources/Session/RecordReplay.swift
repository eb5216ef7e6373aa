import Capture
import Compiler
import DataModel
import HostRuntime
import Plan
import Sinks

/// Flow records evaluated on the host: read, cut, push, close windows on the records' own time.
struct RecordReplay {
  let configuration: RunConfiguration
  let origin: RecordOrigin
  let shouldStop: () -> Bool

  func run(into sink: any Sink) throws(SessionError) -> RunTotals {
    let plan = configuration.query.placed.plan
    let node = try configuration.query.placed.onlySource()
    guard let schema = plan.recordSchema(of: node) else {
      throw .unsupported("the query reads packets, and flow records were given")
    }
    let fields = plan.projectedFields(ofSource: node)
    let reader = try origin.open(schema, fields, configuration)
    let threads =
      origin.isLive
      ? configuration.oneThread(because: "between two records of a live source time passes")
      : configuration.threads(fileBytes: reader.progress.total)
    let run = try HostEvaluation(configuration, into: sink, threads: threads)
    let (graph, results) = (run.graph, run.results)
    try Session.begin(configuration, placement: "host", attach: nil, sink)
    let feed = RecordFeed(reader, fields: fields, isAhead: threads > 1, for: graph)
    var cutter = RecordCutter(plan, fields: fields, for: graph)
    var pulse = ReplayPulse(run.clock, unit: "records") { feed.progress }
    var losses = RecordLosses()
    var quiet = QuietClock()
    var warning = UnreadWarning("\(origin)", isLive: origin.isLive, configuration)
    var damage: CaptureError?
    while !shouldStop() {
      var isMore = false
      var isIdle = false
      do { isMore = try feed.next(shouldStop) } catch {
        if error.isInterruption { continue }
        isIdle = error.isIdle
        if !isIdle { damage = error }
      }
      if isMore {
        if results.totals.packets == 0 {
          _ = results.isComplete(atPane: cutter.pane(of: feed.batch.times[0]))
        }
        cutter.push(feed.batch, into: graph, atSource: node)
        results.count(packets: UInt64(feed.batch.count))
        if origin.isLive { quiet.note(cutter.newest, at: run.clock.now) }
      } else if isIdle, let now = quiet.time(at: run.clock.now) {
        cutter.advance(to: now, graph)
      }
      losses.tell(feed.issues, graph, pane: cutter.pane)
      warning.tell(feed.issues, records: results.totals.packets)
      if !isMore, !isIdle, damage == nil, !shouldStop() {
        damage = RecordReaders.complaint(
          of: "\(origin)", schema, feed.issues, records: results.totals.packets)
      }
      if !isMore && !isIdle || results.isComplete(atPane: cutter.settledPane) { break }
      if pulse.isDue {
        run.tell(pulse)
        if origin.isLive { try results.flush() }
      }
      if run.isOver { break }
      // The next lines of a pipe may be long in coming.
      let isPipe = !origin.isLive && feed.progress.total == 0
      if isPipe { try results.flush() } else { try results.check() }
    }
    return try run.end(
      pulse, cutter.disorder, remarks: feed.issues.remarks.map { "\(origin): \($0)" },
      damage: damage)
  }
}

extension RecordOrigin {
  /// Where a reader finds the records; nil where nothing says it.
  var place: RecordPlace? {
    switch self {
    case .unbound: nil
    case .file(let path, let port): .file(path, port: port)
    case .tcp(let host, let port): .tcp(host: host, port: port)
    case .listen(let address): .listen(address)
    }
  }

  /// A reader of these columns of a schema's records.
  func open(
    _ schema: RecordSchema, _ fields: [FieldID], _ configuration: RunConfiguration
  ) throws(SessionError) -> any RecordReader {
    guard let place else {
      throw .unsupported("name the file to read with --csv FILE")
    }
    do {
      return try RecordReaders.open(
        place, schema: schema, fields: fields, remark: configuration.remark)
    } catch { throw .capture(error) }
  }
}
