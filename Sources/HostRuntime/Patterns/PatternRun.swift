import DataModel
import Kernels
import Plan

/// A SUBGRAPH ready to run: tuples in, matches out when nothing earlier can come any more.
///
/// Tuples wait by step of time until the newest time less the lateness has passed the step; then
/// they become edges in the order of their starts, each is searched for the matches that it
/// completes, and expires when the pattern's bound says that it can be in no other. So the answer
/// does not hang on the order of arrival.
final class PatternRun: SettlingRun {
  /// The node of the matches.
  let node: Int
  let pattern: Pattern
  var tick: Window { pattern.tick }
  /// The nodes whose tuples it takes, each once.
  let inputs: [Int]
  private let vertices: VertexTable
  /// The fields of the edges' tuples that matches carry.
  private let held: TupleStore
  private let stores: [EdgeStore]
  private let search: PatternSearch
  private let sourcePacker: KeyPacker
  private let targetPacker: KeyPacker
  private let batch: MatchBatch
  private let reach: (start: Int64, end: Int64?)
  private let limit: Int
  /// Tuples that wait, by step, ascending.
  private var waiting: [WaitingStep] = []
  private var waitingCount = 0
  /// The edges kept after the last thinning out of each store.
  private var keptCounts: [Int]
  private let kept: UnsafeMutablePointer<UInt16>
  private let sources: UnsafeMutablePointer<UInt64>
  private let targets: UnsafeMutablePointer<UInt64>

  /// Tuples that found no room, since they were asked for last.
  private var withoutRoom: UInt64 = 0
  /// Edges that were forgotten before their time.
  private var evicted: UInt64 = 0

  private struct WaitingStep {
    let start: Int64
    var edges: [[KeptEdge]]
  }

  init(
    _ node: Int, _ pattern: Pattern, of plan: LogicalPlan, fields: [FieldID],
    _ configuration: HostConfiguration
  ) {
    self.node = node
    self.pattern = pattern
    var inputs: [Int] = []
    for edge in pattern.edges where !inputs.contains(edge.input) { inputs.append(edge.input) }
    self.inputs = inputs
    sourcePacker = KeyPacker(key: [pattern.source])
    targetPacker = KeyPacker(key: [pattern.target])
    let words = sourcePacker.layout.wordCount
    let vertices = VertexTable(words: words, seed: configuration.seed)
    self.vertices = vertices
    let held = TupleStore(fields: Set(pattern.carried.map(\.field)).sorted())
    self.held = held
    let stores = inputs.map { _ in EdgeStore(vertices, held) }
    self.stores = stores
    reach = pattern.bounds.reach
    limit = configuration.limits.edges
    search = PatternSearch(
      pattern, stores: stores,
      storeOfEdge: pattern.edges.map { edge in inputs.firstIndex(of: edge.input) ?? 0 },
      stepLimit: configuration.patternStepLimit,
      joint: JointConditions(of: pattern, at: node, in: plan, held),
      isAdmitted: Self.admission(pattern, vertices, sourcePacker.layout, configuration.tables))
    batch = MatchBatch(pattern, fields: fields, vertices, held, layout: sourcePacker.layout)
    keptCounts = inputs.map { _ in 0 }
    kept = .allocate(capacity: TupleBatch.capacity)
    sources = .allocate(capacity: TupleBatch.capacity * words)
    targets = .allocate(capacity: TupleBatch.capacity * words)
  }

  /// Asks the comparisons of side tables that the vertex completes; nil where there are none.
  private static func admission(
    _ pattern: Pattern, _ vertices: VertexTable, _ layout: KeyLayout,
    _ tables: [any VertexAttributes]
  ) -> ((Int, UInt32, [UInt32]) -> Bool)? {
    guard !pattern.comparisons.isEmpty else { return nil }
    func value(_ operand: VertexComparison.Operand, _ ids: [UInt32]) -> VertexAttribute? {
      switch operand {
      case .text(let text): .text(text)
      case .number(let number): .number(number)
      case .attribute(let table, let name, let vertex):
        tables[table].attribute(name, of: layout.value(of: 0, in: vertices.key(ids[vertex])))
      }
    }
    return { vertex, bound, ids in
      pattern.comparisons.allSatisfy { comparison in
        let needed = comparison.vertices
        guard needed.contains(vertex),
          needed.allSatisfy({ bound & (1 << UInt32($0)) != 0 })
        else { return true }
        guard let a = value(comparison.left, ids), let b = value(comparison.right, ids),
          let order = VertexAttribute.order(a, b)
        else { return false }
        return comparison.comparison.holds(order, 0)
      }
    }
  }

  deinit {
    kept.deallocate()
    sources.deallocate()
    targets.deallocate()
  }

  /// Takes tuples of an input, all of one step; those of a step that has been settled are late.
  func take(
    _ batch: TupleBatch, _ rows: UnsafePointer<UInt16>, _ count: Int, input: Int, horizon: Int64
  ) {
    guard count > 0 else { return }
    let step = pattern.tick.start(of: batch.times[0])
    guard step + pattern.tick.length > horizon else { return }
    var n = targetPacker.pack(batch, rows: rows, count: count, kept: kept, keys: targets)
    let present = n
    n = sourcePacker.pack(batch, rows: kept, count: n, kept: kept, keys: sources)
    if n < present {
      _ = targetPacker.pack(batch, rows: kept, count: n, kept: kept, keys: targets)
    }
    let room = max(0, limit - waitingCount)
    if n > room {
      withoutRoom &+= UInt64(n - room)
      n = room
    }
    guard n > 0 else { return }
    waitingCount += n
    append(batch, n, to: place(of: step), input)
  }

