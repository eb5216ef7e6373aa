/// A set of keys that change with time: a member holds from the tick at which its window's set
/// takes effect until the next does, and `within` longer where the question says so.
///
/// The same answers as the data path's set in `.bss` (`sal/set.h`): a member of window i at time
/// t means `from ≤ t < until + within`, `from` being the window's close plus the set's lag and
/// `until` one window later (language.md §3.3).
public final class IntervalSet {
  /// 64-bit words of a key.
  public let keyWords: Int
  /// The longest `within` that any question asks, nanoseconds; older intervals are forgotten.
  public let longestWithin: Int64
  /// Keys that found no room since the last ``takeOverflow()``.
  private var overflow: UInt64 = 0

  private struct Interval {
    var from: Int64
    var until: Int64
  }

  private var table: KeyedTable
  private var intervals: [[Interval]] = []
  private var liveAtRebuild = 0
  private let seed: UInt64
  private let limit: Int
  private var slot: UInt32 = 0
  private var fresh: UInt8 = 0

  /// An empty set of keys of so many words; at most `limit` keys at a time.
  public init(keyWords: Int, longestWithin: Int64, seed: UInt64, limit: Int) {
    self.keyWords = keyWords
    self.longestWithin = longestWithin
    self.seed = seed
    self.limit = limit
    table = Self.makeTable(keyWords, seed, limit)
  }

  private static func makeTable(_ keyWords: Int, _ seed: UInt64, _ limit: Int) -> KeyedTable {
    KeyedTable(keyWords: keyWords, identity: [0, 0], seed: seed, limit: limit)
  }

  /// Makes the key a member from `from` until `until`; windows come in order of time.
  public func insert(_ key: UnsafePointer<UInt64>, from: Int64, until: Int64) {
    if table.count > 1024 + 2 * liveAtRebuild || table.count == limit { forget(before: from) }
    table.locate(keys: key, count: 1, slots: &slot, fresh: &fresh)
    guard Int(slot) != table.otherSlot else {
      overflow += 1
      return
    }
    let entry = table.entry(Int(slot)) + keyWords
    if fresh != 0 {
      entry[1] = UInt64(intervals.count)
      intervals.append([])
    }
    let index = Int(entry[1])
    if let last = intervals[index].last, last.until == from {
      intervals[index][intervals[index].count - 1].until = until
    } else {
      intervals[index].append(Interval(from: from, until: until))
    }
  }

  /// Whether the key is a member at `time`, or was within the last `within` nanoseconds.
  public func contains(_ key: UnsafePointer<UInt64>, at time: Int64, within: Int64) -> Bool {
    guard let slot = table.find(key) else { return false }
    // The latest interval that began lasts longest: windows of one set are of one length.
    for interval in intervals[Int(table.entry(slot)[keyWords + 1])].reversed()
    where interval.from <= time {
      return time < interval.until.addingReportingOverflow(within).partialValue
    }
    return false
  }

  /// Exchanges members with another set of keys of the same words under the same seed.
  public func exchangeMembers(with other: IntervalSet) {
    precondition(keyWords == other.keyWords && seed == other.seed, "keys of one kind")
    swap(&table, &other.table)
    swap(&intervals, &other.intervals)
    swap(&liveAtRebuild, &other.liveAtRebuild)
  }

  /// Keys that found no room since the last call.
  public func takeOverflow() -> UInt64 {
    defer { overflow = 0 }
    return overflow
  }

  /// Drops what no tuple can ask for any more: intervals that ended a `longestWithin` and a
  /// window's grace before `time`.
  private func forget(before time: Int64) {
    forget { $0.until + longestWithin + ($0.until - $0.from) <= time }
  }

  /// Drops members that ended a ``longestWithin`` before `time`, so that what their keys are made
  /// of may mean something else.
  public func forget(endedBy time: Int64) { forget { $0.until + longestWithin <= time } }

  private func forget(_ isOver: (Interval) -> Bool) {
    let kept = Self.makeTable(keyWords, seed, limit)
    var remaining: [[Interval]] = []
    for slot in 0..<table.capacity where table.isOccupied(slot) {
      let entry = table.entry(slot)
      let alive = intervals[Int(entry[keyWords + 1])].filter { !isOver($0) }
      if alive.isEmpty { continue }
      var place: UInt32 = 0
      kept.locate(keys: entry, count: 1, slots: &place, fresh: &fresh)
      kept.entry(Int(place))[keyWords + 1] = UInt64(remaining.count)
      remaining.append(alive)
    }
    table = kept
    intervals = remaining
    liveAtRebuild = kept.count
  }
}
