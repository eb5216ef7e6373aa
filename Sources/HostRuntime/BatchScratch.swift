import DataModel

/// Buffers that hold one batch's rows, keys and slots between two loops; one for the whole graph.
final class BatchScratch {
  let rows: UnsafeMutablePointer<UInt16>
  let keys: UnsafeMutablePointer<UInt64>
  let slots: UnsafeMutablePointer<UInt32>
  let fresh: UnsafeMutablePointer<UInt8>

  init(keyWords: Int) {
    rows = .allocate(capacity: TupleBatch.capacity)
    keys = .allocate(capacity: TupleBatch.capacity * max(keyWords, 1))
    slots = .allocate(capacity: TupleBatch.capacity)
    fresh = .allocate(capacity: TupleBatch.capacity)
  }

  deinit {
    rows.deallocate()
    keys.deallocate()
    slots.deallocate()
    fresh.deallocate()
  }
}
