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
  private let firstPane: Int64
  /// The end of the last window that the run was asked for; what comes later is not shown.
  private let lastEnd: Int64

  private let isClockStopped = Atomic<Bool>(false)
  private let isFinishing = Atomic<Bool>(false)
  /// 0: no turn is under way; else the ended epoch + 1.
  private let turn = Atomic<Int>(0)
  private let endedPane = Atomic<Int>(0)
  private let newPane = Atomic<Int>(0)
  private let flipLateness = Atomic<Int>(0)
  /// All windows up to here are on their way to the sink.
  private let closedUntil = Atomic<Int>(Int.min)
  private var spacing = TickSpacing()
  /// Written by the turn's thread; read by others once it has ended.
  private(set) var packets: UInt64 = 0
  /// As ``packets``.
  var unkeyedTuples: [String: UInt64] { graph.unkeyedTuples }

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
    let started = clock.now
    firstPane = pane?.start(of: started) ?? 0
    let shortest = placed.plan.relations.map(\.window.length).min() ?? length
    let lastEnd = configuration.windows.map { (started / shortest + Int64($0)) * shortest } ?? .max
    self.lastEnd = lastEnd
    graph = HostGraph(
      placed, mode: .placed, configuration: configuration.host,
      rows: { if $0.start < lastEnd { queue.put(.row($0)) } },
      losses: { if $0.start < lastEnd { queue.put(.loss($0)) } })
    path.gather(pane: firstPane)
    path.setTick(started)
    let clock = clock
    path.connectSets(of: graph) { clock.now }
    if pane != nil { graph.markPartial(pane: firstPane, reason: "the run began in this window") }
  }

  /// Whether all windows that the run was asked for are on their way, quiet ones included.
  var isComplete: Bool { closedUntil.load(ordering: .acquiring) >= lastEnd }

  func stopClock() { isClockStopped.store(true, ordering: .releasing) }

  func finish() { isFinishing.store(true, ordering: .releasing) }

  /// How even the clock ran, for the operator; known once its thread has ended.
  var clockRemark: String { "clock: \(spacing)" }

  // MARK: the clock's thread

  func keepTime() {
    Thread.runAheadOfOthers()
    var last = clock.now
    var current = firstPane
    var nextFlip = flip(after: last, pane: current)
    while !isClockStopped.load(ordering: .acquiring) {
      let now = clock.now
      spacing.note(now - last)
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
    if path.gatheredPane < lastEnd {
      awaitGracePeriod()
      packets &+= path.merge(endedEpoch: path.epoch, into: graph)
      if pane != nil {
        graph.markPartial(pane: path.gatheredPane, reason: "the run ended in this window")
      }
    }
    graph.finish()
  }

  private func makeTurn() {
    let ended = turn.load(ordering: .acquiring) - 1
    observe(.flipped)
    awaitGracePeriod()
    observe(.passedBarrier)
    let endedPane = Int64(endedPane.load(ordering: .relaxed))
    let merged = path.merge(endedEpoch: ended, into: graph)
    if endedPane < lastEnd { packets &+= merged }
    observe(.merged)
    if let pane {
      let entered = Int64(newPane.load(ordering: .relaxed))
      markLate(from: endedPane, to: entered, pane)
      graph.advance(to: entered)
      closedUntil.store(Int(entered), ordering: .releasing)
    }
    observe(.closed)
    turn.store(0, ordering: .releasing)
  }

  /// A late flip leaves to the window that ended what belongs to those that it cuts or skips.
  private func markLate(from ended: Int64, to entered: Int64, _ pane: Window) {
    let late = Int64(flipLateness.load(ordering: .relaxed))
    guard late > max(10_000_000, pane.length / 100) else { return }
    let text = Timestamp.durationText(late / 1_000_000 * 1_000_000)
    graph.markPartial(pane: ended, reason: "turned \(text) late")
    // Skipped windows have no rows, but each of them is told of; after a night's stop, the first.
    let skipped = stride(from: ended + pane.length, to: entered, by: Int(pane.length)).prefix(1000)
    for start in skipped {
      graph.markPartial(pane: start, reason: "its packets are in the window before, \(text) late")
    }
    graph.markPartial(pane: entered, reason: "the turn to this window came \(text) late")
  }

  private func awaitGracePeriod() {
    do { try barrier.wait() } catch {
      // Without the barrier a packet on another CPU may still be writing into the half.
      graph.markPartial(
        pane: Int64(endedPane.load(ordering: .relaxed)), reason: "no grace period: \(error)")
    }
  }
}
