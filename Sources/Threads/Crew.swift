/// Threads that work off lanes: what is put into one lane is done in its order, by one thread at a
/// time; different lanes go on beside each other.
///
/// Who puts work into a lane waits for it, and takes part then. Work carries the number of the step
/// that it belongs to, so that one caller can wait for a step and whatever came before; others wait
/// for their lanes.
/// - Cost: two turns of a lock for each chunk of a lane's work, a wake-up where a thread sleeps.
public final class Crew: Sendable {
  private let core = CrewCore()

  /// A crew of the caller and so many threads more.
  public init(helpers: Int) {
    for _ in 0..<helpers {
      let core = core
      Thread { core.work() }.detach()
    }
  }

  /// Whoever has work in hand ends it; what was not begun is dropped.
  deinit { core.end() }

  /// A new lane.
  public func makeLane() -> CrewLane { core.makeLane() }

  /// Puts work in, each into its lane; steps never fall.
  public func put(_ work: [CrewOrder]) { core.put(work) }

  /// Waits until everything of this step and of those before is done.
  public func settle(through step: UInt64) { core.settle(through: step) }

  /// Waits until everything in this lane is done; does it where no thread has it in hand, and works
  /// for other lanes meanwhile.
  public func finish(_ lane: CrewLane) { core.finish(lane) }

  /// Whether everything in this lane is done.
  public func isDone(_ lane: CrewLane) -> Bool { core.isDone(lane) }
}

/// Work for a lane, with the step that it belongs to.
public struct CrewOrder {
  let lane: CrewLane
  let work: any CrewWork
  let step: UInt64

  /// Creates an order.
  public init(_ work: any CrewWork, in lane: CrewLane, step: UInt64) {
    self.lane = lane
    self.work = work
    self.step = step
  }
}

/// A piece of work for a lane.
public protocol CrewWork: AnyObject {
  /// Does it, on whichever thread; what it reads stays as it is until the step is settled.
  func run()
}

/// A sequence of work that is done in order.
public final class CrewLane: @unchecked Sendable {
  // All inside the crew's monitor.
  fileprivate var waiting: [CrewOrder] = []
  /// What a thread has in hand.
  fileprivate var taken: [CrewOrder] = []

  fileprivate init() {}

  fileprivate var isAtRest: Bool { taken.isEmpty && waiting.isEmpty }

  /// The step of the first work that is not done; the largest number where all is.
  fileprivate var oldest: UInt64 { taken.first?.step ?? waiting.first?.step ?? .max }
}

/// What the threads of a crew share; it outlives the crew until the last of them has left.
private final class CrewCore: @unchecked Sendable {
  private let monitor = Monitor()

  // All inside the monitor.
  private var lanes: [CrewLane] = []
  /// Lanes with work that no thread has in hand, first come, first served.
  private var ready: [CrewLane] = []
  private var sleeping = 0
  private var working = 0
  /// Callers who wait, beside the threads that sleep.
  private var awaiting = 0
  private var isOver = false

  func makeLane() -> CrewLane {
    monitor.locked {
      let lane = CrewLane()
      lanes.append(lane)
      return lane
    }
  }

  func put(_ orders: [CrewOrder]) {
    monitor.locked {
      for order in orders {
        let lane = order.lane
        if lane.isAtRest { ready.append(lane) }
        lane.waiting.append(order)
      }
      wake(min(ready.count, sleeping))
    }
  }

  func settle(through step: UInt64) {
    help(while: { lanes.contains { $0.oldest <= step } }) {
      ready.firstIndex { $0.oldest <= step }
    }
  }

  func finish(_ lane: CrewLane) {
    help(while: { !lane.isAtRest }) {
      ready.firstIndex { $0 === lane } ?? ready.indices.first
    }
  }

  /// Works off ready lanes that `place` chooses, and waits where there is none; both closures run
  /// inside the monitor.
  private func help(while isUnfinished: () -> Bool, choosing place: () -> Int?) {
    while true {
      let lane = monitor.locked { () -> CrewLane? in
        while isUnfinished() {
          if let place = place() { return take(at: place) }
          awaiting += 1
          monitor.wait(nanoseconds: 1000 * Monitor.millisecond)
          awaiting -= 1
        }
        return nil
      }
      guard let lane else { return }
      work(off: lane)
    }
  }

  func isDone(_ lane: CrewLane) -> Bool { monitor.locked { lane.isAtRest } }

  func end() {
    monitor.locked {
      isOver = true
      ready.removeAll()
      monitor.signal()
      while working > 0 { monitor.wait(nanoseconds: 1000 * Monitor.millisecond) }
    }
  }

  // MARK: the threads

  func work() {
    while let lane = next() { work(off: lane) }
  }

  /// What a thread does next; nil once it shall leave.
  private func next() -> CrewLane? {
    monitor.locked {
      while !isOver {
        if !ready.isEmpty { return take(at: 0) }
        sleeping += 1
        monitor.wait(nanoseconds: 60_000 * Monitor.millisecond)
        sleeping -= 1
      }
      return nil
    }
  }

  /// Wakes so many of those that sleep, inside the monitor; all where one who waits might be woken
  /// in their place.
  private func wake(_ count: Int) {
    if awaiting > 0 && count > 0 { return monitor.signal() }
    for _ in 0..<count { monitor.signalOne() }
  }

  /// The work of a lane that is ready, inside the monitor.
  private func take(at place: Int) -> CrewLane {
    let lane = ready.remove(at: place)
    swap(&lane.taken, &lane.waiting)
    working += 1
    return lane
  }

  /// Does what was taken.
  private func work(off lane: CrewLane) {
    for order in lane.taken { order.work.run() }
    monitor.locked {
      lane.taken.removeAll(keepingCapacity: true)
      working -= 1
      let isReady = !lane.waiting.isEmpty && !isOver
      if isReady { ready.append(lane) }
      if awaiting > 0 || isOver {
        monitor.signal()
      } else if isReady, sleeping > 0 {
        monitor.signalOne()
      }
    }
  }
}
