import DataModel
import Kernels
import Operators
import Plan

/// The distinct items of each key.
final class DistinctState: WindowState {
  private let table: DistinctTable
  /// Packs key, items and the bit for missing ones: what is hashed, and what pairs consist of.
  private let packer: KeyPacker
  private let projection: KeyProjection
  private let missingBit: KeyLayout.Slot
  private let scratch: BatchScratch
  private let seed: UInt64
  private let keyWords: UnsafeMutablePointer<UInt64>
  private let missing: UnsafeMutablePointer<UInt8>
  /// Tuples without room in the panes that were merged.
  private var otherOfPanes: UInt64 = 0

  init(
    _ aggregation: Aggregation, items: [KeyComponent], precision: Int, _ scratch: BatchScratch,
    _ configuration: HostConfiguration
  ) {
    self.scratch = scratch
    seed = configuration.seed
    packer = KeyPacker(key: aggregation.key, items: items)
    projection = KeyProjection(
      from: packer.layout, columns: Array(0..<aggregation.key.count),
      to: aggregation.key.map(\.type))
    let last = aggregation.key.count + items.count
    guard let bit = packer.layout.slots.first(where: { $0.component == last }) else {
      preconditionFailure("a table of items has a bit for missing ones")
    }
    missingBit = bit
    table = DistinctTable(
      keyWords: projection.layout.wordCount, precision: precision,
      exactItems: CountDistinct.exactItems, seed: seed, keyLimit: configuration.limits.keys,
      byteLimit: configuration.limits.distinctBytes)
    keyWords = .allocate(capacity: TupleBatch.capacity * max(projection.layout.wordCount, 1))
    missing = .allocate(capacity: TupleBatch.capacity)
  }

  deinit {
    keyWords.deallocate()
    missing.deallocate()
  }

  var keyCount: Int { table.keys.count }
  var usage: StateUsage { StateUsage(entries: table.keys.count, bytes: table.byteCount) }
  var otherTuples: UInt64 { table.keys.otherTuples + table.lostTuples + otherOfPanes }

  func update(_ batch: TupleBatch, rows: UnsafePointer<UInt16>, count: Int) -> Int {
    let n = packer.pack(batch, rows: rows, count: count, kept: scratch.rows, keys: scratch.keys)
    fold(scratch.keys, n)
    return n
  }

  /// Merges pairs: words of the table layout, tightly.
  func mergePairs(_ records: UnsafePointer<UInt64>, count: Int) {
    let words = packer.layout.wordCount
    var done = 0
    while done < count {
      let n = min(TupleBatch.capacity, count - done)
      fold(records + done * words, n)
      done += n
    }
  }

  /// Merges the registers of a global count.
  func mergeRegisters(_ registers: UnsafePointer<UInt8>, precision: Int, tuples: UInt64) {
    precondition(precision == table.precision, "both sides have the plan's precision")
    precondition(table.keys.keyWords == 0, "only global counts have registers in the data path")
    var tuples = tuples
    table.keys.locate(
      keys: keyWords, count: 1, weights: &tuples, slots: scratch.slots, fresh: scratch.fresh)
    table.merge(slot: Int(scratch.slots[0]), registers: registers)
  }

  private func fold(_ items: UnsafePointer<UInt64>, _ n: Int) {
    let words = packer.layout.wordCount
    let width = projection.layout.wordCount
    for index in 0..<n {
      let item = items + index * words
      projection.project(item, into: keyWords + index * width)
      missing[index] = UInt8(
        truncatingIfNeeded: (item[missingBit.word] >> UInt64(missingBit.shift)) & 1)
    }
    table.keys.locate(keys: keyWords, count: n, slots: scratch.slots, fresh: scratch.fresh)
    table.add(
      slots: scratch.slots, missing: missing, items: items, words: words, seed: seed, count: n)
  }

  func merge(_ pane: any WindowState) {
    guard let pane = pane as? DistinctState else { preconditionFailure("panes have one form") }
    table.merge(pane.table)
    otherOfPanes += pane.otherTuples
  }

  func close(end: Int64) {}

  func reset() {
    table.removeAll()
    otherOfPanes = 0
  }

  func find(_ key: UnsafePointer<UInt64>) -> Int? { table.keys.find(key) }

  func forEachKey(_ body: (UnsafePointer<UInt64>) -> Void) {
    let keys = table.keys
    for slot in 0..<keys.capacity where keys.isOccupied(slot) { body(keys.entry(slot)) }
  }

  func evaluate(_ call: OperatorCall, _ operation: any StreamOperator, entry: Int) -> Estimate {
    let (items, isExact) = table.estimate(slot: entry)
    return operation.evaluate(
      call, .distinct(estimate: items, isExact: isExact, precision: table.precision))
  }
}
