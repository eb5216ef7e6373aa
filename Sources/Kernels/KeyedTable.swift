import CRuntimeBPF
import DataModel

/// An open-addressing table: entries of key words and accumulator words in one flat buffer.
///
/// The first accumulator word counts tuples and is 0 in a free entry, as in the data path. The
/// table grows up to a declared number of keys; tuples of further keys go to one more entry
/// behind the last, ``otherSlot``, so that every update and merge loop treats them alike.
/// - Cost: one cache miss a lookup, overlapped over the batch by prefetching.
public final class KeyedTable {
  /// 64-bit words of a key.
  public let keyWords: Int
  /// 64-bit words of state behind the key.
  public let accumulatorWords: Int
  /// Words from one entry to the next.
  public let stride: Int
  /// The most keys.
  public let limit: Int
  /// Keys in the table.
  public private(set) var count = 0
  /// Slots, a power of two, without ``otherSlot``.
  public private(set) var capacity: Int
  /// All entries.
  public private(set) var entries: UnsafeMutablePointer<UInt64>

  private let seed: UInt64
  private let identity: UnsafeMutablePointer<UInt64>
  private let hashes: UnsafeMutablePointer<UInt64>

  /// Where ``find(_:)`` found the last key; the key there is compared.
  private var found = 0

  private static let leastCapacity = 64

  /// An empty table; `identity` is the state of a key without tuples, and starts with 0.
  public init(keyWords: Int, identity: [UInt64], seed: UInt64, limit: Int) {
    precondition(identity.first == 0, "the first accumulator word counts tuples")
    precondition(limit > 0 && limit <= 1 << 30, "slots are indexed by 32 bits")
    self.keyWords = keyWords
    self.seed = seed
    self.limit = limit
    accumulatorWords = identity.count
    stride = keyWords + identity.count
    self.identity = .allocate(capacity: identity.count)
    for (index, word) in identity.enumerated() { self.identity[index] = word }
    hashes = .allocate(capacity: TupleBatch.capacity)
    capacity = Self.leastCapacity
    entries = EntryMemory.allocate(words: (capacity + 1) * stride)
    resetEntries()
  }

  deinit {
    entries.deallocate()
    identity.deallocate()
    hashes.deallocate()
  }

  /// The slot of the remainder: tuples of keys beyond ``limit``.
  public var otherSlot: Int { capacity }

  /// Tuples in the remainder.
  public var otherTuples: UInt64 { entries[capacity * stride + keyWords] }

  /// The first word of an entry.
  public func entry(_ slot: Int) -> UnsafeMutablePointer<UInt64> { entries + slot * stride }

  /// Whether the slot holds a key.
  public func isOccupied(_ slot: Int) -> Bool { entries[slot * stride + keyWords] != 0 }

  /// The slots that hold keys, in the order of the keys' words.
  public func slotsByKey() -> [Int] {
    (0..<capacity).filter { isOccupied($0) }.sorted { a, b in
      for word in 0..<keyWords where entry(a)[word] != entry(b)[word] {
        return entry(a)[word] < entry(b)[word]
      }
      return false
    }
  }

  /// Bytes that the table holds.
  public var byteCount: Int { (capacity + 1) * stride * 8 }

  /// Forgets all keys; a table much larger than its keys needed gives memory back.
  public func removeAll() {
    if capacity > 4096 && count * 16 < capacity {
      entries.deallocate()
      capacity = Self.slots(for: min(count * 2 + TupleBatch.capacity, limit))
      entries = EntryMemory.allocate(words: (capacity + 1) * stride)
    }
    resetEntries()
  }

  /// The slot of a key, or nil.
  public func find(_ key: UnsafePointer<UInt64>) -> Int? {
    let shape = AnyWidthKey(words: keyWords)
    // Every feature of a row asks for the row's key.
    if found < capacity, isOccupied(found), shape.equal(entry(found), key) { return found }
    var slot = Int(truncatingIfNeeded: shape.hash(seed, key)) & (capacity - 1)
    while entries[slot * stride + keyWords] != 0 {
      if shape.equal(entries + slot * stride, key) {
        found = slot
        return slot
      }
      slot = (slot + 1) & (capacity - 1)
    }
    return nil
  }

  /// Word `word` of the entries of keys one behind the other; `absent` for those not in the table.
  public func words(
    _ word: Int, of keys: UnsafePointer<UInt64>, count n: Int, absent: Int64
  ) -> [Int64] {
    switch keyWords {
    case 1: words(OneWordKey(), word, keys, n, absent)
    case 2: words(TwoWordKey(), word, keys, n, absent)
    case 3: words(ThreeWordKey(), word, keys, n, absent)
    default: words(AnyWidthKey(words: keyWords), word, keys, n, absent)
    }
  }

  @inline(__always)
  private func words<Shape: KeyShape>(
    _ shape: Shape, _ word: Int, _ keys: UnsafePointer<UInt64>, _ n: Int, _ absent: Int64
  ) -> [Int64] {
    let (base, stride, mask) = (UnsafePointer(entries), stride, capacity - 1)
    let width = max(shape.words, 1)
    func home(_ index: Int) -> Int {
      Int(truncatingIfNeeded: shape.hash(seed, keys + index &* width)) & mask
    }
    return [Int64](unsafeUninitializedCapacity: n) { found, count in
      for index in 0..<n {
        sal_prefetch(base + home(min(index &+ 16, n &- 1)) &* stride)
        let key = keys + index &* width
        var slot = home(index)
        var value = absent
        while base[slot &* stride &+ shape.words] != 0 {
          if shape.equal(base + slot &* stride, key) {
            value = Int64(bitPattern: base[slot &* stride &+ word])
            break
          }
          slot = (slot &+ 1) & mask
        }
        found[index] = value
      }
      count = n
    }
  }

