import DataModel
import Kernels
import Plan

/// The rows of every key's table (COLLAPSE): which row a tuple is, numbered within its key.
final class TableMembers {
  private let packer: KeyPacker
  private let table: KeyedTable
  private let most: Int32
  /// Rows of each key so far.
  private var counts: [Int32] = []
  private let rows: UnsafeMutablePointer<UInt16>
  private let keys: UnsafeMutablePointer<UInt64>
  private let slots: UnsafeMutablePointer<UInt32>
  private let fresh: UnsafeMutablePointer<UInt8>
  private var refused: UInt64 = 0

  init(_ group: ItemGroup, _ configuration: HostConfiguration) {
    packer = KeyPacker(key: group.key + group.latest)
    table = KeyedTable(
      keyWords: packer.layout.wordCount, identity: [0, 0], seed: configuration.seed,
      limit: configuration.limits.keys)
    most = Int32(clamping: group.states.map(\.items).max() ?? 0)
    let n = TupleBatch.capacity
    rows = .allocate(capacity: n)
    keys = .allocate(capacity: n * max(1, packer.layout.wordCount))
    slots = .allocate(capacity: n)
    fresh = .allocate(capacity: n)
  }

  deinit {
    rows.deallocate()
    keys.deallocate()
    slots.deallocate()
    fresh.deallocate()
  }

  /// Tuples of rows that found no room.
  var withoutRoom: UInt64 { table.otherTuples + refused }

  /// Finds the rows of the tuples; those that have both keys are left.
  func prepare(
    _ batch: TupleBatch, rows passed: UnsafePointer<UInt16>, count: Int
  ) -> (rows: UnsafePointer<UInt16>, count: Int) {
    let n = packer.pack(batch, rows: passed, count: count, kept: rows, keys: keys)
    if n > 0 { table.locate(keys: keys, count: n, slots: slots, fresh: fresh) }
    return (UnsafePointer(rows), n)
  }

  /// The place of a prepared tuple among its key's rows; nil beyond the limits.
  func place(_ index: Int, of key: Int32) -> Int32? {
    guard Int(slots[index]) != table.otherSlot else { return nil }
    while counts.count <= Int(key) { counts.append(0) }
    let entry = table.entry(Int(slots[index])) + table.keyWords
    if entry[1] == 0 {
      guard counts[Int(key)] < most else {
        refused += 1
        return nil
      }
      counts[Int(key)] += 1
      entry[1] = UInt64(counts[Int(key)])
    }
    return Int32(truncatingIfNeeded: entry[1]) - 1
  }
}

extension AccumulatorLayout {
  /// Whether a reduction is of real numbers.
  var hasReals: Bool {
    reductions.contains { if case .reals = $0 { true } else { false } }
  }
}
