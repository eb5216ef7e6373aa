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
  private var states: [WindowKey: [[Value]: NaiveState]] = [:]
  var items = NaiveItems()
  private var earlier: [Int: [[Value]: [NaivePacket]]] = [:]
  private var seen: [WindowKey: Set<[Value]>] = [:]
  private var setCache: [WindowKey: Set<[Value]>] = [:]
  private var tupleRows: [NaiveRow] = []
  /// The last close whose rows went on as tuples, by node.
  var handedOn: [Int: Int64] = [:]
  /// Ends of ticks in which a group of item windows took tuples, by node.
  var ticksDue: [Int: Set<Int64>] = [:]
  var rowCount = 0
  private let presence = NaivePresence()
  var flows: [NaiveFlows] = []
  /// The tuples that have come, where flows are made of some.
  var held: [(tuple: NaivePacket, source: Int?)] = []
  /// Tuples that came after the close of the window of an aggregation or DISTINCT.
  public private(set) var late = 0

  /// The relative distance from a threshold within which an estimate may err.
  let band: Double

  private struct WindowKey: Hashable {
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
      defer { if passed[index] { fold(packet, at: index) } }
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
  private mutating func fold(_ packet: NaivePacket, at node: Int) {
    for (index, group) in plan.items.enumerated() where group.input == node {
      items.take(packet, group: index, of: plan)
      noteTicks(group: index, at: packet.time)
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

// MARK: Sets that rows feed back

extension NaiveEvaluator {
  private struct SetQuestion: Hashable {
    let set: SetID
    let key: [Value]
    let within: Int64
  }

  /// Whether a packet satisfies a predicate, sets included.
  mutating func satisfies(_ predicate: TuplePredicate, _ packet: NaivePacket) -> Bool {
    var answers: [SetQuestion: Bool] = [:]
    answer(predicate, packet, into: &answers)
    let known = answers
    return NaiveTuple(packet: packet) { id, key, within in
      known[SetQuestion(set: id, key: key, within: within)] ?? false
    }.satisfies(predicate)
  }

  /// Whether the relation has a row with this key at a close.
  mutating func hasRow(_ relation: Int, _ key: [Value], at end: Int64) -> Bool {
    let place = WindowKey(index: ~relation, start: end)
    if let known = setCache[place] { return known.contains(key) }
    let found = Set(keys(of: relation, at: end).map(\.key))
    setCache[place] = found
    return found.contains(key)
  }

  /// Answers every set test of a predicate for this packet.
  private mutating func answer(
    _ predicate: TuplePredicate, _ packet: NaivePacket, into answers: inout [SetQuestion: Bool]
  ) {
    switch predicate {
    case .inSet(let id, let components, let within, _):
      let tuple = NaiveTuple(packet: packet) { _, _, _ in false }
      guard let key = tuple.key(components) else { return }
      answers[SetQuestion(set: id, key: key, within: within)] = holds(
        id, key, at: packet.time, within: within)
    case .and(let parts), .or(let parts):
      for part in parts { answer(part, packet, into: &answers) }
    case .not(let part): answer(part, packet, into: &answers)
    default: return
    }
  }

  /// Whether a key is in the set that is effective at `time`, or was within the last `within`.
  mutating func holds(_ id: SetID, _ key: [Value], at time: Int64, within: Int64) -> Bool {
    let set = plan.sets[id.index]
    let length = plan.relations[set.relation].window.slide
    // The set of the window that ends at `end` is in effect from its close + lag until the next is.
    var end = plan.relations[set.relation].window.start(of: time - plan.effectLag)
    let oldest = within > 0 ? time - within : time
    repeat {
      if members(id.index, at: end).contains(key) { return true }
      end -= length
    } while end + plan.effectLag + length > oldest && end + length > 0
    return false
  }

  private mutating func members(_ index: Int, at end: Int64) -> Set<[Value]> {
    let place = WindowKey(index: index, start: end)
    if let known = setCache[place] { return known }
    let set = plan.sets[index]
    let keys = keys(of: set.relation, at: end).filter { !$0.isOptional }
    let members = Set(keys.map { found in set.columns.map { found.key[$0] } })
    setCache[place] = members
    return members
  }
}

// MARK: Rows

extension NaiveEvaluator {
  struct FoundKey {
    let key: [Value]
    var isOptional: Bool
  }

  /// The aggregations whose keys the relation's rows come from.
  private func domains(of relation: Int) -> Set<Int> {
    let operation = plan.relations[relation].operation
    if case .keys(let domain) = operation { return [domain] }
    return operation.inputs.reduce(into: []) { $0.formUnion(domains(of: $1)) }
  }

  /// The ends of the windows in which the relation's domains have keys, ascending.
  func closes(of relation: Int) -> [Int64] {
    let domains = domains(of: relation)
    let length = plan.relations[relation].window.length
    return Set(states.keys.filter { domains.contains($0.index) }.map { $0.start + length })
      .sorted()
  }

  /// The keys of the relation at a close, with whether they hang on an estimate.
  func keys(of relation: Int, at end: Int64) -> [FoundKey] {
    let entry = plan.relations[relation]
    switch entry.operation {
    case .keys(let domain):
      let start = end - plan.aggregations[domain].window.length
      let found = states[WindowKey(index: domain, start: start)] ?? [:]
      return found.keys.map { FoundKey(key: $0, isOptional: false) }
    case .filter(let input, let condition):
      return keys(of: input, at: end).compactMap { found in
        let verdicts = [1 - band, 1, 1 + band].map {
          truth(condition, key: found.key, end: end, factor: $0)
        }
        guard verdicts.contains(true) else { return nil }
        return FoundKey(
          key: found.key, isOptional: found.isOptional || verdicts.contains(false))
      }
    case .top(let input, let count, let by, let per):
      var groups: [[Value]: [NaiveTop.Candidate]] = [:]
      for found in keys(of: input, at: end) {
        let ranks = [1, 1 - band, 1 + band].compactMap {
          NaiveNumber(value(by, key: found.key, end: end, factor: $0))
        }
        guard ranks.count == 3 else { continue }
        groups[per.map { found.key[$0] }, default: []].append(
          NaiveTop.Candidate(
            key: found.key, low: ranks.min { $0.order($1) < 0 } ?? ranks[0],
            high: ranks.max { $0.order($1) < 0 } ?? ranks[0], isOptional: found.isOptional))
      }
      return groups.values.flatMap { NaiveTop.keys(of: $0, count) }
        .map { FoundKey(key: $0.key, isOptional: $0.isOptional) }
    case .join(let kind, let inputs):
      let parts = inputs.map { input in
        keys(of: input.relation, at: end).map { found in
          let key = entry.key.indices.map { column in
            found.key[input.columns.firstIndex(of: column) ?? 0]
          }
          return NaiveFound(key: key, isOptional: found.isOptional)
        }
      }
      return NaiveJoin.rows(kind, parts).map { FoundKey(key: $0.key, isOptional: $0.isOptional) }
    case .collapse(let input, let columns):
      var found: [[Value]: Bool] = [:]
      for row in keys(of: input, at: end) {
        let key = columns.map { row.key[$0] }
        found[key] = (found[key] ?? true) && row.isOptional
      }
      return found.map { FoundKey(key: $0.key, isOptional: $0.value) }
    }
  }

  /// Whether the relation may have a row with this key at a close.
  func mayHaveRow(_ relation: Int, _ key: [Value], at end: Int64) -> Bool {
    presence.keys(of: relation, at: end) { Set(keys(of: relation, at: end).map(\.key)) }
      .contains(key)
  }

  /// The value of a feature at a key: that of its last window that is closed at `end`.
  func feature(_ index: Int, key: [Value], end: Int64, factor: Double) -> Value {
    let feature = plan.features[index]
    guard let state = state(ofFeature: index, key: key, end: end) else {
      return OperatorCatalogue.operation(of: feature.call).absentValue(feature.call)
    }
    if factor != 1, case .distinct = plan.aggregations[feature.aggregation].form,
      state.distinct(index) > CountDistinct.exactItems
    {
      return .integer(Int64((Double(state.distinct(index)) * factor).rounded()))
    }
    let asked = NaiveCall(state, index, feature.call)
    return factor == 1 ? asked.value : moved(asked.value, asked, factor - 1)
  }

  /// The state of a feature's last window that is closed at `end`; nil of an absent key.
  func state(ofFeature index: Int, key: [Value], end: Int64) -> NaiveState? {
    let feature = plan.features[index]
    let window = plan.aggregations[feature.aggregation].window
    let start = window.start(of: end) - window.length - Int64(feature.back) * window.slide
    return states[WindowKey(index: feature.aggregation, start: start)]?[key]
  }
}
