import DataModel
import Kernels
import Operators
import Plan

/// A ``RowExpression`` with its features and sets bound to the graph, for rows of one key layout.
final class RowExpressionProgram {
  private indirect enum Node {
    case key(Int)
    case feature(FeatureReader)
    case whereRow(RowPresence, Node, otherwise: RowValue)
    case ranked(Node, RankedMember, Int)
    case constant(RowValue)
    case read(TupleReader)
    case binary(RowOperator, Node, Node)
    case negate(Node)
    case condition(Condition)
  }

  private indirect enum Condition {
    case compare(Comparison, Node, Node)
    case isOneOf(Node, [Value], negated: Bool)
    case inPrefixes(Node, [IPPrefix], negated: Bool)
    case inSet(SetReader)
    case and([Condition])
    case or([Condition])
    case not(Condition)
    /// A value as a condition: true where it is neither 0 nor missing.
    case isSet(Node)
  }

  private let layout: KeyLayout
  private var root: Node = .constant(RowValue(.missing))
  /// The aggregations that the expression reads.
  private(set) var aggregations: Set<Int> = []
  /// What the expression reads of tuples.
  private var readers: [TupleReader] = []
  /// The rows that it asks for tuples.
  private(set) var rowsInEffect: [RowsInEffect] = []
  /// The relations that the expression may ask, all those before its own.
  private let relations: [RelationEvaluation]

  init(
    _ expression: RowExpression, layout: KeyLayout, graph: RowSources,
    asking relations: [RelationEvaluation]
  ) {
    self.layout = layout
    self.relations = relations
    root = compile(expression, graph)
  }

  /// Reads what the expression needs of the tuples `rows[0..<count]`, before it is evaluated.
  func prepare(_ batch: TupleBatch, rows: UnsafePointer<UInt16>, count: Int) {
    for reader in readers { reader.prepare(batch, rows: rows, count: count) }
  }

  /// The value for one row.
  func evaluate(_ row: RowView) -> RowValue { evaluate(root, row) }

  /// The values of rows whose keys are one behind the other, where all are whole and have no
  /// bounds; nil where rows have to be asked one by one.
  func words(at keys: UnsafePointer<UInt64>, count: Int, end: Int64) -> [Int64]? {
    guard case .feature(let reader) = root else { return nil }
    return reader.words(at: keys, count: count, end: end)
  }

  /// The truth for one row.
  func test(_ row: RowView) -> RowTruth {
    if case .condition(let condition) = root { return test(condition, row) }
    return test(.isSet(root), row)
  }

  private func compile(_ expression: RowExpression, _ graph: RowSources) -> Node {
    switch expression {
    case .key(let index): return .key(index)
    case .feature(let index, let columns):
      aggregations.insert(graph.plan.features[index].aggregation)
      return .feature(FeatureReader(index, columns, from: layout, graph))
    case .whereRow(let index, let columns, let part, let absent):
      let presence = RowPresence(relations[index], columns, from: layout)
      return .whereRow(presence, compile(part, graph), otherwise: RowValue(absent))
    case .ranked(let operand, let member, let place):
      return .ranked(compile(operand, graph), member, place)
    case .constant(let value): return .constant(RowValue(value))
    case .tuple(.beside(let inner)): return compile(inner, graph)
    case .tuple(.current(let feature, let key)):
      let group = graph.items[graph.plan.itemFeatures[feature].group]
      return read(TupleReader(group.reader(of: feature, key: key)))
    case .tuple(let column): return read(TupleReader(column, sets: graph.sets))
    case .inEffect(let index, let key, let inner):
      let rows = RowsInEffect(relations[index], inner, graph: graph, asking: relations)
      rowsInEffect.append(rows)
      return read(TupleReader(rows, key: key))
    case .binary(let operation, let left, let right):
      return .binary(operation, compile(left, graph), compile(right, graph))
    case .negate(let operand): return .negate(compile(operand, graph))
    case .compare, .isOneOf, .inPrefixes, .inSet, .and, .or, .not:
      return .condition(condition(expression, graph))
    }
  }

  private func read(_ reader: TupleReader) -> Node {
    readers.append(reader)
    return .read(reader)
  }

