import BPFRuntime
public import Compiler
import DataModel
import Diagnostics
import HostRuntime
import Plan
public import Sinks

/// Several live queries on the same interfaces with one XDP program: one parse, and one hash and
/// one update for what they have in common.
///
/// Queries come and go under traffic: each change compiles and loads the program of all queries on
/// the side, puts it in the place of the present one between two packets, and merges what the old
/// one gathered into the graphs of the queries that stay. No packet and no window of theirs is
/// lost, and their rows are what they would have been. Where a change fails, everything runs on as
/// before.
///
/// Methods may be called from any thread; changes wait for each other. The interfaces are held
/// from the first query's beginning to the last one's end.
public final class LiveHub: @unchecked Sendable {
  /// What all queries of a hub share.
  public struct Configuration: Sendable {
    /// The interfaces; the program is attached to each of them.
    public var interfaces: [String]
    /// Where in the receive path.
    public var attach: Attachment
    /// The seed of every hash of every program; random where traffic may be hostile.
    public var seed: UInt64
    /// Bytes of a program's ring for evictions and tuples.
    public var ringBytes: Int
    /// Takes remarks for the operator.
    public var remark: @Sendable (String) -> Void
    /// Called at each step of a turn, on the turn's thread; what it does delays the turn.
    public var observe: @Sendable (TurnStep) -> Void

    /// Creates a configuration.
    public init(
      interfaces: [String], attach: Attachment = .auto,
      seed: UInt64 = .random(in: 1...UInt64.max), ringBytes: Int = 16 << 20,
      remark: @escaping @Sendable (String) -> Void = { _ in },
      observe: @escaping @Sendable (TurnStep) -> Void = { _ in }
    ) {
      self.interfaces = interfaces
      self.attach = attach
      self.seed = seed
      self.ringBytes = ringBytes
      self.remark = remark
      self.observe = observe
    }
  }

  let configuration: Configuration
  private let objects = ObjectCache()
  /// Held while queries are added or removed.
  private let changes = Monitor()
  /// Guards `entries` and `running` for readers; changed only while `changes` is held.
  private let table = Monitor()
  private var entries: [HubEntry] = []
  private var running: RunningProgram?
  private var lastNumber = 0
  private let clock = Clock()

  /// A hub without queries; nothing is attached yet.
  public init(_ configuration: Configuration) { self.configuration = configuration }

  deinit { close() }

