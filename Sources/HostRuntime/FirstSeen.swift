import DataModel
import Kernels
import Plan

/// The keys that a DISTINCT has seen in each pane that an open window covers.
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

  /// Keeps the first tuple of each key in the pane that holds the batch, if the key was in none of
  /// the panes before it that a window ending with it covers; `kept` may be `rows`.
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
    if window.isSliding { forgetSeenBefore(window.start(of: batch.times[0]), count: n) }
    var k = 0
    for index in 0..<n {
      let row = kept[index]
      kept[k] = row
      k &+= Int(scratch.fresh[index])
    }
    return (k, table.otherTuples - before)
  }

  /// Clears `fresh` where a key was in an earlier pane of the window that ends with this one.
  private func forgetSeenBefore(_ pane: Int64, count n: Int) {
    let first = pane + window.slide - window.length
    for earlier in open where earlier.start >= first && earlier.start < pane {
      for index in 0..<n where scratch.fresh[index] != 0 {
        let key = scratch.keys + index * packer.layout.wordCount
        if earlier.keys.find(key) != nil { scratch.fresh[index] = 0 }
      }
    }
  }

  private func keys(at time: Int64) -> KeyedTable {
    let start = window.start(of: time)
    if let found = open.last(where: { $0.start == start }) { return found.keys }
    let table = KeyedTable(
      keyWords: packer.layout.wordCount, identity: [0], seed: configuration.seed,
      limit: configuration.limits.keys)
    open.append((start, table))
    return table
  }

  /// Exchanges the keys of open windows with a DISTINCT of the same meaning.
  func exchangeState(with other: FirstSeen) { swap(&open, &other.open) }

  /// Forgets the panes that no open window covers.
  func close(horizon: Int64) { open.removeAll { $0.start + window.length <= horizon } }
}
