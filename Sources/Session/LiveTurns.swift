import BPFRuntime
import Compiler
import DataModel
import Glibc
import HostRuntime
import Plan
import Synchronization

/// The clock and the turn of a live run (architecture: write the word, RCU barrier, drain what was
/// evicted before it, read and merge the idle half, clear, rows).
///
/// The clock's thread owns the control word. It flips to the other half at a pane's end, but never
/// before the last turn is done: until then the tick stands still one nanosecond before the
/// boundary, so that every packet still belongs to the window that its half will be read for.
final class LiveTurns: @unchecked Sendable {
  let clock = Clock()
  private let path: DataPath
  private let graph: HostGraph
  private let barrier: GracePeriod
  private let observe: @Sendable (TurnStep) -> Void
  private let pane: Window?
  /// How long a half gathers: the pane, or less where exported tuples should not wait.
  private let period: Int64
  private let shortestWindow: Int64
  private let started: Int64
  private let firstPane: Int64

  private let isClockStopped = Atomic<Bool>(false)
  private let isFinishing = Atomic<Bool>(false)
  /// 0: no turn is under way; else the ended epoch + 1.
  private let turn = Atomic<Int>(0)
  private let endedPane = Atomic<Int>(0)
  private let newPane = Atomic<Int>(0)
  private let flipLateness = Atomic<Int>(0)
  private let widestTick = Atomic<Int>(0)
  private let ticks = Atomic<Int>(0)
  /// Written by the turn's thread; read by others once it has ended.
  private(set) var packets: UInt64 = 0

  private static let exportPeriod: Int64 = 100_000_000
  private static let tickNanoseconds = 500_000

  init(
    _ configuration: RunConfiguration, _ path: DataPath, _ barrier: consuming GracePeriod,
    _ queue: ResultQueue
  ) {
    let placed = configuration.query.placed
    self.path = path
    self.barrier = barrier
    observe = configuration.observe
    pane = placed.plan.pane
    let length = pane?.length ?? Self.exportPeriod
    period = placed.exports.isEmpty ? length : min(length, Self.exportPeriod)
    shortestWindow = placed.plan.relations.map(\.window.length).min() ?? length
    started = clock.now
    firstPane = pane?.start(of: started) ?? 0
    graph = HostGraph(
      placed, mode: .placed, configuration: configuration.host,
      rows: { queue.put(.row($0)) }, losses: { queue.put(.loss($0)) })
    path.gather(pane: firstPane)
    path.setTick(started)
    let clock = clock
    path.connectSets(of: graph) { clock.now }
    if pane != nil { graph.markPartial(pane: firstPane, reason: "the run began in this window") }
  }

  /// Whether so many windows have ended since the start, quiet ones included.
  func hasShown(_ windows: Int?) -> Bool {
    guard let windows else { return false }
    let first = started / shortestWindow
    return Int((clock.now - 20_000_000) / shortestWindow - first) >= windows
  }

  func stopClock() { isClockStopped.store(true, ordering: .releasing) }

  func finish() { isFinishing.store(true, ordering: .releasing) }

  /// How even the clock ran, for the operator.
  var clockRemark: String {
    let widest = Double(widestTick.load(ordering: .relaxed)) / 1e6
    let rounded = (widest * 100).rounded() / 100
    return "clock: \(ticks.load(ordering: .relaxed)) ticks, at most \(rounded) ms apart"
  }

  // MARK: the clock's thread

  func keepTime() {
    var last = clock.now
    var current = firstPane
    var nextFlip = flip(after: last, pane: current)
    while !isClockStopped.load(ordering: .acquiring) {
      let now = clock.now
      widestTick.max(Int(now - last), ordering: .relaxed)
      ticks.add(1, ordering: .relaxed)
      last = now
      if now < nextFlip {
        path.setTick(now)
      } else if turn.load(ordering: .acquiring) != 0 {
        path.setTick(nextFlip - 1)
      } else {
        let entered = pane?.start(of: now) ?? 0
        endedPane.store(Int(current), ordering: .relaxed)
        newPane.store(Int(entered), ordering: .relaxed)
        flipLateness.store(entered > current ? Int(now - nextFlip) : 0, ordering: .relaxed)
        let ended = path.flip(toPane: entered, tick: now)
        current = entered
        nextFlip = flip(after: now, pane: current)
        turn.store(ended + 1, ordering: .releasing)
      }
      var pause = timespec(tv_sec: 0, tv_nsec: Self.tickNanoseconds)
      nanosleep(&pause, nil)
    }
  }

  /// When the half that begins to gather at `now` has to be turned: at the pane's end at latest.
  private func flip(after now: Int64, pane start: Int64) -> Int64 {
    guard let pane else { return now + period }
    let end = start + pane.length
    return period < pane.length ? min(end, now + period) : end
  }

  // MARK: the turn's thread

  func keepTurning() {
    while !isFinishing.load(ordering: .acquiring) {
      if turn.load(ordering: .acquiring) != 0 {
        makeTurn()
      } else {
        observe(.draining)
        path.drain(into: graph)
        var pause = timespec(tv_sec: 0, tv_nsec: Self.tickNanoseconds)
        nanosleep(&pause, nil)
      }
    }
    if turn.load(ordering: .acquiring) != 0 { makeTurn() }
    awaitGracePeriod()
    packets &+= path.merge(endedEpoch: path.epoch, into: graph)
    if let pane {
      graph.markPartial(pane: pane.start(of: clock.now), reason: "the run ended in this window")
    }
    graph.finish()
  }

  private func makeTurn() {
    let ended = turn.load(ordering: .acquiring) - 1
    observe(.flipped)
    awaitGracePeriod()
    observe(.passedBarrier)
    packets &+= path.merge(endedEpoch: ended, into: graph)
    observe(.merged)
    if let pane {
      let late = Int64(flipLateness.load(ordering: .relaxed))
      if late > max(10_000_000, pane.length / 100) {
        graph.markPartial(
          pane: Int64(endedPane.load(ordering: .relaxed)),
          reason: "turned \(Timestamp.durationText(late / 1_000_000 * 1_000_000)) late")
      }
      graph.advance(to: Int64(newPane.load(ordering: .relaxed)))
    }
    observe(.closed)
    turn.store(0, ordering: .releasing)
  }

  private func awaitGracePeriod() {
    do { try barrier.wait() } catch {
      // Without the barrier a packet on another CPU may still be writing into the half.
      graph.markPartial(
        pane: Int64(endedPane.load(ordering: .relaxed)), reason: "no grace period: \(error)")
    }
  }
}
