public import DataModel
public import Threads

/// Several sinks as one: each output's rows go to the sinks that it names, each in a lane of its
/// own, so that a slow or failing one holds up no other.
///
/// Rows of live runs that a sink has no room for are counted against it; runs of captures wait. A
/// run goes on while one of its sinks works.
public final class SinkSet: Sink {
  /// How a set behaves.
  public struct Policy: Sendable {
    /// Whether a full sink is waited for, and for how long: asked again and again. Captures wait
    /// until the user stops the run; interfaces send on whatever we do.
    public var mayWait: @Sendable () -> Bool
    /// Whether the first failure of any sink ends the run.
    public var stopsAtFailure: Bool
    /// Results that may wait for a sink.
    public var limit: Int
    /// How long the end of the run waits for a sink that nothing else waits for, milliseconds.
    public var patience: Int
    /// Takes remarks for the operator.
    public var remark: @Sendable (String) -> Void

    /// Creates a policy; never waits unless told otherwise.
    public init(
      mayWait: @escaping @Sendable () -> Bool = { false }, stopsAtFailure: Bool = false,
      limit: Int = 1 << 18, patience: Int = 5000,
      remark: @escaping @Sendable (String) -> Void = { _ in }
    ) {
      self.mayWait = mayWait
      self.stopsAtFailure = stopsAtFailure
      self.limit = limit
      self.patience = patience
      self.remark = remark
    }
  }

  private let lanes: [SinkLane]
  /// Lanes by output.
  private let routes: [[Int]]
  private let policy: Policy
  private var waiting: [[SinkLane.Item]]
  private var isEnded = false
  private static let batchItems = 256

  /// A set of opened sinks with the outputs that each is sent.
  public init(
    _ sinks: [(sink: any Sink, target: SinkTarget, taken: [Int])], outputs: Int, _ policy: Policy
  ) {
    lanes = sinks.map {
      SinkLane($0.sink, $0.target, taken: $0.taken, limit: policy.limit, remark: policy.remark)
    }
    routes = (0..<outputs).map { output in
      sinks.indices.filter { sinks[$0].taken.contains(output) }
    }
    waiting = Array(repeating: [], count: sinks.count)
    self.policy = policy
  }

  deinit {
    if !isEnded { for lane in lanes { lane.close(nil) } }
  }

  public func begin(_ meta: RunMeta) throws(SinkError) {
    for lane in lanes {
      var own = meta
      own.taken = lane.taken
      try lane.begin(own)
    }
  }

  public func takeHelp(of crew: Crew) { for lane in lanes { lane.takeHelp(of: crew) } }

  public func row(_ row: Row) throws(SinkError) {
    for lane in routes[row.output] { try put(.row(row), in: lane) }
  }

  public func rows(_ rows: TupleRows) throws(SinkError) {
    guard !routes[rows.output].isEmpty else { return }
    let copy = rows.copy()
    for lane in routes[rows.output] { try put(.rows(copy), in: lane) }
  }

  public func loss(_ record: LossRecord) throws(SinkError) {
    for lane in lanes.indices { try put(.loss(record), in: lane) }
  }

  public func progress(_ progress: RunProgress) throws(SinkError) {
    for lane in lanes.indices { try put(.progress(progress), in: lane) }
  }

  public func flush() throws(SinkError) {
    for lane in lanes.indices { handOn(lane) }
    try checkFailures()
  }

  public func end(_ totals: RunTotals) throws(SinkError) {
    for lane in lanes.indices { handOn(lane) }
    for lane in lanes { settle(lane) }
    var totals = totals
    totals.add(reports)
    for lane in lanes { lane.close(totals) }
    for lane in lanes { settle(lane) }
    isEnded = true
    try checkFailures()
  }

  /// Ends without totals, as a run that failed does: what was taken is still written.
  public func abandon() {
    guard !isEnded else { return }
    isEnded = true
    for lane in lanes.indices { handOn(lane) }
    for lane in lanes { lane.close(nil) }
    for lane in lanes { settle(lane) }
  }

  public var reports: [SinkReport] { lanes.map(\.report) }

  private func put(_ item: SinkLane.Item, in lane: Int) throws(SinkError) {
    waiting[lane].append(item)
    var isBatch = false
    if case .rows = item { isBatch = true }
    guard isBatch || waiting[lane].count >= Self.batchItems else { return }
    handOn(lane)
    try checkFailures()
  }

  private func handOn(_ lane: Int) {
    guard !waiting[lane].isEmpty else { return }
    lanes[lane].put(waiting[lane], mayWait: policy.mayWait)
    waiting[lane].removeAll(keepingCapacity: true)
  }

  /// Waits for a lane: while the policy says so, and then with patience.
  private func settle(_ lane: SinkLane) {
    while policy.mayWait() && !lane.isSettled { lane.settle(milliseconds: 100) }
    lane.settle(milliseconds: policy.patience)
  }

  /// Throws where no sink works any more, or where one failed that must not.
  private func checkFailures() throws(SinkError) {
    let failures = lanes.compactMap(\.obstacle)
    guard let first = failures.first(where: { $0 != .closed }) ?? failures.first else { return }
    if failures.count == lanes.count || (policy.stopsAtFailure && first != .closed) { throw first }
  }
}

extension RunTotals {
  /// Adds what became of the rows, and what sinks lost to the losses.
  public mutating func add(_ reports: [SinkReport]) {
    sinks = reports
    let count = reports.reduce(0) { $0 &+ $1.lost }
    if count > 0 { lost[.sink, default: 0] &+= count }
  }
}
