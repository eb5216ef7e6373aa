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
    let clock = Clock()
    let started = clock.now
    let results = ResultStream(sink, limit: try WindowLimit(configuration))
    let placed = configuration.query.placed
    let node = try placed.onlySource()
    guard let schema = placed.plan.recordSchema(of: node) else {
      throw .unsupported("the query reads packets, and flow records were given")
    }
    let graph = HostGraph(
      placed, mode: .wholeQuery, configuration: configuration.host,
      rows: { results.take($0) }, losses: { results.take($0) })
    let fields = graph.projectedFields(ofSource: node)
    let reader = try open(schema, fields)
    let batch = TupleBatch(fields: fields)
    var cutter = RecordCutter(placed.plan, fields: fields)
    var pulse = ReplayPulse(clock, unit: "records") { reader.progress }
    var malformed: UInt64 = 0
    var damage: CaptureError?
    while !shouldStop() {
      var isMore = false
      do { isMore = try reader.nextBatch(into: batch) } catch {
        if error.isInterruption { continue }
        damage = error
      }
      if isMore {
        if results.totals.packets == 0 {
          _ = results.isComplete(atPane: cutter.pane(of: batch.times[0]))
        }
        cutter.push(batch, into: graph, atSource: node)
        results.count(packets: UInt64(batch.count))
      }
      if reader.issues.malformed > malformed {
        let reason = reader.issues.firstMalformed.map { "the first malformed: \($0)" } ?? ""
        graph.noteLoss(
          .malformed, count: reader.issues.malformed - malformed, pane: cutter.pane,
          reason: malformed == 0 ? reason : "")
        malformed = reader.issues.malformed
      }
      if !isMore || results.isComplete(atPane: cutter.settledPane) { break }
      if pulse.isDue {
        results.tell(pulse.progress(results.totals.packets, placed.flows(graph, isWhole: true)))
      }
      try results.check()
    }
    graph.finish()
    for remark in reader.issues.remarks { configuration.remark("\(origin): \(remark)") }
    results.tell(pulse.progress(results.totals.packets, placed.flows(graph, isWhole: true)))
    results.take(unkeyed: graph.unkeyedTuples)
    let totals = try results.end(elapsedSeconds: Double(clock.now - started) / 1e9)
    cutter.disorder.remark(on: totals, configuration)
    if let damage { throw .capture(damage) }
    return totals
  }

  private func open(
    _ schema: RecordSchema, _ fields: [FieldID]
  ) throws(SessionError) -> any RecordReader {
    switch origin {
    case .unbound: throw .unsupported("name the file to read with --csv FILE")
    case .tcp:
      throw .unsupported("records over TCP are not read yet; give a file with --csv FILE")
    case .file(let path):
      do { return try DelimitedReader(path: path, schema: schema, fields: fields) } catch {
        throw .capture(error)
      }
    }
  }
}
