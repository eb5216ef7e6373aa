import DataModel
import Kernels
import Plan
import Threads

/// The threads that fold tuples into the states of a graph, beside the one that walks the plan.
///
/// Each share of an aggregation, each state that is not divided and each group of item windows has
/// a lane: its tuples are folded in their order, by one thread at a time. The walk goes on
/// meanwhile, and waits before it reads a state. What it handed over must not change until its
/// step is settled.
final class GraphCrew {
  /// How many shares a divided state has: one a thread.
  let shares: Int
  private let crew: Crew
  /// The lanes of each aggregation, and how its key is dealt out; nil where it is not.
  private var lanes: [[CrewLane]] = []
  private var scatterOf: [Int?] = []
  private var scatters: [KeyScatter] = []
  private var itemLanes: [CrewLane?] = []
  /// Tuples of the stage at hand that have the key, by scatter; −1 where it was not dealt out.
  private var dealt: [Int] = []
  /// The step at hand; all before it were handed over, and some are settled.
  private(set) var step: UInt64 = 1
  private var settled: UInt64 = 0
  private var orders: [CrewOrder] = []
  private var stepsWaiting = 0
  private var flying: [FoldWork] = []
  private var spare: [FoldWork] = []
  private var itemWorks: [ItemWork]
  /// Tuples without a key that states found themselves, by aggregation.
  private(set) var unkeyed: [UInt64]

  /// Steps that are handed over at once: waking a thread costs as much as folding hundreds of
  /// tuples.
  private static let stepsAtOnce = 4
  /// Tuples that are folded at once where nothing is under way.
  private static let fewTuples = 64

  /// Work for the threads of the configuration, the walking one among them; nil where that is
  /// the only one, or the plan has none for others.
  init?(_ plan: LogicalPlan, _ configuration: HostConfiguration) {
    guard let (crew, threads) = configuration.crew, plan.hasDivision else { return nil }
    let seed = configuration.seed
    shares = threads
    self.crew = crew
    unkeyed = [UInt64](repeating: 0, count: plan.aggregations.count)
    itemWorks = plan.items.indices.map { _ in ItemWork() }
    itemLanes = plan.items.indices.map { index in
      if case .walk = plan.division(ofItems: index) { nil } else { crew.makeLane() }
    }
    var keys: [[KeyComponent]] = []
    for (index, aggregation) in plan.aggregations.enumerated() {
      let division = plan.division(ofAggregation: index)
      guard case .byKey = division else {
        if case .whole = division { lanes.append([crew.makeLane()]) } else { lanes.append([]) }
        scatterOf.append(nil)
        continue
      }
      lanes.append((0..<shares).map { _ in crew.makeLane() })
      if let known = keys.firstIndex(where: { $0.isSameKey(as: aggregation.key) }) {
        scatterOf.append(known)
        continue
      }
      keys.append(aggregation.key)
      scatterOf.append(scatters.count)
      scatters.append(KeyScatter(key: aggregation.key, shares: shares, seed: seed))
    }
    dealt = [Int](repeating: -1, count: scatters.count)
  }

  /// How an aggregation's key is dealt out; nil where its state is whole.
  func scatter(of aggregation: Int) -> KeyScatter? { scatterOf[aggregation].map { scatters[$0] } }

  // MARK: Windows of time

  /// Tuples that have passed another node follow.
  func beginStage() { for index in dealt.indices { dealt[index] = -1 } }

  /// Hands the tuples `rows[0..<count]` over to the state of an aggregation; how many of them lack
  /// the key, as far as that is known now.
  func fold(
    _ aggregation: Int, _ state: any WindowState, _ batch: TupleBatch,
    _ rows: UnsafePointer<UInt16>, _ count: Int
  ) -> Int {
    if lanes[aggregation].isEmpty || count < Self.fewTuples && isAtRest {
      return count - state.update(batch, rows: rows, count: count)
    }
    guard let divided = state as? DividedState, let place = scatterOf[aggregation],
      divided.takeRoom(for: count, settle: { settle() })
    else {
      let whole = (state as? DividedState)?.allKeys ?? state
      put(aggregation, whole, batch, UnsafeBufferPointer(start: rows, count: count), lane: 0)
      return 0
    }
    if dealt[place] < 0 {
      dealt[place] = scatters[place].deal(batch, rows: rows, count: count)
    }
    for share in 0..<shares {
      let own = scatters[place].share(share)
      if own.count > 0 { put(aggregation, divided.share(share), batch, own, lane: share) }
    }
    return count - dealt[place]
  }

