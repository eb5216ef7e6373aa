import DataModel
import Kernels

/// State whose entries are accumulator words in one table, found by packed keys.
protocol TableState: WindowState {
  /// The entries.
  var table: KeyedTable { get }
  /// Packs the table's keys.
  var packer: KeyPacker { get }
  /// Folds tuples and partials into entries.
  var program: ReductionProgram { get }
  /// Room for a batch's keys and slots, which the states of a graph share.
  var scratch: BatchScratch { get }
  /// Tuples without room in the panes that were merged.
  var otherOfPanes: UInt64 { get set }
}

extension TableState {
  var usage: StateUsage { StateUsage(entries: table.count) }
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
    guard let pane = pane as? Self else { preconditionFailure("panes have one form") }
    mergeTable(pane.table, into: table, program, scratch)
    otherOfPanes += pane.otherTuples
  }
}
