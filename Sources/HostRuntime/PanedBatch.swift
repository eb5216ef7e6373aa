import DataModel

/// Tuples that a node makes itself, numbered in their order, in batches that lie in one pane each.
final class PanedBatch {
  /// The tuples that have not been handed on.
  let batch: TupleBatch
  /// The number of the next tuple.
  var order: UInt64 = 0
  private var pane = Int64.min

  /// Room for tuples of these fields.
  init(fields: [FieldID] = []) { batch = TupleBatch(fields: fields) }

  /// The row of a further tuple of this time, whose columns the caller writes; hands on what there
  /// is where the batch is full or the tuple lies in another pane of `window`.
  func append(
    at time: Int64, in window: Window? = nil, _ emit: (TupleBatch) -> Void
  ) -> Int {
    let own = window?.start(of: time) ?? 0
    if batch.count == TupleBatch.capacity || own != pane { flush(emit) }
    pane = own
    let row = batch.count
    batch.times[row] = time
    batch.orders[row] = order
    order &+= 1
    batch.count = row + 1
    return row
  }

  /// Hands on what there is.
  func flush(_ emit: (TupleBatch) -> Void) {
    guard batch.count > 0 else { return }
    batch.selectAll()
    emit(batch)
    batch.count = 0
  }
}