  private func put(
    _ aggregation: Int, _ state: any WindowState, _ batch: TupleBatch,
    _ rows: UnsafeBufferPointer<UInt16>, lane: Int
  ) {
    let work = spare.popLast() ?? FoldWork()
    work.prepare(aggregation, state, batch, rows, step: step)
    flying.append(work)
    orders.append(CrewOrder(work, in: lanes[aggregation][lane], step: step))
  }

  /// The end of a batch: others may be handed over before it is settled.
  func endStep() {
    step += 1
    stepsWaiting += 1
    if stepsWaiting >= Self.stepsAtOnce { handOver() }
  }

  private func handOver() {
    stepsWaiting = 0
    if orders.isEmpty { return }
    crew.put(orders)
    orders.removeAll(keepingCapacity: true)
  }

  // MARK: Windows of items

  /// Hands tuples over to a group of item windows; false where the caller folds them. Nothing that
  /// is handed over changes until ``settleItems()``.
  func fold(
    _ index: Int, _ group: ItemGroupRun, _ batch: TupleBatch, _ rows: UnsafePointer<UInt16>,
    _ count: Int, universe: UnsafePointer<UInt16>, _ universeCount: Int
  ) -> Bool {
    guard let lane = itemLanes[index], universeCount >= Self.fewTuples else { return false }
    let work = itemWorks[index]
    work.group = group
    work.batch = batch
    (work.rows, work.count) = (rows, count)
    (work.universe, work.universeCount) = (universe, universeCount)
    crew.put([CrewOrder(work, in: lane, step: step)])
    hasItems = true
    return true
  }

  private var hasItems = false

  /// Waits for the values of item windows.
  func settleItems() {
    guard hasItems else { return }
    for case let lane? in itemLanes { crew.finish(lane) }
    hasItems = false
  }

  // MARK: Waiting

  /// Whether nothing is under way.
  private var isAtRest: Bool { flying.isEmpty && !hasItems }

  /// Brings everything to rest.
  func settle() { settle(through: step) }

  /// Waits until nothing reads batches of this step and of those before any more.
  func settle(through last: UInt64) {
    guard last > settled else { return }
    // Of the step at hand more may come.
    settled = min(last, step - 1)
    if isAtRest { return }
    handOver()
    crew.settle(through: last)
    hasItems = false
    var kept = 0
    for work in flying {
      if work.step > last {
        flying[kept] = work
        kept += 1
        continue
      }
      unkeyed[work.aggregation] += UInt64(work.lacking)
      work.rest()
      spare.append(work)
    }
    flying.removeLast(flying.count - kept)
  }
}

/// Tuples on their way to a state.
private final class FoldWork: CrewWork {
  private(set) var aggregation = 0
  private(set) var step: UInt64 = 0
  /// Tuples that turned out to lack the key.
  private(set) var lacking = 0
  private var state: (any WindowState)?
  private var batch: TupleBatch?
  private let rows = UnsafeMutablePointer<UInt16>.allocate(capacity: TupleBatch.capacity)
  private var count = 0

  deinit { rows.deallocate() }

  func prepare(
    _ aggregation: Int, _ state: any WindowState, _ batch: TupleBatch,
    _ rows: UnsafeBufferPointer<UInt16>, step: UInt64
  ) {
    self.aggregation = aggregation
    self.state = state
    self.batch = batch
    self.step = step
    lacking = 0
    count = rows.count
    if let base = rows.baseAddress { self.rows.update(from: base, count: count) }
  }

  func run() {
    guard let state, let batch else { return }
    lacking = count - state.update(batch, rows: rows, count: count)
  }

  func rest() {
    state = nil
    batch = nil
  }
}

/// Tuples on their way to a group of item windows; the walk waits for them.
private final class ItemWork: CrewWork {
  var group: ItemGroupRun?
  var batch: TupleBatch?
  var rows: UnsafePointer<UInt16>?
  var count = 0
  var universe: UnsafePointer<UInt16>?
  var universeCount = 0

  func run() {
    guard let group, let batch, let rows, let universe else { return }
    group.fold(batch, rows, count, universe: universe, universeCount)
  }
}

extension HostGraph {
  /// The step that the last batch pushed at a source belongs to.
  public var step: UInt64 { (crew?.step ?? 1) - 1 }

  /// Whether batches are read on after ``push(_:atSource:)`` has returned.
  public var readsOn: Bool { crew != nil }

  /// Waits until no thread reads the batches of this step and of those before any more.
  public func settle(through step: UInt64) { crew?.settle(through: step) }
}
