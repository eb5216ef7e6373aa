import BPFRuntime
import Compiler
import DataModel
import Glibc
import HostRuntime
import Plan
import Sinks
import Synchronization
import Threads

/// The clock and the turn of a live program (architecture: write the word, RCU barrier, drain what
/// was evicted before it, read and merge the idle half, clear, rows), and the change from one
/// program to the next.
///
/// Two threads: the clock's writes the tick and flips epochs, see `ClockBeat`; the turn's drains,
/// merges and closes windows. The turn's thread owns the graphs of all queries.
final class LiveTurns: @unchecked Sendable {
  let clock: Clock
  private let interfaces: LiveInterfaces
  private let barrier: GracePeriod
  private let observe: @Sendable (TurnStep) -> Void
  private let monitor = Monitor()
  /// Under the monitor.
  private var beat: ClockBeat
  /// Under the monitor.
  private var pending: ProgramChange?
  /// Under the monitor.
  private var leaving: Departure?

  private var path: DataPath
  private var plan: PlanUnion
  private var members: [LiveQuery]
  /// Queries that take others' places at a window's edge.
  private var replacements: [Replacement] = []
  private let isClockStopped = Atomic<Bool>(false)
  private let isFinishing = Atomic<Bool>(false)
  private var spacing = TickSpacing()
  private var threads: [Thread] = []

  static let tickNanoseconds = 500_000
  /// A change that waits longer is made before a turn: where turns take as long as panes, there is
  /// no time between them.
  private static let longestWait: Int64 = 1_000_000_000
  /// Idle rounds of the turn's thread between two looks at the packet counters.
  private static let roundsPerCount = 200

  /// The first program, attached already; its state begins to count with `beat`.
  init(
    _ first: ProgramChange, beat: ClockBeat, at now: Int64, clock: Clock,
    interfaces: LiveInterfaces, barrier: consuming GracePeriod,
    observe: @escaping @Sendable (TurnStep) -> Void
  ) {
    self.clock = clock
    self.interfaces = interfaces
    self.barrier = barrier
    self.observe = observe
    self.beat = beat
    path = first.path
    plan = first.plan
    members = first.members
    for query in members {
      connectSets(of: query)
      query.begin(at: now)
    }
  }

  /// Starts both threads.
  func start() {
    threads = [Thread { self.keepTime() }, Thread { self.keepTurning() }]
  }

  /// Puts another program in the place of the present one, without a gap, and waits for it.
  func change(to next: ProgramChange) throws(BPFError) {
    monitor.locked {
      next.asked = clock.now
      pending = next
    }
    try next.waitUntilDone()
  }

  /// Lets go of all other queries while their parts stay in the program, because no program without
  /// them can be had: open windows are closed, and what is gathered from then on is for nobody.
  func keepOnly(_ staying: [LiveQuery]) {
    let departure = Departure(staying)
    monitor.locked {
      // A half that waits for its turn already lacks what has come since.
      departure.turns = beat.ended == nil ? 1 : 2
      beat.flipSoon(now: clock.now)
      leaving = departure
    }
    departure.waitUntilDone()
  }

  /// Stops the clock, so that the program can be detached.
  func stopClock() {
    isClockStopped.store(true, ordering: .releasing)
    threads.first?.join()
  }

  /// Merges what the detached program gathered and closes all windows.
  func finish() {
    isFinishing.store(true, ordering: .releasing)
    threads.last?.join()
    threads = []
  }

  /// How even the clock ran, for the operator; known once its thread has ended.
  var clockRemark: String { "clock: \(spacing)" }

  // MARK: the clock's thread

  private func keepTime() {
    Thread.runAheadOfOthers()
    var last = clock.now
    while !isClockStopped.load(ordering: .acquiring) {
      monitor.locked {
        let now = clock.now
        spacing.note(now - last)
        last = now
        beat.tick(now)
      }
      var pause = timespec(tv_sec: 0, tv_nsec: Self.tickNanoseconds)
      nanosleep(&pause, nil)
    }
  }

  // MARK: the turn's thread

  private func keepTurning() {
    var round = 0
    while !isFinishing.load(ordering: .acquiring) {
      let (ended, next) = monitor.locked { (beat.ended, pending) }
      if let next, perform(next, before: ended) {
        monitor.locked { pending = nil }
        next.finish()
      } else if let ended {
        makeTurn(ended)
      } else {
        observe(.draining)
        path.drain()
        round += 1
        let gathering = round % Self.roundsPerCount == 0 ? path.gatheredPackets : nil
        for query in members {
          query.feed.queue.wake()
          if let gathering { query.publish(gathering: gathering) }
        }
        var pause = timespec(tv_sec: 0, tv_nsec: Self.tickNanoseconds)
        nanosleep(&pause, nil)
      }
    }
    let (ended, abandoned) = monitor.locked { (beat.ended, pending) }
    precondition(abandoned == nil, "the hub waits for a change before it finishes")
    if let ended { makeTurn(ended) }
    awaitGracePeriod(pane: path.gatheredPane)
    mergeGathering()
    for replacement in replacements { replacement.withdraw() }
    for query in members { query.finish(pane: path.gatheredPane) }
  }

