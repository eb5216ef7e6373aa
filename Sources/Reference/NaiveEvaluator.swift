public import DataModel
import Operators
public import Plan

/// A row of the exact answer.
public struct NaiveRow: Sendable {
  /// The row.
  public let row: Row
  /// Whether an engine may leave the row out or may print it although it is not in the answer:
  /// it hangs on an estimate within whose bound the truth lies on the other side of a threshold.
  public let isOptional: Bool
  /// What may stand in a column in place of its value: items whose place in a ranking hangs on
  /// estimates.
  public let alternatives: [Int: Set<Value>]

  /// A row that an engine has to print, or may.
  public init(row: Row, isOptional: Bool, alternatives: [Int: Set<Value>] = [:]) {
    self.row = row
    self.isOptional = isOptional
    self.alternatives = alternatives
  }
}

/// The meaning of a plan, tuple by tuple, with dictionaries and exact sets: what every engine's
/// answer is compared with.
///
/// Written from `Docs/Language.md`; shares nothing with the engines but the plan and the field
/// table. Everything is kept, so it is for test captures only.
public struct NaiveEvaluator {
  let plan: LogicalPlan
  var newest = Int64.min
  /// The time by which the tuple at hand is late or not.
  var clock = Int64.min
  var patterns = NaivePatterns()
  var unanswered = NaiveUnanswered()
  /// What the table of this index says of a vertex, by name; nil where it says nothing.
  public var attributes: (@Sendable (Int, String, Value) -> VertexAttribute?)?
  var states: [WindowKey: [[Value]: NaiveState]] = [:]
  var items = NaiveItems()
  private var earlier: [Int: [[Value]: [NaivePacket]]] = [:]
  private var seen: [WindowKey: Set<[Value]>] = [:]
  var setCache: [WindowKey: Set<[Value]>] = [:]
  private var tupleRows: [NaiveRow] = []
  /// The last close whose rows went on as tuples, by node.
  var handedOn: [Int: Int64] = [:]
  /// Ends of ticks in which a group of item windows took tuples, by node.
  var ticksDue: [Int: Set<Int64>] = [:]
  var rowCount = 0
  let presence = NaivePresence()
  var flows: [NaiveFlows] = []
  /// The tuples that have come, where flows are made of some.
  var held: [(tuple: NaivePacket, source: Int?)] = []
  /// Tuples that came after the close of the window of an aggregation or DISTINCT.
  public private(set) var late = 0

  /// The relative distance from a threshold within which an estimate may err.
  let band: Double

  struct WindowKey: Hashable {
    let index: Int
    let start: Int64
  }

  /// Starts with no tuple seen.
  public init(plan: LogicalPlan, band: Double = 0.1) {
    self.plan = plan
    self.band = band
    flows = plan.flowMakings.map { NaiveFlows($0.making, of: $0.node, in: plan) }
  }

  /// Runs a tuple of a source, or one that the node `root` made, through the plan; rows as tuples
  /// are never late.
  mutating func run(_ taken: NaivePacket, from root: Int?, mayBeLate: Bool = true) {
    var packet = taken
    var passed = [Bool](repeating: false, count: plan.nodes.count)
    for index in plan.nodes.indices {
      let node = plan.nodes[index]
      defer { if passed[index] { fold(packet, at: index, mayBeLate) } }
      if index != root, let input = node.input, !passed[input] { continue }
      switch node.operation {
      case .source: passed[index] = root == nil || root == index
      case .match, .unanswered, .flows, .rows, .gather, .ticks, .unfold:
        passed[index] = index == root
      case .examine(let examination):
        packet.derived[examination.into] = .bool(anyEntry(of: packet, satisfies: examination))
        passed[index] = true
      case .anyOf(let inputs): passed[index] = inputs.contains { passed[$0] }
      case .filter(let predicate):
        passed[index] = satisfies(predicate, packet)
      case .transform(let transform): passed[index] = compute(transform, at: index, &packet)
      case .filterBeside(let condition): passed[index] = holds(condition, beside: packet)
      case .distinct(let components, let window):
        passed[index] = isFirst(packet, by: components, in: window, at: index, mayBeLate)
      }
    }
    let tuple = NaiveTuple(packet: packet) { _, _, _ in false }
    for (index, aggregation) in plan.aggregations.enumerated()
    where passed[aggregation.input] && !plan.isTableOfFlows(index) {
      guard let key = tuple.key(aggregation.key) else { continue }
      let start = aggregation.window.start(of: packet.time)
      if mayBeLate, isClosed(start + aggregation.window.slide) {
        late += 1
        continue
      }
      // Every window that holds the pane has the tuple.
      for back in 0..<aggregation.window.paneCount {
        let place = WindowKey(index: index, start: start - back * aggregation.window.slide)
        var state = states[place, default: [:]].removeValue(forKey: key) ?? NaiveState()
        state.start = place.start
        state.tuples += 1
        for (number, feature) in plan.features.enumerated() where feature.aggregation == index {
          state.update(number, feature.call, tuple)
        }
        states[place, default: [:]][key] = state
      }
    }
    emitTuples(tuple, passed)
    takeEdge(packet, passed)
    gather(packet, passed, mayBeLate: mayBeLate)
    unfold(packet, passed, mayBeLate: mayBeLate)
    holdBack(packet, passed, mayBeLate: mayBeLate)
  }

