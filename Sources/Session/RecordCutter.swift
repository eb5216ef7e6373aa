import DataModel
import HostRuntime
import Plan

/// Cuts batches of records so that each part lies in one pane, and moves the graph's time.
///
/// Records are written when flows end, and carry the time when they began, so neighbours may lie
/// minutes apart. Between two closes of a pane the order of panes does not matter to windows, so
/// records are gathered by pane; where it can be seen (``LogicalPlan/showsTupleOrder``), a part
/// ends wherever the pane changes.
struct RecordCutter {
  private let paneWindow: Window?
  private let lateness: Int64
  private let keepsOrder: Bool
  /// Whether flows are made of what is pushed, which takes a turn at the end of each pane.
  private let makesFlows: Bool
  private var part: TupleBatch
  private let fields: [FieldID]
  private var rotation: BatchRotation
  /// The newest time that is known: of a record, or of a live source's clock.
  private(set) var newest = Int64.min
  /// How far records stand behind newer ones.
  private(set) var disorder = Disorder()
  /// The newest time at which another pane ends.
  private(set) var nextClose = Int64.min
  /// The time that a live source which is known to be behind has come to: what it may still send
  /// is not late.
  var ceiling = Int64.max
  /// Where live sources are merged the newest time of the one whose batch is pushed, as far as its
  /// rows have been: it may be behind the newest of all. Nil elsewhere.
  var own: Int64?
  /// The rows of a batch, pane by pane.
  private var rows: [UInt16] = []
  private var groups: [(start: Int64, count: Int)] = []
  private var groupOfRow = [Int](repeating: 0, count: TupleBatch.capacity)
  private var groupByPane: [Int64: Int] = [:]

  init(_ plan: LogicalPlan, fields: [FieldID], for graph: HostGraph) {
    self.fields = fields
    rotation = BatchRotation(graph)
    paneWindow = plan.pane
    lateness = plan.lateness
    part = TupleBatch(fields: fields)
    keepsOrder = plan.showsTupleOrder
    makesFlows = !plan.flowMakings.isEmpty
  }

  /// The start of a record's pane.
  func pane(of time: Int64) -> Int64 { paneWindow?.start(of: time) ?? time }

  /// The start of the newest pane whose windows still take records: those before it have closed.
  var settledPane: Int64 {
    guard newest > .min else { return .min }
    let (time, overflow) = newest.subtractingReportingOverflow(lateness)
    return overflow ? .min : pane(of: time)
  }

  /// The start of the pane of the newest record.
  var pane: Int64 {
    guard newest > .min else { return 0 }
    return paneWindow?.start(of: newest) ?? newest
  }

  /// Closes what a live source's clock closes.
  mutating func advance(to time: Int64, _ graph: HostGraph) {
    newest = max(newest, time)
    graph.advance(to: time)
  }

  /// Pushes the batch's records, in parts, after closing what each one's time closes; `parts` has
  /// room for those of a source with other fields.
  mutating func push(
    _ batch: TupleBatch, into graph: HostGraph, atSource node: Int, parts: TupleBatch? = nil
  ) {
    if let parts { part = parts }
    guard let paneWindow else { return graph.push(batch, atSource: node) }
    var start = 0
    for row in 0..<batch.count where batch.times[row] >= nextClose {
      push(batch, start..<row, paneWindow, graph, node)
      start = row
      newest = max(newest, batch.times[row])
      if let known = own { own = max(known, batch.times[row]) }
      let time = min(newest, ceiling, own ?? .max)
      graph.advance(to: time)
      let (closed, overflow) = time.subtractingReportingOverflow(lateness)
      let next = (overflow ? 0 : paneWindow.start(of: closed)) + paneWindow.length + lateness
      nextClose = ceiling == .max && own == nil ? max(newest, next) : next
      if makesFlows { nextClose = min(nextClose, paneWindow.start(of: time) + paneWindow.length) }
    }
    push(batch, start..<batch.count, paneWindow, graph, node)
  }

  /// Pushes rows between which no window closes.
  private mutating func push(
    _ batch: TupleBatch, _ range: Range<Int>, _ window: Window, _ graph: HostGraph, _ node: Int
  ) {
    guard let first = range.first else { return }
    var low = window.start(of: batch.times[first])
    var isOne = true
    var behind: Int64 = 0
    for row in range {
      newest = max(newest, batch.times[row])
      behind = max(behind, newest - batch.times[row])
      let offset = batch.times[row] - low
      if offset < 0 || offset >= window.length { isOne = false }
    }
    disorder.note(behind: behind)
    if isOne, range.count == batch.count { return graph.push(batch, atSource: node) }
    if isOne { return push(batch, rows: range.map { UInt16($0) }, graph, node) }
    if !keepsOrder { return pushGathered(batch, range, window, graph, node) }
    var start = first
    for row in range {
      let pane = window.start(of: batch.times[row])
      guard pane != low else { continue }
      push(batch, rows: (start..<row).map { UInt16($0) }, graph, node)
      (start, low) = (row, pane)
    }
    push(batch, rows: (start..<range.upperBound).map { UInt16($0) }, graph, node)
  }

  /// Pushes rows pane by pane, within a pane in their order.
  private mutating func pushGathered(
    _ batch: TupleBatch, _ range: Range<Int>, _ window: Window, _ graph: HostGraph, _ node: Int
  ) {
    groups.removeAll(keepingCapacity: true)
    groupByPane.removeAll(keepingCapacity: true)
    var (last, low) = (0, Int64.min)
    for row in range {
      let pane = window.start(of: batch.times[row])
      if pane != low {
        low = pane
        if let known = groupByPane[pane] {
          last = known
        } else {
          last = groups.count
          groupByPane[pane] = last
          groups.append((pane, 0))
        }
      }
      groups[last].count += 1
      groupOfRow[row] = last
    }
    var places: [Int] = []
    var place = 0
    for group in groups {
      places.append(place)
      place += group.count
    }
    var starts = places
    rows = [UInt16](repeating: 0, count: range.count)
    for row in range {
      let group = groupOfRow[row]
      rows[starts[group]] = UInt16(row)
      starts[group] += 1
    }
    for (index, group) in groups.enumerated() {
      push(batch, rows: rows[places[index]..<places[index] + group.count], graph, node)
    }
  }

  private mutating func push(
    _ batch: TupleBatch, rows: some Collection<UInt16>, _ graph: HostGraph, _ node: Int
  ) {
    rows.withContiguousStorageIfAvailable { part.take($0, of: batch) }
    graph.push(part, atSource: node)
    if graph.readsOn { part = rotation.exchange(part) ?? TupleBatch(fields: fields) }
  }
}
