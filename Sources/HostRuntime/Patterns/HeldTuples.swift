import DataModel

/// A tuple in ``HeldTuples``: its place there, and what tells it from later ones of that place.
struct HeldTuple: Hashable {
  let place: Int32
  let serial: UInt64
}

/// Tuples that are kept for later; a place that one leaves is another's.
final class HeldTuples {
  private let store: TupleStore
  /// By field of the store, where it goes when the tuple is handed on.
  private let targets: [TupleColumn]
  /// By place, the tuple that is there; 0 where it is free.
  private var serials: [UInt64] = []
  /// By place, what waits under the same key, and came before it.
  private var before: [HeldTuple?] = []
  private var serial: UInt64 = 0
  private let made: PanedBatch

  /// Holds these fields, whether a source or a TRANSFORM has them.
  init(fields: Set<FieldID>) {
    made = PanedBatch(fields: fields.filter { $0.derived == nil }.sorted())
    let batch = made.batch
    let store = TupleStore(fields: fields.sorted())
    targets = store.fields.map { batch.column($0) ?? batch.derivedColumn($0) }
    self.store = store
  }

  /// The columns of a batch that ``hold(_:_:)`` reads.
  func columns(of batch: TupleBatch) -> [TupleColumn?] { store.columns(of: batch) }

  /// Keeps the tuple of this row.
  func hold(_ columns: [TupleColumn?], _ row: Int) -> HeldTuple {
    let place = Int(store.hold(columns, row))
    if place == serials.count {
      serials.append(0)
      before.append(nil)
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
    store.leave(tuple.place)
  }

  /// Hands the tuple on as one of this time; in batches that lie in one pane each.
  func append(
    _ tuple: HeldTuple, at time: Int64, _ window: Window?, _ emit: (TupleBatch) -> Void
  ) {
    let row = made.append(at: time, in: window, emit)
    for index in targets.indices { store.copy(index, of: tuple.place, to: targets[index], row) }
  }

  /// Hands on what there is.
  func flush(_ emit: (TupleBatch) -> Void) { made.flush(emit) }
}
