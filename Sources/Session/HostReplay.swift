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
      placed, mode: .wholeQuery, configuration: configuration.host,
      rows: { results.take($0) }, losses: { results.take($0) })
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
      try results.check()
    }
    graph.finish()
    results.tell(pulse.progress(results.totals.packets, placed.flows(graph, isWhole: true)))
    results.take(unkeyed: graph.unkeyedTuples)
    let totals = try results.end(elapsedSeconds: Double(clock.now - started) / 1e9)
    if let damage { throw .capture(damage) }
    return totals
  }
}

/// Cuts frames into runs that lie in one pane each.
struct PaneCursor {
  private let pane: Window?
  private var known = false
  /// Whether the run begins a pane that is newer than every one before.
  private(set) var isNew = false
  /// The start of the newest pane.
  private(set) var current = Int64.min

  init(_ pane: Window?) { self.pane = pane }

  /// The end of the run of frames from `start` on whose times share a pane; moves to their pane.
  mutating func run(in frames: borrowing FrameBatch, from start: Int) -> Int {
    guard let pane else {
      isNew = false
      return frames.count
    }
    let low = pane.start(of: frames.times[start])
    isNew = low > current
    if isNew { current = low }
    var end = start + 1
    while end < frames.count && frames.times[end] >= low && frames.times[end] - low < pane.length {
      end += 1
    }
    return end
  }
}
