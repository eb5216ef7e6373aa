import DataModel
import Kernels

/// The keys that a DISTINCT has seen in each open window.
final class FirstSeen {
  let window: Window
  private let packer: KeyPacker
  private let scratch: BatchScratch
  private let configuration: HostConfiguration
  private var open: [(start: Int64, keys: KeyedTable)] = []

  init(
    _ key: [KeyComponent], _ window: Window, _ scratch: BatchScratch,
    _ configuration: HostConfiguration
  ) {
    self.window = window
    self.scratch = scratch
    self.configuration = configuration
    packer = KeyPacker(key: key)
  }

  /// Keeps the first tuple of each key in the window that holds the batch; `kept` may be `rows`.
  ///
  /// - Returns: the tuples kept, and those of keys that found no room, which do not pass.
  func filter(
    _ batch: TupleBatch, rows: UnsafePointer<UInt16>, count: Int,
    kept: UnsafeMutablePointer<UInt16>
  ) -> (kept: Int, lost: UInt64) {
    let n = packer.pack(batch, rows: rows, count: count, kept: kept, keys: scratch.keys)
    guard n > 0 else { return (0, 0) }
    let table = keys(at: batch.times[0])
    let before = table.otherTuples
    table.locate(keys: scratch.keys, count: n, slots: scratch.slots, fresh: scratch.fresh)
    var k = 0
    for index in 0..<n {
      let row = kept[index]
      kept[k] = row
      k &+= Int(scratch.fresh[index])
    }
    return (k, table.otherTuples - before)
  }

  private func keys(at time: Int64) -> KeyedTable {
    let start = window.start(of: time)
    if let found = open.last(where: { $0.start == start }) { return found.keys }
    let table = KeyedTable(
      keyWords: packer.layout.wordCount, identity: [0], seed: configuration.seed,
      limit: configuration.keyLimit)
    open.append((start, table))
    return table
  }

  /// Exchanges the keys of open windows with a DISTINCT of the same meaning.
  func exchangeState(with other: FirstSeen) { swap(&open, &other.open) }

  /// Forgets the windows that ended by `horizon`.
  func close(horizon: Int64) { open.removeAll { $0.start + window.length <= horizon } }
}
