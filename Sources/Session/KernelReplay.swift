import BPFRuntime
import Capture
import Compiler
import DataModel
import HostRuntime
import Plan
import Sinks

/// A capture replayed through the very program that a live run attaches, on the capture's time.
///
/// The replay writes the clock and epoch words that the live run's clock writes; a turn stands
/// between two frames, so no barrier is needed and the run is deterministic. A frame whose pane has
/// already ended goes to the graph, which runs the whole query and knows which windows are open.
struct KernelReplay {
  let configuration: RunConfiguration
  let path: String
  let cpus: Int
  let shouldStop: () -> Bool

  func run(into sink: any Sink) throws(SessionError) -> RunTotals {
    let clock = Clock()
    let started = clock.now
    let capture: CaptureFile
    do { capture = try CaptureFile(path: path) } catch { throw .capture(error) }
    let results = ResultStream(sink, limit: try WindowLimit(configuration))
    let player = try FramePlayer(configuration, cpus: cpus, results)
    let runner = try inDataPath { () throws(BPFError) in try TestRun(player.path.program) }
    var thread = try inDataPath { () throws(BPFError) in
      try PinnedThread(cpu: player.choice.first)
    }
    try Session.begin(
      configuration, placement: configuration.placement, attach: "replay", sink)
    var frames = FrameBatch()
    var panes = PaneCursor(configuration.query.plan.pane)
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
        player.turnIfDue(panes, firstTime: frames.times[start])
        if panes.isNew, results.isComplete(atPane: panes.current) { break reading }
        try player.play(frames, start..<end, runner, &thread)
        start = end
      }
      if pulse.isDue { results.tell(pulse.progress(player.packets, player.flows)) }
      // The next frames of a pipe may be long in coming.
      if capture.isPipe { try results.flush() } else { try results.check() }
    }
    player.finish()
    results.tell(pulse.progress(player.packets, player.flows))
    let totals = try results.end(elapsedSeconds: Double(clock.now - started) / 1e9)
    panes.disorder.remark(on: totals, configuration)
    if let damage { throw .capture(damage) }
    return totals
  }
}

/// Plays frames through the program one by one, and turns between them.
private final class FramePlayer {
  let path: DataPath
  var choice: CPUChoice
  private let graph: HostGraph
  private let late: LateFrames
  private let results: ResultStream
  private let placed: PlacedPlan
  private let hasPanes: Bool
  private let showsOrder: Bool
  private var currentPane = Int64.min
  private var order: UInt64 = 0
  private var sinceTurn: UInt64 = 0
  /// The time of the last frame that asked a set: nothing before it will be asked again.
  private var now = Int64.min
  private var padding = [UInt8](repeating: 0, count: TestRun.shortestFrame)

  /// Frames after which a turn is made although the pane goes on: bounds what an epoch exports.
  private static let framesPerTurn: UInt64 = 1 << 15

  init(_ configuration: RunConfiguration, cpus: Int, _ results: ResultStream) throws(SessionError) {
    let placed = configuration.query.placed
    let source = try placed.onlySource()
    let graph = HostGraph(
      placed, mode: .placed, configuration: try configuration.host(),
      rows: { results.take($0) }, losses: { results.take($0) })
    choice = try CPUChoice(count: cpus, seed: configuration.seed)
    let union = CompiledUnion([configuration.query])
    let object = try inDataPath { () throws(BPFError) in
      union.emittedC == nil ? [] : try ObjectCache().object(of: union)
    }
    path = try DataPath(
      union, object: object, graphs: [graph],
      DataPath.Configuration(
        cpus: choice.stateCPUs, ringBytes: configuration.ringBytes, frags: true,
        seed: configuration.seed, isReplay: true))
    late = LateFrames(graph: graph, source: source)
    hasPanes = placed.plan.pane != nil
    showsOrder = placed.plan.showsTupleOrder
    self.graph = graph
    self.results = results
    self.placed = placed
    // The graph owns the closure: a strong reference back would keep both, and the program in the
    // kernel, for ever.
    graph.setChanged = { [unowned self] id, words, from, until in
      path.install(
        words, set: id.index, of: self.graph, id, from: from, until: until, now: now)
    }
  }

  /// Packets so far, those that no merge has counted yet included.
  var packets: UInt64 { results.totals.packets &+ sinceTurn }

  /// What has come out of the plan's parts.
  var flows: [RunProgress.Flow] { placed.flows(graph, isWhole: false) }