  private func place(of step: Int64) -> Int {
    if let last = waiting.last, last.start == step { return waiting.count - 1 }
    var place = waiting.count
    while place > 0, waiting[place - 1].start > step { place -= 1 }
    if place > 0, waiting[place - 1].start == step { return place - 1 }
    waiting.insert(WaitingStep(start: step, edges: inputs.map { _ in [] }), at: place)
    return place
  }

  private func append(_ batch: TupleBatch, _ n: Int, to place: Int, _ input: Int) {
    let words = vertices.words
    var edges: [KeptEdge] = []
    swap(&edges, &waiting[place].edges[input])
    edges.reserveCapacity(edges.count + n)
    let column = pattern.endField.flatMap { batch.column($0) }
    let fields = held.columns(of: batch)
    var isAfter = false
    if case .after = pattern.end { isAfter = true }
    for index in 0..<n {
      let row = Int(kept[index])
      let start = batch.times[row]
      var end = start
      if let column, column.validity[row] != 0 {
        let value = Int64(bitPattern: column.lane0[row])
        let (sum, overflow) = start.addingReportingOverflow(value)
        end = max(start, isAfter ? (overflow ? .max : sum) : value)
      }
      let edge = GraphEdge(
        start: start, end: end, order: batch.orders[row],
        source: vertices.retain(sources + index &* words),
        target: vertices.retain(targets + index &* words))
      edges.append(
        KeptEdge(edge: edge, place: fields.isEmpty ? KeptEdge.nowhere : held.hold(fields, row)))
    }
    swap(&edges, &waiting[place].edges[input])
  }

  /// The end of the first step that has tuples waiting.
  var nextEnd: Int64? { waiting.first.map { $0.start + pattern.tick.length } }

  /// Settles the steps that end by `time`: matches go to `emit`, in the order of their times.
  func settle(until time: Int64, pane: Window?, emit: (TupleBatch) -> Void) {
    while let first = waiting.first, first.start + pattern.tick.length <= time {
      waiting.removeFirst()
      var lists = first.edges
      for index in lists.indices { Self.sort(&lists[index]) }
      if lists.count == 1 {
        for edge in lists[0] { settle(edge, store: 0, pane, emit) }
      } else {
        merge(lists, pane, emit)
      }
      waitingCount -= lists.reduce(0) { $0 + $1.count }
      batch.flush(emit)
    }
  }

  private static func sort(_ edges: inout [KeptEdge]) {
    var isSorted = true
    for index in edges.indices.dropFirst()
    where KeptEdge.precedes(edges[index], edges[index - 1]) {
      isSorted = false
      break
    }
    if !isSorted { edges.sort(by: KeptEdge.precedes) }
  }

  private func merge(_ lists: [[KeptEdge]], _ pane: Window?, _ emit: (TupleBatch) -> Void) {
    var next = lists.map { _ in 0 }
    while true {
      var best = -1
      for index in lists.indices where next[index] < lists[index].count {
        if best < 0
          || KeptEdge.precedes(lists[index][next[index]], lists[best][next[best]])
        {
          best = index
        }
      }
      guard best >= 0 else { return }
      settle(lists[best][next[best]], store: best, pane, emit)
      next[best] += 1
    }
  }

  /// Searches for the matches that an edge completes, then keeps it for others.
  private func settle(
    _ kept: KeptEdge, store: Int, _ pane: Window?, _ emit: (TupleBatch) -> Void
  ) {
    let edge = kept.edge
    for index in stores.indices { expire(index, before: edge.start) }
    search.run(kept, store: store)
    if !search.found.isEmpty {
      for match in search.found { batch.append(match, at: edge.start, pane, emit) }
    }
    if stores[store].count >= limit {
      stores[store].removeOldest()
      evicted &+= 1
    }
    stores[store].append(kept)
  }

  /// Whether an edge may still be in a match with one that starts at `time` or later.
  @inline(__always)
  private func isNeeded(_ edge: GraphEdge, at time: Int64) -> Bool {
    if time &- edge.start <= reach.start { return true }
    guard let end = reach.end else { return false }
    return time &- edge.end <= end
  }

  private func expire(_ index: Int, before time: Int64) {
    let store = stores[index]
    while store.count > 0, !isNeeded(store.edge(store.oldest), at: time) { store.removeOldest() }
    // Edges that last hold back younger ones that do not; they are thinned out now and then.
    if reach.end != nil, store.count > 2 * keptCounts[index] + 4096 {
      store.keep { isNeeded($0, at: time) }
      keptCounts[index] = store.count
    }
  }

  /// What was lost since the last call: tuples without room, edges forgotten early, and edges of
  /// which the search was given up.
  func takeLosses() -> [(count: UInt64, reason: String)] {
    defer { (withoutRoom, evicted) = (0, 0) }
    return [
      (withoutRoom, "more tuples wait than there is room for"),
      (evicted, "more edges than fit, the oldest were forgotten"),
      (
        search.takeAbandoned(),
        "an edge had too many others to be searched with, some matches may be missing"
      ),
    ]
  }
}
