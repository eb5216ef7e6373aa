import DataModel
import Kernels

/// Folds a table's entries into another of the same key and layout: panes into their window.
///
/// Where the other may have no room for all, they come in the order of their words, so that the
/// keys that find room do not hang on where the entries lie.
/// - Cost: a lookup and a merge for each key; entries are gathered a batch at a time, because free
///   slots lie between them.
func mergeTable(
  _ from: KeyedTable, into table: KeyedTable, _ program: ReductionProgram, _ scratch: BatchScratch
) {
  let stride = from.stride
  let batch = TupleBatch.capacity
  withUnsafeTemporaryAllocation(of: UInt64.self, capacity: batch * stride) { records in
    guard let base = records.baseAddress else { return }
    var count = 0
    func take(_ slot: Int) {
      (base + count * stride).update(from: from.entry(slot), count: stride)
      count += 1
      guard count == batch else { return }
      mergeRecords(base, count, stride, into: table, program, scratch)
      count = 0
    }
    if from.count <= table.limit - table.count {
      for slot in 0..<from.capacity where from.isOccupied(slot) { take(slot) }
    } else {
      for slot in from.slotsByKey() { take(slot) }
    }
    mergeRecords(base, count, stride, into: table, program, scratch)
  }
}
