import DataModel

/// Fields of tuples that are kept for later, in columns; a place that one leaves is another's.
final class TupleStore {
  private struct Column {
    let isWide: Bool
    var lane0: [UInt64] = []
    var lane1: [UInt64] = []
    var validity: [UInt8] = []
  }

  /// The fields, whether a source or a TRANSFORM has them.
  let fields: [FieldID]
  private var columns: [Column]
  private var free: [Int32] = []
  private var places: Int32 = 0

  init(fields: [FieldID]) {
    self.fields = fields
    columns = fields.map { Column(isWide: $0.field.type.laneCount == 2) }
  }

  /// The columns of a batch, which ``hold(_:_:)`` reads; nil where it has not a field.
  func columns(of batch: TupleBatch) -> [TupleColumn?] { fields.map { batch.column($0) } }

  /// Keeps the tuple of this row; the place where it is.
  func hold(_ sources: [TupleColumn?], _ row: Int) -> Int32 {
    let place = free.popLast() ?? addPlace()
    for index in columns.indices {
      guard let source = sources[index] else {
        columns[index].validity[Int(place)] = 0
        continue
      }
      columns[index].lane0[Int(place)] = source.lane0[row]
      columns[index].validity[Int(place)] = source.validity[row]
      if columns[index].isWide { columns[index].lane1[Int(place)] = source.lane1[row] }
    }
    return place
  }

  private func addPlace() -> Int32 {
    for index in columns.indices {
      columns[index].lane0.append(0)
      columns[index].validity.append(0)
      if columns[index].isWide { columns[index].lane1.append(0) }
    }
    places += 1
    return places - 1
  }

  /// Frees a place.
  func leave(_ place: Int32) { free.append(place) }

  /// Writes a field of the tuple at this place to a row of a column.
  func copy(_ index: Int, of place: Int32, to target: TupleColumn, _ row: Int) {
    target.lane0[row] = columns[index].lane0[Int(place)]
    target.validity[row] = columns[index].validity[Int(place)]
    if columns[index].isWide { target.lane1[row] = columns[index].lane1[Int(place)] }
  }
}