  /// Adds a query and returns when packets reach it; its first window is partial. The sink's
  /// `begin` is called before this returns, all else by a thread of the query's own.
  ///
  /// `isCancelled` is asked after compiling and loading, which may take a second.
  ///
  /// - Throws: `unsupported`, `dataPath`, `sink`, … : the other queries run on undisturbed.
  public func add(
    _ query: CompiledQuery, _ options: QueryOptions = QueryOptions(), into sink: any Sink,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws(SessionError) -> QueryID {
    let entry = try changes.locked { () throws(SessionError) in
      try insert(query, options, sink, isCancelled)
    }
    do {
      try sink.begin(meta(of: entry))
    } catch {
      _ = try? remove(entry.id)
      throw .sink(error)
    }
    entry.feed.start()
    return entry.id
  }

  /// Ends a query: its open windows are closed as partial, the sink gets the totals. The last
  /// query's end detaches the program.
  ///
  /// - Throws: what ended the query before its time, such as a failed sink.
  public func remove(_ id: QueryID) throws(SessionError) -> RunTotals {
    try changes.locked { () throws(SessionError) in try take(id) }
  }

  /// Ends all queries and detaches.
  public func close() {
    for status in queries { _ = try? remove(status.id) }
  }

  /// The queries as they stand, in the order in which they were added.
  public var queries: [QueryStatus] {
    table.locked { entries.map { $0.status(running) } }
  }

  /// A query as it stands; nil where there is none of this id.
  public func status(of id: QueryID) -> QueryStatus? {
    table.locked { entries.first { $0.id == id }.map { $0.status(running) } }
  }

  /// The interface that went away while the program ran, if one did; queries then see no packets
  /// from it any more.
  public var interfaceGone: String? { table.locked { running }?.interfaces.firstGone }

  // MARK: changes

  private func insert(
    _ query: CompiledQuery, _ options: QueryOptions, _ sink: any Sink,
    _ isCancelled: @Sendable () -> Bool
  ) throws(SessionError) -> HubEntry {
    _ = try query.placed.onlySource()
    if options.windows != nil && query.placed.plan.pane == nil {
      throw .unsupported("this query has no windows that could be counted")
    }
    if running == nil, let obstacle = Probe.obstacle() { throw .missingKernelSupport(obstacle) }
    let feed = QueryFeed(sink, limit: options.waitingResults)
    let (change, live) = try prepare(query, options, feed, isCancelled)
    if isCancelled() { throw .interrupted }
    if let running {
      try running.change(to: change)
    } else {
      let first = try RunningProgram(change, configuration, clock)
      table.locked { running = first }
    }
    lastNumber += 1
    let entry = HubEntry(
      id: QueryID(number: lastNumber), name: options.name ?? "q\(lastNumber)", live: live,
      began: clock.now)
    table.locked { entries.append(entry) }
    return entry
  }

  /// Compiles and loads the program of all present queries and a new one. Where that would be more
  /// than the machine takes, the new one's operators stay on the host.
  private func prepare(
    _ query: CompiledQuery, _ options: QueryOptions, _ feed: QueryFeed,
    _ isCancelled: @Sendable () -> Bool
  ) throws(SessionError) -> (ProgramChange, LiveQuery) {
    let host = HostConfiguration(seed: configuration.seed, keyLimit: options.keyLimit)
    func attempt(_ query: CompiledQuery) throws(SessionError) -> (ProgramChange, LiveQuery) {
      let live = LiveQuery(query, host: host, windows: options.windows, feed: feed)
      return (try load(entries.map(\.live) + [live], isCancelled), live)
    }
    do { return try attempt(query) } catch {
      guard let reason = error.reasonForHost, query.placementWord != "host",
        let retreat = query.withOperatorsOnHost()
      else { throw error }
      configuration.remark(reason)
      return try attempt(retreat)
    }
  }

  private func load(
    _ members: [LiveQuery], _ isCancelled: @Sendable () -> Bool
  ) throws(SessionError) -> ProgramChange {
    let union = CompiledUnion(members.map(\.query))
    guard union.fits else {
      throw .unsupported(
        "the program of all \(members.count) queries exceeds the data path's limits")
    }
    do throws(SessionError) {
      let object = try inDataPath { () throws(BPFError) in
        union.emittedC == nil ? [] : try objects.object(of: union)
      }
      let frags = try inDataPath { () throws(BPFError) in
        if let running { return running.frags }
        return try LiveInterfaces.find(configuration.interfaces).frags
      }
      let path = try DataPath(
        union, object: object, graphs: members.map(\.graph),
        DataPath.Configuration(
          cpus: BPFObject.possibleCPUs, ringBytes: configuration.ringBytes, frags: frags,
          seed: configuration.seed))
      return ProgramChange(path, union.plan, members)
    } catch {
      // The signal that stops us stops a clang at work as well; that is not the user's error.
      if isCancelled() { throw .interrupted }
      throw error
    }
  }

  private func take(_ id: QueryID) throws(SessionError) -> RunTotals {
    guard let entry = entries.first(where: { $0.id == id }), let running else {
      throw .unsupported("there is no query \(id)")
    }
    let others = entries.filter { $0.id != id }
    var failure: SessionError?
    if others.isEmpty {
      do { try running.end() } catch { failure = .dataPath(error) }
      if let gone = running.gone { failure = .interfaceGone(gone) }
      configuration.remark(running.turns.clockRemark)
      table.locked { self.running = nil }
    } else {
      let change = try load(others.map(\.live), { false })
      try running.change(to: change)
      entry.live.finish(pane: change.lastPane)
    }
    table.locked { entries = others }
    let totals = try entry.finish(now: clock.now)
    if let failure { throw failure }
    return totals
  }

  private func meta(of entry: HubEntry) -> RunMeta {
    let query = entry.live.query
    return RunMeta(
      query: String(decoding: query.source.utf8, as: UTF8.self),
      outputs: query.placed.plan.outputs.map(\.schema), placement: query.placementWord,
      attach: table.locked { running }?.interfaces.mode, seed: configuration.seed)
  }
}

extension SessionError {
  /// Why a query's operators go to the host instead, where that may help.
  fileprivate var reasonForHost: String? {
    switch self {
    case .dataPath(.verifier(let log, _)): Session.verifierRemark(log)
    case .unsupported(let reason): "\(reason); the operators of the new one run on the host"
    default: nil
    }
  }
}
