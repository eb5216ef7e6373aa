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
    let capture: CaptureFile
    do { capture = try CaptureFile(path: path) } catch { throw .capture(error) }
    let threads = configuration.threads(fileBytes: capture.fileLength)
    let run = try HostEvaluation(configuration, into: sink, threads: threads)
    let (placed, graph, results) = (run.placed, run.graph, run.results)
    try Session.begin(configuration, placement: "host", attach: nil, sink)
    let source = try placed.onlySource()
    let feed = FrameFeed(
      capture, fields: graph.projectedFields(ofSource: source), pane: placed.plan.pane,
      isAhead: threads > 1, for: graph)
    let length = capture.fileLength
    var pulse = ReplayPulse(run.clock, unit: "packets") { (feed.note.offset, length) }
    var damage: CaptureError?
    while !shouldStop() {
      do {
        guard try feed.next(shouldStop) else { break }
      } catch {
        if error.isInterruption { continue }
        damage = error
        break
      }
      let (batch, note) = (feed.batch, feed.note)
      if note.isNew { graph.advance(to: note.pane) }
      if note.isNew, results.isComplete(atPane: note.pane) { break }
      graph.push(batch, atSource: source)
      results.count(packets: UInt64(batch.count))
      guard note.isLast else { continue }
      if pulse.isDue { run.tell(pulse) }
      // The next frames of a pipe may be long in coming.
      if capture.isPipe { try results.flush() } else { try results.check() }
    }
    return try run.end(pulse, feed.disorder, damage: damage)
  }
}
