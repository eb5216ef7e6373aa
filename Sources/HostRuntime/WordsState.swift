import DataModel
import Kernels
import Operators
import Plan

/// Accumulator words for each key.
final class WordsState: TableState {
  let table: KeyedTable
  private let layout: AccumulatorLayout
  let program: ReductionProgram
  let packer: KeyPacker
  let scratch: BatchScratch
  var otherOfPanes: UInt64 = 0

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
      limit: configuration.limits.keys)
  }

  var keyCount: Int { table.count }

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

  func words(
    of reduction: Reduction, at keys: UnsafePointer<UInt64>, count: Int, absent: Int64
  ) -> [Int64]? {
    layout.offset(of: reduction).map {
      table.words(table.keyWords + $0, of: keys, count: count, absent: absent)
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