  private func condition(_ expression: RowExpression, _ graph: RowSources) -> Condition {
    switch expression {
    case .compare(let comparison, let left, let right):
      return .compare(comparison, compile(left, graph), compile(right, graph))
    case .isOneOf(let operand, let list, let negated):
      return .isOneOf(compile(operand, graph), list, negated: negated)
    case .inPrefixes(let operand, let prefixes, let negated):
      return .inPrefixes(compile(operand, graph), prefixes, negated: negated)
    case .inSet(let id, let columns, let within, let negated):
      return .inSet(
        SetReader(id, columns, within: within, negated: negated, from: layout, graph))
    case .and(let parts): return .and(parts.map { condition($0, graph) })
    case .or(let parts): return .or(parts.map { condition($0, graph) })
    case .not(let part): return .not(condition(part, graph))
    default: return .isSet(compile(expression, graph))
    }
  }

  private func evaluate(_ node: Node, _ row: RowView) -> RowValue {
    switch node {
    case .key(let index): return RowValue(layout.value(of: index, in: row.key))
    case .feature(let reader): return reader.read(row)
    case .constant(let value): return value
    case .read(let reader): return reader.value(row.tuple)
    case .whereRow(let presence, let part, var absent):
      let value = evaluate(part, row)
      if presence.hasRow(row) { return value }
      if value.quality > .approximate { absent.quality = value.quality }
      return absent
    case .ranked(let operand, let member, let place):
      return Self.place(evaluate(operand, row), member, place)
    case .negate(let operand):
      let a = evaluate(operand, row)
      let bound = a.bound.map { Bound(low: -$0.high, high: -$0.low) }
      return RowValue(a.number.map { -$0 }, bound: bound, quality: a.quality)
    case .binary(let operation, let left, let right):
      return RowArithmetic.apply(operation, evaluate(left, row), evaluate(right, row))
    case .condition(let condition):
      let truth = test(condition, row)
      return RowValue(
        .bool(truth.isTrue), bound: truth.isUncertain ? Bound(low: 0, high: 1) : nil,
        quality: truth.isUncertain ? .approximate : .exact)
    }
  }

  private static func place(_ ranking: RowValue, _ member: RankedMember, _ index: Int) -> RowValue {
    guard case .ranking(let items) = ranking.value else {
      return RowValue(.missing, quality: ranking.quality)
    }
    let isThere = items.indices.contains(index)
    let value: Value
    switch member {
    case .share: value = .real(isThere ? items[index].share : 0)
    case .count: value = .integer(isThere ? items[index].count : 0)
    case .key where !isThere: value = .missing
    case .key where items[index].item.count == 1: value = items[index].item[0]
    case .key: value = .text(items[index].item.map(\.description).joined(separator: "/"))
    }
    return RowValue(value, bound: bound(ranking, member, index), quality: ranking.quality)
  }

  /// What a place's count or share can be, where counts may be short.
  private static func bound(
    _ ranking: RowValue, _ member: RankedMember, _ index: Int
  ) -> Bound? {
    guard case .ranking(let items) = ranking.value, let bound = ranking.bound,
      items.allSatisfy({ $0.most != nil }), member != .key
    else { return nil }
    guard items.indices.contains(index), let most = items[index].most else {
      return member == .count ? bound : Bound(low: 0, high: 1)
    }
    let place = items[index]
    if member == .count { return Bound(low: Double(place.count), high: Double(most)) }
    let total = place.share > 0 ? Double(place.count) / place.share : 1
    return Bound(low: place.share, high: min(1, Double(most) / total))
  }

  private func test(_ condition: Condition, _ row: RowView) -> RowTruth {
    switch condition {
    case .compare(let comparison, let left, let right):
      return RowArithmetic.compare(comparison, evaluate(left, row), evaluate(right, row))
    case .isOneOf(let operand, let list, let negated):
      let value = evaluate(operand, row)
      if value.value == .missing { return RowTruth(false) }
      let found = list.reduce(RowTruth(false)) {
        $0 || RowArithmetic.compare(.equal, value, RowValue($1))
      }
      return negated ? !found : found
    case .inPrefixes(let operand, let prefixes, let negated):
      guard case .address(let address) = evaluate(operand, row).value else {
        return RowTruth(false)
      }
      return RowTruth(prefixes.contains { $0.contains(address) } != negated)
    case .inSet(let reader): return RowTruth(reader.ask(row))
    case .and(let parts): return parts.reduce(RowTruth(true)) { $0 && test($1, row) }
    case .or(let parts): return parts.reduce(RowTruth(false)) { $0 || test($1, row) }
    case .not(let part): return !test(part, row)
    case .isSet(let node):
      let value = evaluate(node, row)
      return RowArithmetic.compare(.notEqual, value, RowValue(.integer(0)))
    }
  }
}
