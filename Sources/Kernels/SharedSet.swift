import CRuntimeBPF

/// The host's pen for a membership set that lies in the data path's `.bss` (`sal/set.h`): keys and
/// the spans of ticks in which they hold. The program reads while the host writes.
public enum SharedSet {
  /// Enters keys, `keyWords` words each, as members from `from` until `until`. Slots whose spans
  /// ended before `now` may be taken over. Returns the number of keys that found no room.
  public static func insert(
    _ words: UnsafeBufferPointer<UInt64>, keyWords: Int, from: Int64, until: Int64, now: Int64,
    seed: UInt64, into set: UnsafeMutableRawBufferPointer, slots: Int
  ) -> UInt64 {
    let bytes = slots * (keyWords + SAL_SET_SPAN) * 8
    precondition(set.count >= bytes && slots & (slots - 1) == 0, "the set is as large as emitted")
    guard let base = set.baseAddress, let keys = words.baseAddress, keyWords > 0 else { return 0 }
    let table = base.assumingMemoryBound(to: UInt64.self)
    let log2 = UInt32(slots.trailingZeroBitCount)
    var refused: UInt64 = 0
    for first in stride(from: 0, to: words.count, by: keyWords) {
      let key = keys + first
      let hash = sal_hash(seed, key, UInt32(keyWords))
      let result = sal_set_insert(
        table, log2, UInt32(keyWords), hash, key, tick(from), tick(until), tick(now))
      if result != 0 { refused &+= 1 }
    }
    return refused
  }

  private static func tick(_ time: Int64) -> UInt64 { UInt64(max(0, time)) }
}
