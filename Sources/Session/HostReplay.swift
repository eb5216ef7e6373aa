import Capture
import Compiler
import DataModel
import HostRuntime
import Plan
import Sinks

/// A capture evaluated wholly on the host: decode, push, close windows on the capture's time.
struct HostReplay {
  let configuration: RunConfiguration
  let path: String
  let shouldStop: () -> Bool

  func run(into sink: any Sink) throws(SessionError) -> RunTotals {
    let clock = Clock()
    let started = clock.now
    let results = ResultStream(sink, limit: try WindowLimit(configuration))
    let placed = configuration.query.placed
    let capture: CaptureFile
    do { capture = try CaptureFile(path: path) } catch { throw .capture(error) }
    try Session.begin(configuration, placement: "host", attach: nil, sink)
    let graph = HostGraph(
      placed, mode: .wholeQuery, configuration: try configuration.host(),
      rows: { results.take($0) }, losses: { results.take($0) })
    graph.tupleRows = { results.take($0) }
    let source = try placed.onlySource()
    var decoder = PacketDecoder(fields: graph.projectedFields(ofSource: source))
    let batch = TupleBatch(fields: decoder.fields)
    var frames = FrameBatch()
    var panes = PaneCursor(placed.plan.pane)
    var pulse = ReplayPulse(capture, clock)
    var damage: CaptureError?
    reading: while !shouldStop() {
      do {
        guard try capture.nextBatch(into: &frames) else { break }
      } catch {
        if error.isInterruption { continue }
        damage = error
        break
      }
      var start = 0
      while start < frames.count {
        let end = panes.run(in: frames, from: start)
        if panes.isNew { graph.advance(to: panes.current) }
        if panes.isNew, results.isComplete(atPane: panes.current) { break reading }
        decoder.decode(frames, rows: start..<end, into: batch)
        graph.push(batch, atSource: source)
        results.count(packets: UInt64(end - start))
        start = end
      }
      if pulse.isDue {
        results.tell(pulse.progress(results.totals.packets, placed.flows(graph, isWhole: true)))
      }
      // The next frames of a pipe may be long in coming.
      if capture.isPipe { try results.flush() } else { try results.check() }
    }
    graph.finish()
    results.tell(pulse.progress(results.totals.packets, placed.flows(graph, isWhole: true)))
    results.take(unkeyed: graph.unkeyedTuples)
    let totals = try results.end(elapsedSeconds: Double(clock.now - started) / 1e9)
    panes.disorder.remark(on: totals, configuration)
    if let damage { throw .capture(damage) }
    return totals
  }
}
