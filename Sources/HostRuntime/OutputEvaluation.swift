import DataModel
import Kernels
import Plan

/// An output of rows with its columns compiled.
final class RowOutput {
  let index: Int
  let relation: RelationEvaluation
  private let columns: [RowExpressionProgram]
  private let types: [ScalarType]

  init(
    _ index: Int, _ output: Output, _ relation: RelationEvaluation,
    _ expressions: [RowExpression], graph: RowSources, asking relations: [RelationEvaluation]
  ) {
    self.index = index
    self.relation = relation
    columns = expressions.map {
      RowExpressionProgram($0, layout: relation.layout, graph: graph, asking: relations)
    }
    types = output.schema.columns.map(\.type)
    precondition(types.count == columns.count, "a schema has a column for each expression")
  }

  /// Emits the rows of a close in the order of their keys; `floor` is the window's quality.
  func emit(at end: Int64, floor: Quality, _ rows: (Row) -> Void) {
    let found = relation.sortedRows(at: end)
    let start = end - relation.relation.window.length
    found.keys.withUnsafeBufferPointer { keys in
      guard let base = keys.baseAddress else { return }
      for index in 0..<found.count {
        let view = RowView(key: base + index * found.keyWords, end: end)
        var row = Row(
          output: self.index, start: start, end: end, values: [], quality: floor,
          isUncertain: found.isUncertain[index])
        row.values.reserveCapacity(columns.count)
        for (place, column) in columns.enumerated() {
          let cell = column.evaluate(view)
          row.values.append(Self.value(cell, as: types[place]))
          row.quality = max(row.quality, cell.quality)
          if let bound = cell.bound { row.bounds[place] = bound }
        }
        rows(row)
      }
    }
  }

  static func value(_ cell: RowValue, as type: ScalarType) -> Value {
    guard let number = cell.number, type.isNumeric else { return cell.value }
    return number.value(as: type)
  }
}
