import DataModel
import Plan

/// Makes tuples of matches: a column for each vertex and time that somebody reads.
final class MatchBatch {
  private enum Source {
    case vertex(Int)
    case start(Int)
    case end(Int)
    /// A field of this place in the store, of an edge's tuple.
    case carried(edge: Int, Int)
    case time
  }

  private let made: PanedBatch
  private let sources: [Source]
  private let vertices: VertexTable
  private let held: TupleStore
  private let layout: KeyLayout
  private let isOfEitherFamily: Bool

  init(
    _ pattern: Pattern, fields: [FieldID], _ vertices: VertexTable, _ held: TupleStore,
    layout: KeyLayout
  ) {
    made = PanedBatch(fields: fields)
    self.held = held
    self.vertices = vertices
    self.layout = layout
    isOfEitherFamily = pattern.source.type == .ip
    sources = fields.map { field in
      for index in pattern.vertices.indices where pattern.column(ofVertex: index) == field {
        return .vertex(index)
      }
      for index in pattern.edges.indices {
        if pattern.column(ofStart: index) == field { return .start(index) }
        if pattern.column(ofEnd: index) == field { return .end(index) }
      }
      for (index, column) in pattern.carried.enumerated()
      where pattern.column(ofCarried: index) == field {
        guard let place = held.fields.firstIndex(of: column.field) else { break }
        return .carried(edge: column.edge, place)
      }
      return .time
    }
  }

  /// Adds a match; hands the batch on where it is full or the match lies in another pane.
  func append(
    _ match: FoundMatch, at time: Int64, _ window: Window?, _ emit: (TupleBatch) -> Void
  ) {
    let row = made.append(at: time, in: window, emit)
    for (column, source) in zip(made.batch.columns, sources) {
      switch source {
      case .vertex(let index): write(match.vertices[index], to: column, row)
      case .start(let edge): write(match.edges[edge].start, to: column, row)
      case .end(let edge): write(match.edges[edge].end, to: column, row)
      case .carried(let edge, let place):
        held.copy(place, of: match.places[edge], to: column, row)
      case .time: write(time, to: column, row)
      }
    }
  }

  private func write(_ time: Int64, to column: TupleColumn, _ row: Int) {
    column.lane0[row] = UInt64(bitPattern: time)
    column.validity[row] = 1
  }

  private func write(_ vertex: UInt32, to column: TupleColumn, _ row: Int) {
    let words = vertices.key(vertex)
    column.validity[row] = isOfEitherFamily ? 4 : 1
    for slot in layout.slots {
      let mask = slot.bits == 64 ? ~UInt64(0) : (UInt64(1) << UInt64(slot.bits)) - 1
      let bits = (words[slot.word] >> UInt64(slot.shift)) & mask
      switch slot.lane {
      case KeyLayout.familyLane: if bits != 0 { column.validity[row] = 6 }
      case 0: column.lane0[row] = bits
      default: column.lane1[row] = bits
      }
    }
  }

  /// Hands on what there is.
  func flush(_ emit: (TupleBatch) -> Void) { made.flush(emit) }
}
