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

  /// Frames after which a turn is made although the pane goes on: bounds what one epoch exports.
  private static let framesPerTurn: UInt64 = 1 << 15

  func run(into sink: any Sink) throws(SessionError) -> RunTotals {
    let clock = Clock()
    let started = clock.now
    let capture: CaptureFile
    do { capture = try CaptureFile(path: path) } catch { throw .capture(error) }
    let results = ResultStream(sink, windowLimit: configuration.windows)
    let placed = configuration.query.placed
    let source = try placed.onlySource()
    let graph = HostGraph(
      placed, mode: .placed, configuration: configuration.host,
      rows: { results.take($0) }, losses: { results.take($0) })
    let processors = try CPUChoice(count: cpus, seed: configuration.seed)
    let path = try DataPath(configuration, cpus: processors.stateCPUs, frags: true)
    var now = Int64.min
    path.connectSets(of: graph) { now }
    let late = LateFrames(graph: graph, source: source)
    let runner = try inDataPath { () throws(BPFError) in try TestRun(path.program) }
    var thread = try inDataPath { () throws(BPFError) in
      try PinnedThread(cpu: processors.first)
    }

    var frames = FrameBatch()
    var panes = PaneCursor(placed.plan.pane)
    var padded = [UInt8](repeating: 0, count: TestRun.shortestFrame)
    var order: UInt64 = 0
    var sinceTurn: UInt64 = 0
    var choice = processors
    var damage: CaptureError?
    reading: while !shouldStop() {
      do {
        guard try capture.nextBatch(into: &frames) else { break }
      } catch {
        damage = error
        break
      }
      var start = 0
      while start < frames.count {
        let end = panes.run(in: frames, from: start)
        if panes.isNew || sinceTurn >= Self.framesPerTurn {
          let ended = path.flip(toPane: max(panes.current, 0), tick: frames.times[start])
          if sinceTurn > 0 { results.count(packets: path.merge(endedEpoch: ended, into: graph)) }
          sinceTurn = 0
          now = frames.times[start]
          if panes.isNew { graph.advance(to: panes.current) }
          if results.isComplete { break reading }
        }
        let isLate = placed.plan.pane != nil && frames.times[start] < panes.current
        if isLate {
          late.push(frames, start..<end, firstOrder: order &+ UInt64(start))
          results.count(packets: UInt64(end - start))
        } else {
          do {
            for row in start..<end {
              if let cpu = choice.next() { try thread.move(to: cpu) }
              try replay(
                frames[row], order: order &+ UInt64(row), path, runner, padding: &padded)
            }
          } catch { throw .dataPath(error) }
          sinceTurn &+= UInt64(end - start)
        }
        start = end
      }
      order &+= UInt64(frames.count)
      try results.check()
    }
    results.count(packets: path.merge(endedEpoch: path.epoch, into: graph))
    graph.finish()
    let totals = try results.end(elapsedSeconds: Double(clock.now - started) / 1e9)
    if let damage { throw .capture(damage) }
    return totals
  }

  private func replay(
    _ frame: Frame, order: UInt64, _ path: DataPath, _ runner: borrowing TestRun,
    padding: inout [UInt8]
  ) throws(BPFError) {
    path.setTick(frame.time)
    path.describe(
      order: order, wireLength: frame.wireLength, capturedLength: UInt32(frame.capturedLength),
      flags: UInt32(frame.linkFlags.rawValue))
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
