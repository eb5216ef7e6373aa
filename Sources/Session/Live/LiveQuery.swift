import Compiler
import DataModel
import HostRuntime
import Diagnostics
import Plan
import Sinks
import Synchronization

/// One query of a hub as the turn's thread sees it: its graph, and which windows it shows.
final class LiveQuery: @unchecked Sendable {
  // From when it is handed to the turn's thread, that thread alone uses everything but atomics.

  /// Which rows and losses go to the sink.
  private final class Gate {
    /// Windows that end later, and tuples from then on.
    var first = Int64.min
    /// Windows that end by then, and tuples before.
    var until = Int64.max
    /// Windows that begin before: the run was asked for so many.
    var lastEnd = Int64.max

    func passes(start: Int64, end: Int64) -> Bool {
      let moment = max(start, end - 1)
      return moment >= first && moment < until && start < lastEnd
    }
  }

  let query: CompiledQuery
  let graph: HostGraph
  let feed: QueryFeed
  private let gate: Gate
  private let windows: Int?
  /// Begins the results anew, where the query takes the place of one with other outputs.
  var announcement: RunMeta?
  private var packets: UInt64 = 0
  /// Tuples that lacked a key before this query took another's place.
  private var unkeyedBefore: [String: UInt64] = [:]
  /// Those that its graph had counted by then, beside the other one.
  private var unkeyedBeside: [String: UInt64] = [:]
  /// All windows up to here are on their way to the sink.
  private let closedUntil = Atomic<Int>(Int.min)
  private let lastEnd = Atomic<Int>(Int.max)
  private let visiblePackets = Atomic<UInt64>(0)

  init(
    _ query: CompiledQuery, host: HostConfiguration, windows: Int?, feed: QueryFeed
  ) {
    self.query = query
    self.feed = feed
    self.windows = windows
    let gate = Gate()
    self.gate = gate
    let queue = feed.queue
    graph = HostGraph(
      query.placed, mode: .placed, configuration: host,
      rows: { if gate.passes(start: $0.start, end: $0.end) { queue.put(.row($0)) } },
      losses: { if gate.passes(start: $0.start, end: $0.end) { queue.put(.loss($0)) } })
  }

  /// Whether all windows that were asked for are on their way, quiet ones included.
  var isComplete: Bool {
    closedUntil.load(ordering: .acquiring) >= lastEnd.load(ordering: .acquiring)
  }

  /// Packets that reached the query so far.
  var packetCount: UInt64 { visiblePackets.load(ordering: .relaxed) }

  /// Tuples that lacked a key, by feature; to be read once the turn's thread has let go.
  var unkeyedTuples: [String: UInt64] {
    graph.unkeyedTuples.merging(unkeyedBeside, uniquingKeysWith: &-)
      .merging(unkeyedBefore, uniquingKeysWith: &+).filter { $0.value > 0 }
  }

  /// Tuples whose keys found no room in windows of items.
  var itemTuplesWithoutKey: UInt64 { graph.itemTuplesWithoutKey }

  /// What begins the query's results.
  func meta(attach: String?, seed: UInt64) -> RunMeta {
    RunMeta(
      query: String(decoding: query.source.utf8, as: UTF8.self),
      outputs: query.placed.plan.outputs.map(\.schema), placement: query.placementWord,
      attach: attach, seed: seed)
  }

  // MARK: the turn's thread

  /// Shows nothing before `time`, when the query takes another's place.
  func show(from time: Int64) { gate.first = time }

  /// Shows nothing from `time` on.
  func show(until time: Int64) { gate.until = time }

  /// Closes the windows that end by `time`, its own lateness included.
  func closeWindows(by time: Int64) { graph.advance(to: time &+ query.placed.plan.lateness) }

  /// Takes the place of another query, from whose state it goes on.
  func follow(_ other: LiveQuery, _ succession: StateSuccession) {
    graph.takeState(of: other.graph, succession)
    packets = other.packets
    unkeyedBefore = other.unkeyedTuples
    unkeyedBeside = graph.unkeyedTuples
    gate.lastEnd = other.gate.lastEnd
    lastEnd.store(Int(gate.lastEnd), ordering: .releasing)
    closedUntil.store(other.closedUntil.load(ordering: .relaxed), ordering: .releasing)
    let (before, now) = (other.query.placed.plan.outputs, query.placed.plan.outputs)
    if before.map(\.schema) != now.map(\.schema), let announcement {
      feed.queue.put(.meta(announcement))
    }
  }

  /// The program gathers for the query from `now` on.
  func begin(at now: Int64) {
    if let pane = graph.pane {
      graph.markPartial(pane: pane.start(of: now), reason: "the run began in this window")
    }
    guard let windows else { return }
    let plan = query.placed.plan
    let shortest = plan.relations.map(\.window.slide).min() ?? graph.pane?.length ?? 1
    gate.lastEnd = (now / shortest + Int64(windows)) * shortest
    lastEnd.store(Int(gate.lastEnd), ordering: .releasing)
  }

  /// Notes packets of a pane of the program that were merged.
  func count(_ merged: UInt64, pane: Int64) {
    if pane < gate.lastEnd { packets &+= merged }
    publish()
  }

  /// Lets others see the packets, with those that no merge has counted yet.
  func publish(gathering: UInt64 = 0) {
    let sum = packets &+ gathering
    visiblePackets.store(sum, ordering: .relaxed)
    let source = RunProgress.Flow(node: "n0", count: sum, unit: "packets")
    feed.note(packets: sum, [source] + query.placed.flows(graph, isWhole: false))
  }

  /// Ends the windows that ended with a half.
  func turn(_ half: ClockBeat.EndedHalf) {
    guard let pane = graph.pane else { return feed.queue.wake() }
    let (ended, entered) = (pane.start(of: half.pane), pane.start(of: half.entered))
    if entered > ended {
      markLate(half.lateness, from: ended, to: entered, pane)
      graph.advance(to: entered)
      closedUntil.store(Int(entered), ordering: .releasing)
    }
    feed.queue.wake()
  }

  /// A late flip leaves to the window that ended what belongs to those that it cuts or skips.
  private func markLate(_ late: Int64, from ended: Int64, to entered: Int64, _ pane: Window) {
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

  /// A packet on another CPU may have been writing into what was merged.
  func markUnguarded(pane start: Int64, _ error: any Error) {
    if let pane = graph.pane {
      graph.markPartial(pane: pane.start(of: start), reason: "no grace period: \(error)")
    }
  }

  /// Closes what is open; the last packets lie in the program's pane `pane`.
  func finish(pane start: Int64) {
    if let pane = graph.pane, start < gate.lastEnd {
      graph.markPartial(pane: pane.start(of: start), reason: "the run ended in this window")
    }
    graph.finish()
    publish()
  }
}
