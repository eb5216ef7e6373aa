import DataModel
import Kernels
import Plan

/// The rows of a relation at one close: keys, in no order, and doubts.
struct RelationRows {
  let keyWords: Int
  /// Packed keys one behind the other; one word a row where keys have none.
  var keys: [UInt64] = []
  /// Whether a bound straddles a threshold that decided about the row.
  var isUncertain: [Bool] = []
  var count: Int { isUncertain.count }

  init(keyWords: Int) { self.keyWords = max(keyWords, 1) }

  mutating func append(_ key: UnsafePointer<UInt64>, isUncertain flag: Bool) {
    keys.append(contentsOf: UnsafeBufferPointer(start: key, count: keyWords))
    isUncertain.append(flag)
  }
}

/// One relation of the plan with its expressions compiled.
final class RelationEvaluation {
  let relation: Relation
  let layout: KeyLayout
  /// The aggregations that it, or what it is made of, reads.
  let aggregations: Set<Int>
  let graph: RowSources
  let input: RelationEvaluation?
  private var join: RowJoin?
  private var places: (end: Int64, rows: RowPlaces)?
  let program: RowExpressionProgram?
  let order: KeyOrder
  private var memo: (end: Int64, rows: RelationRows)?

  init(_ relation: Relation, earlier: [RelationEvaluation], graph: RowSources) {
    self.relation = relation
    self.graph = graph
    layout = KeyLayout(relation.key)
    order = KeyOrder(layout)
    var read: Set<Int> = []
    switch relation.operation {
    case .keys(let domain):
      input = nil
      program = nil
      read.insert(domain)
      precondition(
        KeyLayout(graph.plan.aggregations[domain].key) == layout,
        "a relation has the key of its domain")
    case .filter(let index, let expression), .top(let index, _, let expression, _):
      let program = RowExpressionProgram(
        expression, layout: earlier[index].layout, graph: graph, asking: earlier)
      self.program = program
      input = earlier[index]
      read = earlier[index].aggregations.union(program.aggregations)
    case .join(let kind, let inputs):
      (input, program) = (nil, nil)
      join = RowJoin(kind, inputs.map { (earlier[$0.relation], $0.columns) }, layout)
      read = inputs.reduce(into: []) { $0.formUnion(earlier[$1.relation].aggregations) }
    case .collapse(let index, _):
      (input, program) = (earlier[index], nil)
      read = earlier[index].aggregations
    }
    aggregations = read
  }

  /// Whether rows appear at `end`: a window of the relation's length closes there with tuples.
  func hasRows(at end: Int64) -> Bool {
    guard end == relation.window.start(of: end) else { return false }
    return aggregations.contains {
      let windows = graph.windows[$0]
      return windows.window == relation.window && windows.lastClosed(by: end) != nil
    }
  }

  /// Whether the rows have an order of their own: those of TOP, the largest first.
  private var isRanked: Bool {
    switch relation.operation {
    case .top: true
    case .filter: input?.isRanked ?? false
    case .join, .collapse: false
    case .keys: false
    }
  }

  /// The rows at a close in the order of their keys' values, but for ranked ones. Sorted last: few
  /// rows pass.
  func sortedRows(at end: Int64) -> RelationRows {
    isRanked ? rows(at: end) : rowsByKey(at: end)
  }

  /// The rows at a close in the order of their keys' values.
  func rowsByKey(at end: Int64) -> RelationRows {
    let unsorted = rows(at: end)
    var sorted = RelationRows(keyWords: layout.wordCount)
    unsorted.keys.withUnsafeBufferPointer { keys in
      guard let base = keys.baseAddress else { return }
      let width = unsorted.keyWords
      let places = order.places(of: base, count: unsorted.count, width: width)
      sorted.keys.reserveCapacity(unsorted.keys.count)
      sorted.isUncertain.reserveCapacity(unsorted.count)
      for place in places {
        sorted.append(base + place * width, isUncertain: unsorted.isUncertain[place])
      }
    }
    return sorted
  }

  /// The rows at a close, computed once.
  func rows(at end: Int64) -> RelationRows {
    if let memo, memo.end == end { return memo.rows }
    var rows = RelationRows(keyWords: layout.wordCount)
    switch relation.operation {
    case .keys(let domain): rows = keys(of: domain, at: end)
    case .filter: filter(at: end, into: &rows)
    case .top(_, let count, _, let per): takeTop(count, per, at: end, into: &rows)
    case .join:
      guard let join else { preconditionFailure("a join has its inputs") }
      let leftOut = join.rows(at: end, into: &rows)
      noteUncertain(leftOut, at: end)
    case .collapse(_, let columns): collapse(to: columns, at: end, into: &rows)
    }
    memo = (end, rows)
    return rows
  }

  /// Finds rows of a close by their keys.
  func places(at end: Int64) -> RowPlaces {
    if let places, places.end == end { return places.rows }
    let found = RowPlaces(rows(at: end), layout)
    places = (end, found)
    return found
  }

  private func collapse(to columns: [Int], at end: Int64, into rows: inout RelationRows) {
    guard let input else { return }
    let projection = KeyProjection(
      from: input.layout, columns: columns, to: relation.key.map(\.type))
    let source = input.rows(at: end)
    let found = RowPlaces(keyWords: layout.wordCount, limit: source.count)
    source.forEach { key, isUncertain in
      let place = found.insert(key, through: projection, into: &rows)
      // One certain row is enough.
      rows.isUncertain[place] = rows.isUncertain[place] && isUncertain
    }
  }

  private func keys(of domain: Int, at end: Int64) -> RelationRows {
    var rows = RelationRows(keyWords: layout.wordCount)
    guard let state = graph.windows[domain].lastClosed(by: end) else { return rows }
    rows.keys.reserveCapacity(state.keyCount * rows.keyWords)
    state.forEachKey { rows.append($0, isUncertain: false) }
    return rows
  }

  private func filter(at end: Int64, into rows: inout RelationRows) {
    guard let input, let program else { return }
    let candidates = input.rows(at: end)
    var leftOut: UInt64 = 0
    candidates.keys.withUnsafeBufferPointer { keys in
      guard let base = keys.baseAddress else { return }
      for index in 0..<candidates.count {
        let key = base + index * candidates.keyWords
        let truth = program.test(RowView(key: key, end: end))
        if truth.isTrue {
          rows.append(key, isUncertain: candidates.isUncertain[index] || truth.isUncertain)
        } else if truth.isUncertain {
          leftOut += 1
        }
      }
    }
    noteUncertain(leftOut, at: end)
  }

  func noteUncertain(_ count: UInt64, at end: Int64) {
    guard count > 0 else { return }
    graph.ledger.note(start: end - relation.window.length, end: end, uncertain: count)
  }
}