  private func makeTurn(_ half: ClockBeat.EndedHalf) {
    observe(.flipped)
    awaitGracePeriod(pane: half.pane)
    observe(.passedBarrier)
    let merged = path.merge(endedEpoch: half.epoch)
    for query in members { query.count(merged, pane: half.pane) }
    observe(.merged)
    makeReplacements(dueAt: half.entered)
    for query in members { query.turn(half) }
    letGo(after: half)
    observe(.closed)
    monitor.locked {
      beat.finishTurn()
      if leaving != nil { beat.flipSoon(now: clock.now) }
    }
  }

  /// Closes the windows of queries that leave, and takes them off the program's routes.
  private func letGo(after half: ClockBeat.EndedHalf) {
    guard let departure = monitor.locked({ leaving }) else { return }
    departure.turns -= 1
    guard departure.turns <= 0 else { return }
    for (place, query) in members.enumerated().reversed()
    where !departure.staying.contains(where: { $0 === query }) {
      query.finish(pane: half.entered)
      members.remove(at: place)
      plan = plan.removing(member: place)
    }
    path.serve(plan, members.map(\.graph))
    forgetReplacements()
    monitor.locked { leaving = nil }
    departure.finish()
  }

  /// Calls off the replacements of queries that have left.
  private func forgetReplacements() {
    for replacement in replacements where !members.contains(where: { $0 === replacement.new }) {
      replacement.withdraw()
    }
    replacements.removeAll { replacement in
      !members.contains { $0 === replacement.old } || !members.contains { $0 === replacement.new }
    }
  }

  /// Merges the half that is being gathered, in which no packet can be any more.
  private func mergeGathering() {
    let merged = path.merge(endedEpoch: path.epoch)
    for query in members { query.count(merged, pane: path.gatheredPane) }
  }

  private func awaitGracePeriod(pane: Int64) {
    do { try barrier.wait() } catch {
      for query in members { query.markUnguarded(pane: pane, error) }
    }
  }

  // MARK: changes

  /// Changes programs, where the time allows: partials merge associatively, so it may happen within
  /// a window and the rows of queries that stay are what they would have been.
  ///
  /// A half that waits for its turn goes first, unless the change has waited so long that turns may
  /// leave no time for it: then the turn is made between the change's two steps.
  private func perform(_ next: ProgramChange, before turn: ClockBeat.EndedHalf?) -> Bool {
    if turn != nil && clock.now - next.asked < Self.longestWait { return false }
    let begun = monitor.locked {
      beat.join(next.path, next.rhythm, beforeTurn: turn != nil, now: clock.now)
    }
    guard let begun else { return false }
    copySets(into: next)
    do {
      try interfaces.replace(path.program, with: next.path.program)
    } catch {
      monitor.locked { beat.settle(on: path, ProgramChange.rhythm(plan), now: clock.now) }
      next.fail(error)
      return true
    }
    if let turn {
      makeTurn(turn)
      copySets(into: next)
    }
    awaitGracePeriod(pane: path.gatheredPane)
    mergeGathering()
    let came = next.members.filter { query in !members.contains { $0 === query } }
    next.lastPane = path.gatheredPane
    next.retired = path
    (path, plan, members) = (next.path, next.plan, next.members)
    forgetReplacements()
    for query in came { connectSets(of: query) }
    begin(came, at: begun, next)
    monitor.locked { beat.settle(on: path, next.rhythm, now: clock.now) }
    return true
  }

  /// Members of sets go on in the program that follows.
  private func copySets(into next: ProgramChange) {
    for (old, new) in next.setsToCopy(from: plan, members) {
      next.path.copySet(new, from: path, old)
    }
  }

  /// Begins new queries: whole from now on, or in another's place now or at a window's edge.
  private func begin(_ queries: [LiveQuery], at now: Int64, _ change: ProgramChange) {
    for query in queries {
      guard let replacement = change.replacement, replacement.new === query else {
        query.begin(at: now)
        continue
      }
      guard let edge = replacement.succession.edge(after: now) else {
        query.follow(replacement.old, replacement.succession)
        replacement.finish()
        continue
      }
      replacement.old.show(until: edge)
      query.show(from: edge)
      replacement.edge = edge
      replacements.append(replacement)
    }
  }

  /// At a window's edge the old query's last windows are closed, and the new one goes on.
  private func makeReplacements(dueAt entered: Int64) {
    for replacement in replacements where replacement.isCancelled { replacement.withdraw() }
    replacements.removeAll { $0.isCancelled }
    for replacement in replacements where entered >= replacement.due && replacement.begin() {
      let (old, new) = (replacement.old, replacement.new)
      old.closeWindows(by: replacement.edge)
      guard let from = members.firstIndex(where: { $0 === old }),
        let to = members.firstIndex(where: { $0 === new })
      else { preconditionFailure("both queries run until one has replaced the other") }
      new.follow(old, replacement.succession)
      for pair in replacement.succession.sets {
        path.copySet(
          plan.members[to].sets[pair.new], from: path, plan.members[from].sets[pair.old])
      }
      replacement.finish()
    }
    replacements.removeAll { entered >= $0.due }
  }

  /// Members of a query's sets go into the program that runs.
  private func connectSets(of query: LiveQuery) {
    // The graph owns the closure: a strong reference back would keep both, and the program in the
    // kernel, for ever.
    query.graph.setChanged = { [unowned self, unowned query] id, words, from, until in
      guard let place = members.firstIndex(where: { $0 === query }) else { return }
      path.install(
        words, set: plan.members[place].sets[id.index], of: query.graph, id, from: from,
        until: until, now: clock.now)
    }
  }
}