  /// Turns where a pane has ended, or the epoch has gathered enough.
  func turnIfDue(_ panes: PaneCursor, firstTime: Int64) {
    guard panes.isNew || sinceTurn >= Self.framesPerTurn else { return }
    turn(toPane: panes.current, tick: firstTime)
    if panes.isNew { graph.advance(to: panes.current) }
  }

  private func turn(toPane pane: Int64, tick: Int64) {
    let ended = path.flip(toPane: max(pane, 0), tick: tick)
    if sinceTurn > 0 { results.count(packets: path.merge(endedEpoch: ended)) }
    sinceTurn = 0
    currentPane = pane
  }

  /// Plays a run of frames that share a pane; those of an ended pane go to the graph.
  func play(
    _ frames: borrowing FrameBatch, _ rows: Range<Int>, _ runner: borrowing TestRun,
    _ thread: inout PinnedThread
  ) throws(SessionError) {
    let isLate = hasPanes && frames.times[rows.lowerBound] < currentPane
    for row in rows {
      // Nor is there a form in which the program could be shown a frame of no bytes.
      if isLate || frames.capturedLengths[row] == 0 {
        // What the program still holds came first.
        if showsOrder, sinceTurn > 0 { turn(toPane: currentPane, tick: now) }
        late.push(frames, row..<row + 1, firstOrder: order)
        results.count(packets: 1)
      } else {
        do {
          if let cpu = choice.next() { try thread.move(to: cpu) }
          try replay(frames[row], runner)
        } catch { throw .dataPath(error) }
        sinceTurn &+= 1
        now = frames.times[row]
      }
      order &+= 1
    }
  }

  /// Merges what is left and closes every window.
  func finish() {
    results.count(packets: path.merge(endedEpoch: path.epoch))
    sinceTurn = 0
    graph.finish()
    results.take(unkeyed: graph.unkeyedTuples)
  }

  private func replay(_ frame: Frame, _ runner: borrowing TestRun) throws(BPFError) {
    path.setTick(frame.time)
    path.describe(
      order: order, wireLength: frame.wireLength, capturedLength: UInt32(frame.capturedLength),
      flags: frame.controlFlags)
    if frame.capturedLength >= TestRun.shortestFrame {
      _ = try runner.replay(frame.bytes)
      return
    }
    for index in padding.indices {
      padding[index] = index < frame.capturedLength ? frame.bytes[index] : 0
    }
    let result = padding.withUnsafeBytes { bytes in
      Result { () throws(BPFError) in try runner.replay(bytes) }
    }
    _ = try result.get()
  }
}

/// Frames that came after their pane ended, decoded on the host.
private final class LateFrames {
  private let graph: HostGraph
  private let source: Int
  private var decoder: PacketDecoder
  private let batch: TupleBatch

  init(graph: HostGraph, source: Int) {
    self.graph = graph
    self.source = source
    decoder = PacketDecoder(fields: graph.projectedFields(ofSource: source))
    batch = TupleBatch(fields: decoder.fields)
  }

  func push(_ frames: borrowing FrameBatch, _ rows: Range<Int>, firstOrder: UInt64) {
    decoder.nextOrder = firstOrder
    decoder.decode(frames, rows: rows, into: batch)
    graph.push(batch, atSource: source)
  }
}

/// Which CPU the next frame runs on: with several, a sequence that the seed decides.
struct CPUChoice {
  private let cpus: [Int]
  private var random: UInt64
  private var current: Int

  /// Takes `count` of the CPUs that the process may run on.
  init(count: Int, seed: UInt64) throws(SessionError) {
    let allowed: [Int]
    do { allowed = try PinnedThread.allowed() } catch { throw .dataPath(error) }
    guard allowed.count >= count, count >= 1 else {
      throw .unsupported("--cpus \(count): this process may run on \(allowed.count) CPUs")
    }
    cpus = Array(allowed.prefix(count))
    random = seed | 1
    current = cpus[0]
  }

  /// The CPU to begin on.
  var first: Int { cpus[0] }

  /// CPUs that the state must have halves for.
  var stateCPUs: Int { (cpus.max() ?? 0) + 1 }

  /// The CPU of the next frame where it is another than the last one's.
  mutating func next() -> Int? {
    guard cpus.count > 1 else { return nil }
    // xorshift64*: Marsaglia, Xorshift RNGs, 2003; bursts of eight frames on average.
    random ^= random >> 12
    random ^= random << 25
    random ^= random >> 27
    let draw = (random &* 0x2545_F491_4F6C_DD1D) >> 32
    guard draw & 7 == 0 else { return nil }
    let chosen = cpus[Int(draw >> 3) % cpus.count]
    guard chosen != current else { return nil }
    current = chosen
    return chosen
  }
}
