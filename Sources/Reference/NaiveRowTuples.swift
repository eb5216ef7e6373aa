import DataModel
import Plan

// Rows used as tuples.
extension NaiveEvaluator {
  /// Hands rows that are used as tuples on, close by close.
  mutating func advanceRows(until time: Int64) {
    while true {
      var next: (end: Int64, node: Int, rows: RowTuples)?
      for (index, node) in plan.nodes.enumerated() {
        guard case .rows(let rows) = node.operation else { continue }
        let due = closes(of: rows.relation).first { $0 > handedOn[index] ?? .min && $0 <= time }
        if let due, due < next?.end ?? .max { next = (due, index, rows) }
      }
      let tick = ticksDue.values.compactMap { $0.min() }.min() ?? .max
      if tick <= time, tick < next?.end ?? .max {
        emitTicks(at: tick)
        continue
      }
      // What waits with rows is settled behind those of the same end.
      if let wait = nextWait(by: time), wait.end < min(next?.end ?? .max, tick) {
        settle(wait.join, at: wait.node, until: wait.end)
        continue
      }
      guard let next else { return }
      handedOn[next.node] = next.end
      let keys = keys(of: next.rows.relation, at: next.end).map(\.key)
      for key in keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
        var tuple = NaivePacket(record: [], time: next.end - 1, order: rowCount)
        rowCount += 1
        tuple.derived[next.rows.time] = .time(next.end - 1)
        for column in next.rows.columns {
          tuple.derived[column.into] = Self.typed(
            value(column.value, key: key, end: next.end, factor: 1), column.into.field.type)
        }
        run(tuple, from: next.node, mayBeLate: false)
      }
    }
  }
}
