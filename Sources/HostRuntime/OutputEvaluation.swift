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
          row.bounds[place] = cell.bound
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

/// An output of tuples: one row a tuple that reaches its node.
final class TupleOutput {
  private enum Column {
    case field(FieldID)
    case number(ExpressionProgram, ScalarType)
    case beside(RowExpressionProgram, ScalarType)
  }

  private let index: Int
  private let columns: [Column]
  private let scratch: BatchScratch

  init(
    _ index: Int, _ output: Output, _ expressions: [TupleColumnExpression],
    _ sources: RowSources, _ relations: [RelationEvaluation], _ scratch: BatchScratch
  ) {
    self.index = index
    self.scratch = scratch
    columns = zip(expressions, output.schema.columns).map { expression, column in
      switch expression {
      case .field(let id): .field(id)
      case .number(let number): .number(ExpressionProgram(number), column.type)
      case .component, .condition, .beside, .current:
        .beside(
          RowExpressionProgram(
            .tuple(expression), layout: KeyLayout(types: []), graph: sources, asking: relations),
          column.type)
      }
    }
  }

  /// The rows that the columns ask for their tuples.
  var rowsInEffect: [RowsInEffect] {
    columns.flatMap { column in
      if case .beside(let program, _) = column { program.rowsInEffect } else { [RowsInEffect]() }
    }
  }

  func emit(
    _ batch: TupleBatch, rows: UnsafePointer<UInt16>, count: Int, _ emit: (Row) -> Void
  ) {
    let computed = columns.map { column -> ComputedColumn? in
      switch column {
      case .field: return nil
      case .number(let program, _): return program.evaluate(batch)
      case .beside(let program, _):
        program.prepare(batch, rows: rows, count: count)
        return nil
      }
    }
    for index in 0..<count {
      let row = Int(rows[index])
      let time = batch.times[row]
      var result = Row(output: self.index, start: time, end: time, values: [])
      result.values = zip(columns, computed).enumerated().map { place, parts -> Value in
        let (column, computed) = parts
        switch column {
        case .field(let id): return Self.value(id, batch, row)
        case .number(_, let type):
          guard let computed, computed.validity[row] != 0 else { return .missing }
          return RowNumber(computed.values[row]).value(as: type)
        case .beside(let program, let type):
          let cell = program.evaluate(RowView(key: scratch.keys, end: 0, tuple: row))
          result.quality = max(result.quality, cell.quality)
          result.bounds[place] = cell.bound
          return RowOutput.value(cell, as: type)
        }
      }
      emit(result)
    }
  }

  private static func value(_ id: FieldID, _ batch: TupleBatch, _ row: Int) -> Value {
    guard let column = batch.column(id) else {
      preconditionFailure("the batch has every field that the graph reads: \(id)")
    }
    let validity = column.validity[row]
    if validity == 0 { return .missing }
    return Value(
      lanes: (column.lane0[row], column.lane1[row]), type: id.field.type, isV6: validity == 6)
  }
}
