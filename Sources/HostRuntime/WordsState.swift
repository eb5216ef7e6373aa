import DataModel
import Kernels
import Operators
import Plan

/// Accumulator words for each key.
final class WordsState: WindowState {
  private let table: KeyedTable
  private let layout: AccumulatorLayout
  private let program: ReductionProgram
  private let packer: KeyPacker
  private let scratch: BatchScratch
  /// Tuples without room in the panes that were merged.
  private var otherOfPanes: UInt64 = 0

  init(
    _ aggregation: Aggregation, _ layout: AccumulatorLayout, _ scratch: BatchScratch,
    _ configuration: HostConfiguration
  ) {
    self.layout = layout
    self.scratch = scratch
    packer = KeyPacker(key: aggregation.key)
    program = ReductionProgram(layout)
    table = KeyedTable(
      keyWords: packer.layout.wordCount, identity: layout.identity, seed: configuration.seed,
      limit: configuration.keyLimit)
  }

  var keyCount: Int { table.count }
  var otherTuples: UInt64 { table.otherTuples + otherOfPanes }

  func update(_ batch: TupleBatch, rows: UnsafePointer<UInt16>, count: Int) -> Int {
    let n = packer.pack(batch, rows: rows, count: count, kept: scratch.rows, keys: scratch.keys)
    table.locate(keys: scratch.keys, count: n, slots: scratch.slots, fresh: scratch.fresh)
    program.update(table, slots: scratch.slots, batch, rows: scratch.rows, count: n)
    return n
  }

  /// Merges partials: key words, then accumulator words.
  func merge(_ records: UnsafePointer<UInt64>, count: Int, stride: Int) {
    mergeRecords(records, count, stride, into: table, program, scratch)
  }

  func merge(_ pane: any WindowState) {
    guard let pane = pane as? WordsState else { preconditionFailure("panes have one form") }
    mergeTable(pane.table, into: table, program, scratch)
    otherOfPanes += pane.otherTuples
  }

  func close(end: Int64) {}

  func reset() {
    table.removeAll()
    otherOfPanes = 0
  }

  func find(_ key: UnsafePointer<UInt64>) -> Int? { table.find(key) }

  func forEachKey(_ body: (UnsafePointer<UInt64>) -> Void) {
    for slot in 0..<table.capacity where table.isOccupied(slot) { body(table.entry(slot)) }
  }

  /// Calls `body` with the key's words and the accumulator words of every entry, in no order.
  func forEachEntry(_ body: (UnsafePointer<UInt64>, UnsafePointer<UInt64>) -> Void) {
    for slot in 0..<table.capacity where table.isOccupied(slot) {
      let entry = UnsafePointer(table.entry(slot))
      body(entry, entry + table.keyWords)
    }
  }

  func evaluate(_ call: OperatorCall, _ operation: any StreamOperator, entry: Int) -> Estimate {
    operation.evaluate(call, .words(table.entry(entry) + table.keyWords, layout))
  }
}

/// Merges records of key words and accumulator words into a table, a batch's worth at a time.
func mergeRecords(
  _ records: UnsafePointer<UInt64>, _ count: Int, _ stride: Int, into table: KeyedTable,
  _ program: ReductionProgram, _ scratch: BatchScratch
) {
  let words = table.keyWords
  var done = 0
  while done < count {
    let n = min(TupleBatch.capacity, count - done)
    let first = records + done * stride
    for index in 0..<n {
      for word in 0..<words {
        scratch.keys[index &* words &+ word] = first[index &* stride &+ word]
      }
    }
    table.locate(
      keys: scratch.keys, count: n, weights: first + words, weightStride: stride,
      slots: scratch.slots, fresh: scratch.fresh)
    program.merge(
      table, slots: scratch.slots, partials: first + words, stride: stride, count: n)
    done += n
  }
}
