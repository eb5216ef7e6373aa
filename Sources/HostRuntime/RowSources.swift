import DataModel
import Kernels
import Operators
import Plan

/// What rows are made of: the windows of every aggregation, the sets, and what was lost.
final class RowSources {
  let plan: LogicalPlan
  let windows: [AggregationWindows]
  let sets: [IntervalSet]
  let configuration: HostConfiguration
  /// Which texts the states may still name.
  let texts: GraphTexts
  /// The states of item windows.
  let items: [ItemGroupRun]
  var ledger: LossLedger
  /// Times of rows used as tuples that are not exact, by node.
  var approximate: [Int: Set<Int64>] = [:]

  init(
    _ plan: LogicalPlan, _ windows: [AggregationWindows], _ sets: [IntervalSet],
    _ configuration: HostConfiguration, items: [ItemGroupRun] = []
  ) {
    self.plan = plan
    self.items = items
    texts = GraphTexts(plan)
    self.configuration = configuration
    self.windows = windows
    self.sets = sets
    ledger = LossLedger(pane: plan.pane)
  }

  /// Whether what a node reads in [start, end) is made of rows that are not exact.
  func isApproximate(_ node: Int, start: Int64, end: Int64) -> Bool {
    guard !approximate.isEmpty else { return false }
    return plan.roots(of: node).contains { root in
      approximate[root]?.contains { $0 >= start && $0 < end } ?? false
    }
  }

  /// Forgets what was lost before `time`: no window that holds it is open.
  func forgetLosses(before time: Int64) {
    ledger.forgetPanes(before: time)
    for (node, times) in approximate { approximate[node] = times.filter { $0 >= time } }
  }
}

/// Reads one feature at a row's key projected to the feature's key.
final class FeatureReader {
  private let call: OperatorCall
  private let operation: any StreamOperator
  private let windows: AggregationWindows
  private let projection: KeyProjection
  private let graph: RowSources
  private let key: UnsafeMutablePointer<UInt64>
  private let absent: RowValue
  private let qualityUnderLoss: Quality
  private let back: Int
  /// What the last close found; most rows share it.
  private var close: (end: Int64, state: (any WindowState)?, floor: Quality)?

  init(_ feature: Int, _ columns: [Int], from layout: KeyLayout, _ graph: RowSources) {
    self.graph = graph
    call = graph.plan.features[feature].call
    back = graph.plan.features[feature].back
    operation = OperatorCatalogue.operation(of: call)
    windows = graph.windows[graph.plan.features[feature].aggregation]
    let key = windows.aggregation.key
    projection = KeyProjection(
      from: layout, columns: columns, to: key.map(\.type), masks: key.map(\.mask))
    self.key = .allocate(capacity: max(projection.layout.wordCount, 1))
    absent = RowValue(operation.absentValue(call))
    qualityUnderLoss = operation.qualityUnderLoss(call)
  }

  deinit { key.deallocate() }

  func read(_ row: RowView) -> RowValue {
    let close = at(row.end)
    projection.project(row.key, into: key)
    var result = absent
    if let state = close.state, let entry = state.find(key) {
      let estimate = state.evaluate(call, operation, entry: entry)
      result = RowValue(estimate.value, bound: estimate.bound, quality: estimate.quality)
    }
    result.quality = max(result.quality, close.floor)
    if result.quality > .approximate { result.bound = nil }
    return result
  }

  /// The values for rows whose keys are one behind the other, where they are words as they stand,
  /// which have no bounds; nil where a value is computed row by row.
  func words(at keys: UnsafePointer<UInt64>, count: Int, end: Int64) -> [Int64]? {
    guard projection.isIdentity, let reduction = operation.word(call),
      case .exact(let nothing, 1)? = absent.number
    else { return nil }
    return at(end).state?.words(
      of: reduction, at: keys, count: count, absent: Int64(clamping: nothing))
  }

  /// The last closed window as of `end`, and the quality that it cannot exceed.
  private func at(_ end: Int64) -> (end: Int64, state: (any WindowState)?, floor: Quality) {
    if let close, close.end == end { return close }
    let state = windows.lastClosed(by: end, back: back)
    let windowEnd = windows.window.start(of: end) - Int64(back) * windows.window.slide
    let start = windowEnd - windows.window.length
    let loss = graph.ledger.quality(start: start, end: windowEnd)
    let isFull = (state?.otherTuples ?? 0) > 0
    let exact: Quality =
      graph.isApproximate(windows.aggregation.input, start: start, end: windowEnd)
      ? .approximate : .exact
    let floor: Quality =
      loss.isPartial || isFull ? .partial : loss.isLossy ? qualityUnderLoss : exact
    let found = (end, state, floor)
    close = found
    return found
  }
}

/// Asks a set about columns of a row's key, as of the last nanosecond of the row's window.
final class SetReader {
  private let set: IntervalSet
  private let projection: KeyProjection
  private let key: UnsafeMutablePointer<UInt64>
  private let within: Int64
  private let negated: Bool

  init(
    _ id: SetID, _ columns: [Int], within: Int64, negated: Bool, from layout: KeyLayout,
    _ graph: RowSources
  ) {
    set = graph.sets[id.index]
    projection = KeyProjection(
      from: layout, columns: columns, to: graph.plan.sets[id.index].types)
    key = .allocate(capacity: max(projection.layout.wordCount, 1))
    self.within = within
    self.negated = negated
  }

  deinit { key.deallocate() }

  func ask(_ row: RowView) -> Bool {
    projection.project(row.key, into: key)
    return set.contains(key, at: row.end - 1, within: within) != negated
  }
}
