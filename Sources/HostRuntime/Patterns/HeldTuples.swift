import DataModel

/// A tuple in ``HeldTuples``: its place there, and what tells it from later ones of that place.
struct HeldTuple: Hashable {
  let place: Int32
  let serial: UInt64
}

/// Tuples that are kept for later, in columns; a place that one leaves is another's.
final class HeldTuples {
  private struct Column {
    let field: FieldID
    /// Where it goes when the tuple is handed on.
    let target: TupleColumn
    let isWide: Bool
    var lane0: [UInt64] = []
    var lane1: [UInt64] = []
    var validity: [UInt8] = []
  }

  private var columns: [Column]
  /// By place, the tuple that is there; 0 where it is free.
  private var serials: [UInt64] = []
  /// By place, what waits under the same key, and came before it.
  private var before: [HeldTuple?] = []
  private var free: [Int32] = []
  private var serial: UInt64 = 0
  private let made: PanedBatch

  /// Holds these fields, whether a source or a TRANSFORM has them.
  init(fields: Set<FieldID>) {
    made = PanedBatch(fields: fields.filter { $0.derived == nil }.sorted())
    let batch = made.batch
    columns = fields.sorted().map {
      Column(
        field: $0, target: batch.column($0) ?? batch.derivedColumn($0),
        isWide: $0.field.type.laneCount == 2)
    }
  }

  /// Keeps the tuple of this row.
  func hold(_ batch: TupleBatch, _ row: Int) -> HeldTuple {
    let place: Int
    if let old = free.popLast() {
      place = Int(old)
    } else {
      place = serials.count
      serials.append(0)
      before.append(nil)
      for index in columns.indices {
        columns[index].lane0.append(0)
        columns[index].validity.append(0)
        if columns[index].isWide { columns[index].lane1.append(0) }
      }
    }
    for index in columns.indices {
      guard let column = batch.column(columns[index].field) else {
        columns[index].validity[place] = 0
        continue
      }
      columns[index].lane0[place] = column.lane0[row]
      columns[index].validity[place] = column.validity[row]
      if columns[index].isWide { columns[index].lane1[place] = column.lane1[row] }
    }
    serial += 1
    serials[place] = serial
    before[place] = nil
    return HeldTuple(place: Int32(place), serial: serial)
  }

  /// Says which tuple of its key came before.
  func link(_ tuple: HeldTuple, behind other: HeldTuple?) { before[Int(tuple.place)] = other }

  /// The tuple of its key that came before; it may have left.
  func previous(of tuple: HeldTuple) -> HeldTuple? { before[Int(tuple.place)] }

  /// Whether the tuple has not left.
  func isHeld(_ tuple: HeldTuple) -> Bool { serials[Int(tuple.place)] == tuple.serial }

  /// Frees the tuple's place.
  func leave(_ tuple: HeldTuple) {
    serials[Int(tuple.place)] = 0
    free.append(tuple.place)
  }

  /// Hands the tuple on as one of this time; in batches that lie in one pane each.
  func append(
    _ tuple: HeldTuple, at time: Int64, _ window: Window?, _ emit: (TupleBatch) -> Void
  ) {
    let row = made.append(at: time, in: window, emit)
    let place = Int(tuple.place)
    for index in columns.indices {
      let target = columns[index].target
      target.lane0[row] = columns[index].lane0[place]
      target.validity[row] = columns[index].validity[place]
      if columns[index].isWide { target.lane1[row] = columns[index].lane1[place] }
    }
  }

  /// Hands on what there is.
  func flush(_ emit: (TupleBatch) -> Void) { made.flush(emit) }
}
