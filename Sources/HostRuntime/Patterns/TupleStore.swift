import DataModel

/// Fields of tuples that are kept for later, in columns; a place that one leaves is another's.
final class TupleStore {
  /// A field of the tuples, by place.
  struct Column {
    fileprivate let isWide: Bool
    fileprivate(set) var lane0: UnsafeMutablePointer<UInt64>
    fileprivate var lane1: UnsafeMutablePointer<UInt64>
    fileprivate(set) var validity: UnsafeMutablePointer<UInt8>
  }

  /// The fields, whether a source or a TRANSFORM has them.
  let fields: [FieldID]
  /// A column for each field, as long as the store lives; their memory moves when places are added.
  let columns: UnsafeMutablePointer<Column>
  private var free: [Int32] = []
  private var places: Int32 = 0
  private var capacity = 64

  init(fields: [FieldID]) {
    self.fields = fields
    columns = .allocate(capacity: max(1, fields.count))
    for (index, field) in fields.enumerated() {
      (columns + index).initialize(to: Self.column(field.field.type.laneCount == 2, capacity))
    }
  }

  deinit {
    for index in fields.indices { Self.deallocate(columns[index]) }
    columns.deallocate()
  }

  private static func column(_ isWide: Bool, _ capacity: Int) -> Column {
    let lane0 = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity)
    return Column(
      isWide: isWide, lane0: lane0, lane1: isWide ? .allocate(capacity: capacity) : lane0,
      validity: .allocate(capacity: capacity))
  }

  private static func deallocate(_ column: Column) {
    column.lane0.deallocate()
    if column.isWide { column.lane1.deallocate() }
    column.validity.deallocate()
  }

  /// The columns of a batch, which ``hold(_:_:)`` reads; nil where it has not a field.
  func columns(of batch: TupleBatch) -> [TupleColumn?] { fields.map { batch.column($0) } }

  /// Keeps the tuple of this row; the place where it is.
  func hold(_ sources: [TupleColumn?], _ row: Int) -> Int32 {
    let place = free.popLast() ?? addPlace()
    for index in fields.indices {
      let column = columns[index]
      guard let source = sources[index] else {
        column.lane0[Int(place)] = 0
        column.validity[Int(place)] = 0
        continue
      }
      column.lane0[Int(place)] = source.lane0[row]
      column.validity[Int(place)] = source.validity[row]
      if column.isWide { column.lane1[Int(place)] = source.lane1[row] }
    }
    return place
  }

  private func addPlace() -> Int32 {
    if Int(places) == capacity { grow() }
    places += 1
    return places - 1
  }

  private func grow() {
    for index in fields.indices {
      let old = columns[index]
      let larger = Self.column(old.isWide, 2 * capacity)
      larger.lane0.update(from: old.lane0, count: capacity)
      if old.isWide { larger.lane1.update(from: old.lane1, count: capacity) }
      larger.validity.update(from: old.validity, count: capacity)
      Self.deallocate(old)
      columns[index] = larger
    }
    capacity *= 2
  }

  /// Frees a place.
  func leave(_ place: Int32) { free.append(place) }

  /// Writes a field of the tuple at this place to a row of a column.
  func copy(_ index: Int, of place: Int32, to target: TupleColumn, _ row: Int) {
    let column = columns[index]
    target.lane0[row] = column.lane0[Int(place)]
    target.validity[row] = column.validity[Int(place)]
    if column.isWide { target.lane1[row] = column.lane1[Int(place)] }
  }
}