  /// Whether a DISTINCT has not seen the tuple's key in its pane, nor in the window's before.
  private mutating func isFirst(
    _ packet: NaivePacket, by components: [KeyComponent], in window: Window, at index: Int,
    _ mayBeLate: Bool
  ) -> Bool {
    let tuple = NaiveTuple(packet: packet) { _, _, _ in false }
    let start = window.start(of: packet.time)
    guard let key = tuple.key(components) else { return false }
    if mayBeLate, isClosed(start + window.slide) {
      late += 1
      return false
    }
    let place = WindowKey(index: index, start: start)
    let isNew = seen[place, default: []].insert(key).inserted
    return isNew
      && (1..<window.paneCount).allSatisfy { back in
        let earlier = WindowKey(index: index, start: start - back * window.slide)
        return seen[earlier]?.contains(key) != true
      }
  }

  /// The rows of all windows, and of tuples, by window end, output and values.
  func allRows() -> [NaiveRow] {
    var rows = tupleRows
    for (index, output) in plan.outputs.enumerated() {
      guard case .rows(let relation, let columns) = output.content else { continue }
      for end in closes(of: relation) {
        let schema = output.schema
        for found in keys(of: relation, at: end) {
          let values = zip(columns, schema.columns).map { expression, column in
            Self.typed(value(expression, key: found.key, end: end, factor: 1), column.type)
          }
          var alternatives: [Int: Set<Value>] = [:]
          for (index, expression) in columns.enumerated() {
            alternatives[index] = rankedKeys(expression, key: found.key, end: end)
          }
          rows.append(
            NaiveRow(
              row: Row(
                output: index, start: end - plan.relations[relation].window.length, end: end,
                values: values),
              isOptional: found.isOptional, alternatives: alternatives))
        }
      }
    }
    return rows.sorted { RowOrder.precedes($0.row, $1.row) }
  }

  /// Computes a TRANSFORM's columns; false where too few tuples of the key came before.
  private mutating func compute(
    _ transform: Transform, at node: Int, _ packet: inout NaivePacket
  ) -> Bool {
    let plain = NaiveTuple(packet: packet) { _, _, _ in false }
    guard let key = plain.key(transform.key) else { return false }
    let before = earlier[node]?[key] ?? []
    earlier[node, default: [:]][key, default: []].append(packet)
    guard before.count >= transform.depth else { return false }
    for previous in transform.previous {
      packet.derived[previous.into] = before[before.count - previous.back].value(previous.field)
    }
    for column in transform.columns {
      packet.derived[column.into] = Self.typed(
        value(of: column.value, packet), column.into.field.type)
    }
    return true
  }

  /// Takes a tuple that passed a node into the item windows over it.
  private mutating func fold(_ packet: NaivePacket, at node: Int, _ mayBeLate: Bool) {
    for (index, group) in plan.items.enumerated() where group.input == node {
      items.take(packet, group: index, of: plan)
      noteTicks(group: index, at: packet.time, mayBeLate: mayBeLate)
    }
  }

  /// Whether what ends then is closed for the tuple at hand; a match is never late.
  func isClosed(_ end: Int64) -> Bool { clock - plan.lateness >= end }

  /// Counts a tuple that came too late.
  mutating func countLate() { late += 1 }

  private mutating func emitTuples(_ tuple: NaiveTuple, _ passed: [Bool]) {
    for (index, output) in plan.outputs.enumerated() {
      guard case .tuples(let node, let columns) = output.content, passed[node] else { continue }
      let time = tuple.packet.time
      let span = plan.ticks(before: node)?.every.length ?? 0
      let values = zip(columns, output.schema.columns).map { column, schema in
        Self.typed(value(of: column, tuple.packet), schema.type)
      }
      tupleRows.append(
        NaiveRow(
          row: Row(output: index, start: time - span, end: time, values: values),
          isOptional: false))
    }
  }
}
