import BPFRuntime
public import Compiler
import DataModel
import Diagnostics
import HostRuntime
import Plan
public import Sinks
import Threads

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
      let attach = table.locked { running }?.interfaces.mode
      try sink.begin(entry.live.meta(attach: attach, seed: configuration.seed))
    } catch {
      _ = try? remove(entry.id)
      throw .sink(error)
    }
    entry.feed.start()
    return entry.id
  }

  /// Puts another query in the place of one, with its id and sink, and loses no packet: state that
  /// means the same in both goes on, so a changed threshold over a day's window forgets nothing.
  ///
  /// Where all state goes on, that happens before this returns. Else both run until an edge of the
  /// windows that differ: the old one's last windows are whole, the new one's begin there. The
  /// sink's `begin` is called again if the outputs are others.
  ///
  /// - Returns: the edge, nanoseconds since the Unix epoch; nil where it is done.
  /// - Throws: as `add`; the old query runs on.
  public func replace(
    _ id: QueryID, with query: CompiledQuery,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws(SessionError) -> Int64? {
    let (entry, replacement) = try changes.locked { () throws(SessionError) in
      try substitute(id, query, isCancelled)
    }
    if replacement.isImmediate { return nil }
    Thread { [weak self] in
      if replacement.waitUntilDone() { self?.settle(entry, replacement) }
    }.detach()
    return replacement.edge
  }

  /// Ends a query: its open windows are closed as partial, the sink gets the totals. The last
  /// query's end detaches the program.
  ///
  /// - Throws: what ended the query before its time, such as a failed sink.
  public func remove(_ id: QueryID) throws(SessionError) -> RunTotals {
    try changes.locked { () throws(SessionError) in try take(id) }
  }

  /// Asks whoever added a query to end it, see `QueryStatus.isStopRequested`.
  public func requestStop(_ id: QueryID) {
    table.locked { entries.first { $0.id == id }?.isStopRequested = true }
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

  /// Why queries see no packets of an interface any more, where one went away while the program
  /// ran or somebody detached it.
  public var interfaceGone: SessionError? { table.locked { running }?.interfaces.whyGone }

  /// Remarks where an interface has gone down or come up again since this was called last.
  func remarkOnLinks() {
    let changes = table.locked { running.map { $0.interfaces.changes() } ?? [] }
    for (name, isUp) in changes {
      configuration.remark(
        isUp
          ? "\(name) is up again" : "\(name) went down: nothing is received until it is up again")
    }
  }

  // MARK: changes

  private func insert(
    _ query: CompiledQuery, _ options: QueryOptions, _ sink: any Sink,
    _ isCancelled: @Sendable () -> Bool
  ) throws(SessionError) -> HubEntry {
    try check(query, options)
    if running == nil {
      let count = configuration.interfaces.count
      try inDataPath { () throws(BPFError) in try OpenFiles.allow(interfaces: count) }
    }
    if running == nil, let obstacle = Probe.obstacle() { throw .missingKernelSupport(obstacle) }
    let feed = QueryFeed(sink, limit: options.waitingResults)
    let others = entries.flatMap(\.lives)
    let (change, live) = try prepare(query, isCancelled) { (query) throws(SessionError) in
      let live = try newQuery(query, options, feed)
      return (try load(others + [live], isCancelled), live)
    }
    if isCancelled() { throw .interrupted }
    if let running {
      try running.change(to: change)
    } else {
      let first = try RunningProgram(change, configuration, clock)
      table.locked { running = first }
    }
    lastNumber += 1
    let entry = HubEntry(
      id: QueryID(number: lastNumber), name: options.name ?? "q\(lastNumber)", live: live, options,
      began: clock.now)
    table.locked { entries.append(entry) }
    return entry
  }

  private func check(_ query: CompiledQuery, _ options: QueryOptions) throws(SessionError) {
    _ = try query.placed.onlySource()
    if options.windows != nil && query.placed.plan.pane == nil {
      throw .unsupported("this query has no windows that could be counted")
    }
  }

  private func newQuery(
    _ query: CompiledQuery, _ options: QueryOptions, _ feed: QueryFeed
  ) throws(SessionError) -> LiveQuery {
    var host = HostConfiguration(
      seed: configuration.seed, limits: HostLimits(keys: options.keyLimit))
    host.tables = try query.readTables(options.tableFiles)
    return LiveQuery(query, host: host, windows: options.windows, feed: feed)
  }

  /// Loads the program of all with a new query. Where that would be more than the machine takes,
  /// the new one's operators stay on the host.
  private func prepare(
    _ query: CompiledQuery, _ isCancelled: @Sendable () -> Bool,
    _ attempt: (CompiledQuery) throws(SessionError) -> (ProgramChange, LiveQuery)
  ) throws(SessionError) -> (ProgramChange, LiveQuery) {
    do { return try attempt(query) } catch {
      guard let reason = Self.reasonForHost(error), query.placementWord != "host",
        let retreat = query.withOperatorsOnHost()
      else { throw error }
      configuration.remark(reason)
      return try attempt(retreat)
    }
  }

  private static func reasonForHost(_ error: SessionError) -> String? {
    guard case .unsupported(let reason) = error else { return error.reasonForHost }
    return "\(reason); the operators of the new one run on the host"
  }

  private func load(
    _ members: [LiveQuery], _ isCancelled: @Sendable () -> Bool, _ replacement: Replacement? = nil
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
      return ProgramChange(path, union.plan, members, replacement)
    } catch {
      // The signal that stops us stops a clang at work as well; that is not the user's error.
      if isCancelled() { throw .interrupted }
      throw error
    }
  }

  private func take(_ id: QueryID) throws(SessionError) -> RunTotals {
    guard let running else { throw unknown(id) }
    let entry = try entry(id)
    let others = entries.filter { $0.id != id }
    stopReplacing(entry)
    var failure: SessionError?
    if others.isEmpty {
      do { try running.end() } catch { failure = .dataPath(error) }
      if let gone = running.gone { failure = gone }
      configuration.remark(running.turns.clockRemark)
      table.locked { self.running = nil }
    } else {
      do throws(SessionError) {
        let change = try load(others.flatMap(\.lives), { false })
        try running.change(to: change)
        entry.live.finish(pane: change.lastPane)
      } catch {
        running.turns.keepOnly(others.flatMap(\.lives))
        configuration.remark(
          "query \(id) has ended, but its part stays in the program until the next change: \(error)"
        )
      }
    }
    table.locked { entries = others }
    let totals = try entry.finish(now: clock.now)
    if let failure { throw failure }
    return totals
  }

  private func substitute(
    _ id: QueryID, _ query: CompiledQuery, _ isCancelled: @Sendable () -> Bool
  ) throws(SessionError) -> (HubEntry, Replacement) {
    guard let running else { throw unknown(id) }
    let entry = try entry(id)
    try check(query, entry.options)
    try query.checkSinks(replacing: entry.live.query, openSinks: entry.feed.hasOpenSinks)
    let wasReplaced = entry.replacement != nil
    stopReplacing(entry)
    do throws(SessionError) {
      return (entry, try exchange(entry, query, running, isCancelled))
    } catch {
      // The query that was to take the place is in the program still.
      if wasReplaced { running.turns.keepOnly(entries.flatMap(\.lives)) }
      throw error
    }
  }

  private func exchange(
    _ entry: HubEntry, _ query: CompiledQuery, _ running: RunningProgram,
    _ isCancelled: @Sendable () -> Bool
  ) throws(SessionError) -> Replacement {
    let old = entry.live
    var found: Replacement?
    let (change, _) = try prepare(query, isCancelled) { (query) throws(SessionError) in
      let new = try newQuery(query, entry.options, entry.feed)
      new.announcement = new.meta(attach: running.interfaces.mode, seed: configuration.seed)
      let replacement = Replacement(old, new)
      found = replacement
      let members = entries.flatMap { other in
        guard other === entry else { return other.lives }
        return replacement.isImmediate ? [new] : [old, new]
      }
      return (try load(members, isCancelled, replacement), new)
    }
    guard let replacement = found else { preconditionFailure("a change was prepared") }
    if isCancelled() { throw .interrupted }
    try running.change(to: change)
    table.locked {
      if replacement.isImmediate {
        entry.settle(replacement)
      } else {
        entry.replacement = replacement
      }
    }
    return replacement
  }

  /// Drops the old query's part of the program, once another has taken its place.
  private func settle(_ entry: HubEntry, _ replacement: Replacement) {
    changes.locked {
      guard entry.replacement === replacement, let running else { return }
      table.locked { entry.settle(replacement) }
      do throws(SessionError) {
        try running.change(to: try load(entries.flatMap(\.lives), { false }))
      } catch {
        // The next change leaves it out; until then the program gathers for nobody.
        running.turns.keepOnly(entries.flatMap(\.lives))
        configuration.remark(
          "the query that was replaced stays in the program until the next change: \(error)")
      }
    }
  }

  /// Calls off a replacement that still waits for its edge; one that has begun comes to its end.
  private func stopReplacing(_ entry: HubEntry) {
    guard let replacement = entry.replacement else { return }
    let isCancelled = replacement.cancel()
    let isDone = !isCancelled && replacement.waitUntilDone()
    table.locked {
      if isDone { entry.settle(replacement) } else { entry.replacement = nil }
    }
  }

  private func entry(_ id: QueryID) throws(SessionError) -> HubEntry {
    guard let entry = entries.first(where: { $0.id == id }) else { throw unknown(id) }
    return entry
  }

  private func unknown(_ id: QueryID) -> SessionError {
    .unsupported("there is no query \(id)")
  }
}
