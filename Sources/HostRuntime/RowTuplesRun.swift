import DataModel
import Kernels
import Plan

/// Rows of a relation, close by close, as batches of tuples.
final class RowTuplesRun {
  let node: Int
  let relation: RelationEvaluation
  /// The windows over the tuples, which close behind the rows of their own end.
  let windows: [AggregationWindows]
  private let columns: [(program: RowExpressionProgram, into: FieldID)]
  private let time: FieldID
  private let made = PanedBatch()

  init(
    _ node: Int, _ rows: RowTuples, _ relations: [RelationEvaluation], _ sources: RowSources
  ) {
    self.node = node
    relation = relations[rows.relation]
    time = rows.time
    let plan = sources.plan
    windows = plan.aggregations.indices.filter {
      plan.rowsBehindWhichCloses(aggregation: $0) == node
    }.map { sources.windows[$0] }
    let layout = relation.layout
    columns = rows.columns.map { column in
      (
        RowExpressionProgram(column.value, layout: layout, graph: sources, asking: relations),
        column.into
      )
    }
  }

  /// Hands the rows of a close on, in the order of their keys; says whether any is no exact row.
  func push(end: Int64, _ take: (TupleBatch) -> Void) -> Bool {
    let rows = relation.rowsByKey(at: end)
    let targets = columns.map { made.batch.derivedColumn($0.into) }
    let times = made.batch.derivedColumn(time)
    var isApproximate = rows.isUncertain.contains(true)
    rows.keys.withUnsafeBufferPointer { keys in
      guard let base = keys.baseAddress else { return }
      for place in 0..<rows.count {
        let row = made.append(at: end - 1, take)
        let view = RowView(key: base + place * rows.keyWords, end: end)
        for (column, target) in zip(columns, targets) {
          let cell = column.program.evaluate(view)
          if cell.quality != .exact { isApproximate = true }
          let type = column.into.field.type
          target.set(RowOutput.value(cell, as: type), of: type, at: row)
        }
        times.set(.time(end - 1), of: .time, at: row)
      }
    }
    made.flush(take)
    return isApproximate
  }
}

extension HostGraph {
  /// Closes the windows over packets and records that end here; then, relation by relation, hands
  /// on rows as tuples and closes the windows over those.
  func closeInOrder(end: Int64) {
    for windows in sourceWindows where windows.nextEnd == end { close(windows, end: end) }
    guard !rowTuples.isEmpty else { return }
    // Tuples at this end ask for rows of earlier closes only.
    for rows in rowsInEffect { rows.settle(until: end - 1) }
    for run in rowTuples {
      if run.relation.hasRows(at: end) {
        let isApproximate = run.push(end: end) { pushRows($0, at: run.node) }
        if isApproximate { sources.approximate[run.node, default: []].insert(end - 1) }
      }
      for windows in run.windows where windows.nextEnd == end { close(windows, end: end) }
    }
  }
}
