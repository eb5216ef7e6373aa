import DataModel
import Kernels
import Plan

/// An output of tuples: one row a tuple that reaches its node.
final class TupleOutput {
  private enum Column {
    case field(FieldID)
    case number(ExpressionProgram, ScalarType)
    case reals(RealColumn)
    case shared(ItemReader)
    case beside(RowExpressionProgram, ScalarType)
  }

  private let index: Int
  private let texts: GraphTexts
  private let columns: [Column]
  private let scratch: BatchScratch

  init(
    _ index: Int, _ output: Output, _ expressions: [TupleColumnExpression],
    _ sources: RowSources, _ relations: [RelationEvaluation], _ scratch: BatchScratch
  ) {
    self.index = index
    texts = sources.texts
    self.scratch = scratch
    columns = zip(expressions, output.schema.columns).map { expression, column in
      switch expression {
      case .field(let id): return .field(id)
      case .number(let number): return .number(ExpressionProgram(number), column.type)
      case .beside(.tuple(.current(let feature, let key))), .current(let feature, let key):
        let group = sources.items[sources.plan.itemFeatures[feature].group]
        let reader = group.reader(of: feature, key: key)
        if let reals = reader.reals { return .reals(reals) }
        if reader.shared != nil { return .shared(reader) }
      case .component, .condition, .beside: break
      }
      return .beside(
        RowExpressionProgram(
          .tuple(expression), layout: KeyLayout(types: []), graph: sources, asking: relations),
        column.type)
    }
  }

  /// The rows that the columns ask for their tuples.
  var rowsInEffect: [RowsInEffect] {
    columns.flatMap { column in
      if case .beside(let program, _) = column { program.rowsInEffect } else { [RowsInEffect]() }
    }
  }

  /// The rows of the tuples `rows[0..<count]`; they hold until the next batch.
  func evaluate(
    _ batch: TupleBatch, rows: UnsafePointer<UInt16>, count: Int
  ) -> TupleRows {
    let computed = columns.map { column -> TupleRows.Column in
      switch column {
      case .field(let id):
        guard let lanes = batch.column(id) else {
          preconditionFailure("the batch has every field that the graph reads: \(id)")
        }
        return .lanes(lanes, id.field.type)
      case .number(let program, let type):
        let result = program.evaluate(batch)
        return .integers(result.values, validity: result.validity, type)
      case .reals(let reals): return .reals(reals)
      case .shared(let reader):
        guard let (places, table) = reader.shared else {
          preconditionFailure("a state that shares values does so for every batch")
        }
        return .shared(places, table)
      case .beside(let program, let type):
        program.prepare(batch, rows: rows, count: count)
        return .estimates(
          (0..<count).map { place in
            let view = RowView(key: scratch.keys, end: 0, tuple: Int(rows[place]))
            let cell = program.evaluate(view)
            return Estimate(
              RowOutput.value(cell, as: type), cell.quality, bound: cell.bound)
          })
      }
    }
    return TupleRows(
      output: index, rows: rows, count: count, times: UnsafePointer(batch.times),
      columns: computed, textsSince: texts.since)
  }
}
