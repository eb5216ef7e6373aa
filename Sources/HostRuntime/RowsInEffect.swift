import DataModel
import Kernels
import Plan

/// What an expression is worth at the rows of a relation, close by close, for tuples to ask.
///
/// A close takes effect the plan's set lag after it, and until the next one does (language.md
/// §3.3), so that the answer does not hang on when the rows were known.
final class RowsInEffect {
  private struct Close {
    let end: Int64
    let keys: KeyedTable
    let values: [RowValue]
  }

  let relation: RelationEvaluation
  private let program: RowExpressionProgram
  private let lag: Int64
  /// How long after a close its rows may be asked.
  private let reach: Int64
  private let seed: UInt64
  private let limit: Int
  private var closes: [Close] = []
  private var known = Int64.min
  private var early: Int64?

  init(
    _ relation: RelationEvaluation, _ expression: RowExpression, graph: RowSources,
    asking relations: [RelationEvaluation]
  ) {
    self.relation = relation
    program = RowExpressionProgram(
      expression, layout: relation.layout, graph: graph, asking: relations)
    let plan = graph.plan
    lag = plan.effectLag
    let longest = plan.aggregations.map(\.window.length).max() ?? 0
    reach = lag + relation.relation.window.length + longest + plan.lateness
    seed = graph.configuration.seed
    limit = graph.configuration.limits.keys
  }

  /// Takes in the rows of a close.
  func learn(end: Int64) {
    let rows = relation.rows(at: end)
    let keys = KeyedTable(
      keyWords: relation.layout.wordCount, identity: [0, 0], seed: seed, limit: limit)
    var values: [RowValue] = []
    values.reserveCapacity(rows.count)
    var slot: UInt32 = 0
    var fresh: UInt8 = 0
    rows.keys.withUnsafeBufferPointer { words in
      guard let base = words.baseAddress else { return }
      for index in 0..<rows.count {
        let key = base + index * rows.keyWords
        keys.locate(keys: key, count: 1, slots: &slot, fresh: &fresh)
        // A relation has no more rows than the table of its domain, which has the same limit.
        keys.entry(Int(slot))[keys.keyWords + 1] = UInt64(index)
        values.append(program.evaluate(RowView(key: key, end: end)))
      }
    }
    closes.append(Close(end: end, keys: keys, values: values))
  }

  /// Every close up to `time` has been learned; what nobody can ask any more is forgotten.
  func settle(until time: Int64) {
    known = time
    guard time != .max else { return }
    closes.removeAll { $0.end + reach <= time }
  }

  /// Exchanges what is known with a question of the same meaning.
  func exchangeState(with other: RowsInEffect) {
    swap(&closes, &other.closes)
    swap(&known, &other.known)
  }

  /// The value at a key for a tuple of this time; nil where there is no row.
  func value(_ key: UnsafePointer<UInt64>, at time: Int64) -> RowValue? {
    let end = relation.relation.window.start(of: time - lag)
    if end > known { early = min(early ?? time, time) }
    guard let close = closes.last(where: { $0.end == end }), let slot = close.keys.find(key)
    else { return nil }
    return close.values[Int(close.keys.entry(slot)[close.keys.keyWords + 1])]
  }

  /// The time of the first tuple since the last call that asked for rows that were not known yet.
  func takeEarly() -> Int64? {
    defer { early = nil }
    return early
  }
}