  /// Finds or inserts each of `n` keys and adds its tuples (1 where `weights` is nil).
  ///
  /// - Parameters:
  ///   - keys: `n` keys of ``keyWords`` words, one behind the other; at most a batch's capacity.
  ///   - weights: tuples of each record, at least 1, `weightStride` words apart.
  ///   - slots: set to each key's slot; ``otherSlot`` where the table is full.
  ///   - fresh: set to 1 where the key was not in the table before this very record.
  public func locate(
    keys: UnsafePointer<UInt64>, count n: Int, weights: UnsafePointer<UInt64>? = nil,
    weightStride: Int = 1, slots: UnsafeMutablePointer<UInt32>, fresh: UnsafeMutablePointer<UInt8>
  ) {
    precondition(n <= TupleBatch.capacity, "keys come a batch at a time")
    reserve(count + n)
    switch keyWords {
    case 1: locate(OneWordKey(), keys, n, weights, weightStride, slots, fresh)
    case 2: locate(TwoWordKey(), keys, n, weights, weightStride, slots, fresh)
    case 3: locate(ThreeWordKey(), keys, n, weights, weightStride, slots, fresh)
    default:
      locate(AnyWidthKey(words: keyWords), keys, n, weights, weightStride, slots, fresh)
    }
  }

  @inline(__always)
  private func locate<Shape: KeyShape>(
    _ shape: Shape, _ keys: UnsafePointer<UInt64>, _ n: Int, _ weights: UnsafePointer<UInt64>?,
    _ weightStride: Int, _ slots: UnsafeMutablePointer<UInt32>, _ fresh: UnsafeMutablePointer<UInt8>
  ) {
    let words = shape.words
    let stride = self.stride
    let base = entries
    let mask = capacity - 1
    let hashes = self.hashes
    let seed = self.seed
    var keyCount = count
    for index in 0..<n { hashes[index] = shape.hash(seed, keys + index &* words) }
    let ahead = 32
    for index in 0..<min(ahead, n) {
      sal_prefetch(base + (Int(truncatingIfNeeded: hashes[index]) & mask) &* stride)
    }
    for index in 0..<n {
      let later = Int(truncatingIfNeeded: hashes[min(index &+ ahead, n &- 1)]) & mask
      sal_prefetch(base + later &* stride)
      let key = keys + index &* words
      var slot = Int(truncatingIfNeeded: hashes[index]) & mask
      var isFresh = false
      while true {
        let entry = base + slot &* stride
        if entry[words] == 0 {
          if keyCount < limit {
            insert(key, words, entry)
            keyCount &+= 1
            isFresh = true
          } else {
            slot = mask &+ 1
          }
          break
        }
        if shape.equal(entry, key) { break }
        slot = (slot &+ 1) & mask
      }
      fresh[index] = unsafeBitCast(isFresh, to: UInt8.self)
      slots[index] = UInt32(truncatingIfNeeded: slot)
      // Counts below 2^63 by any clock: one tuple a nanosecond for 292 years.
      base[slot &* stride &+ words] &+= weights.map { $0[index &* weightStride] } ?? 1
    }
    count = keyCount
  }

  @inline(__always)
  private func insert(
    _ key: UnsafePointer<UInt64>, _ words: Int, _ entry: UnsafeMutablePointer<UInt64>
  ) {
    for word in 0..<words { entry[word] = key[word] }
    for word in 0..<accumulatorWords { entry[words &+ word] = identity[word] }
  }

  /// Makes room for `keys` keys at a load of one half at most.
  private func reserve(_ keys: Int) {
    let needed = Self.slots(for: min(keys, limit))
    guard needed > capacity else { return }
    let old = entries
    let oldCapacity = capacity
    capacity = needed
    entries = EntryMemory.allocate(words: (needed + 1) * stride)
    let kept = count
    resetEntries()
    count = kept
    let shape = AnyWidthKey(words: keyWords)
    for slot in 0..<oldCapacity where old[slot * stride + keyWords] != 0 {
      let entry = old + slot * stride
      var place = Int(truncatingIfNeeded: shape.hash(seed, entry)) & (needed - 1)
      while entries[place * stride + keyWords] != 0 { place = (place + 1) & (needed - 1) }
      (entries + place * stride).update(from: entry, count: stride)
    }
    entry(otherSlot).update(from: old + oldCapacity * stride, count: stride)
    old.deallocate()
  }

  private static func slots(for keys: Int) -> Int {
    var slots = leastCapacity
    while slots < keys * 2 { slots *= 2 }
    return slots
  }

  private func resetEntries() {
    entries.update(repeating: 0, count: capacity * stride)
    let other = entry(otherSlot)
    for word in 0..<keyWords { other[word] = 0 }
    for word in 0..<accumulatorWords { other[keyWords + word] = identity[word] }
    count = 0
  }
}
