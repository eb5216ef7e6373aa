import CRuntimeBPF
import DataModel

/// For each key the set of its distinct items: exactly, as 64-bit hashes, while they are few, then
/// as HyperLogLog registers (`sal/hll.h`).
///
/// The state is a function of the set of hashes alone: not of their order, nor of duplicates,
/// since the registers are made from all hashes and only grow. Items that find no room under the
/// byte limit are counted and make the window partial.
/// - Cost: one lookup, then one cache miss in the key's own set.
public final class DistinctTable {
  /// Keys with their tuples and their sets.
  public let keys: KeyedTable
  /// `2^precision` registers.
  public let precision: Int
  /// Tuples whose item found no room.
  public private(set) var lostTuples: UInt64 = 0
  /// Bytes of all sets.
  public private(set) var byteCount = 0

  private let exactItems: Int
  private let byteLimit: Int
  private var sets: [ItemSet] = []

  /// An empty table; a key without words keeps registers from the first item on, because that is
  /// what the data path keeps for it.
  public init(
    keyWords: Int, precision: Int, exactItems: Int, seed: UInt64, keyLimit: Int, byteLimit: Int
  ) {
    keys = KeyedTable(keyWords: keyWords, identity: [0, 0], seed: seed, limit: keyLimit)
    self.precision = precision
    self.exactItems = keyWords == 0 ? 0 : exactItems
    self.byteLimit = byteLimit
  }

  deinit { sets.forEach { $0.deallocate() } }

  /// The most bytes that one tuple adds to the sets: a table of hashes doubles, or becomes
  /// registers.
  public static func bytesOfTuple(precision: Int, exactItems: Int) -> Int {
    max(32, exactItems * 16, 1 << precision)
  }

  /// Forgets all keys.
  public func removeAll() {
    sets.forEach { $0.deallocate() }
    sets.removeAll(keepingCapacity: true)
    keys.removeAll()
    lostTuples = 0
    byteCount = 0
  }

  /// Adds items to the sets of the keys that ``KeyedTable/locate`` found.
  ///
  /// - Parameters:
  ///   - missing: where not 0, the key had a tuple without an item.
  ///   - hash: the hash of the n-th item together with its key (``KeyHash``).
  @inline(__always)
  private func add(
    slots: UnsafePointer<UInt32>, missing: UnsafePointer<UInt8>, count n: Int,
    hash: (Int) -> UInt64
  ) {
    for index in 0..<n where missing[index] == 0 {
      let slot = Int(slots[index])
      if slot == keys.otherSlot { continue }
      let entry = keys.entry(slot) + keys.keyWords
      if entry[1] == 0 {
        sets.append(ItemSet())
        entry[1] = UInt64(sets.count)
      }
      insert(hash(index), into: Int(entry[1]) - 1)
    }
  }

  /// Adds packed items: `words` words each, which are the key's and the items' and the bit that
  /// says that an item is missing (the table layout of the plan).
  public func add(
    slots: UnsafePointer<UInt32>, missing: UnsafePointer<UInt8>, items: UnsafePointer<UInt64>,
    words: Int, seed: UInt64, count n: Int
  ) {
    switch words {
    case 1: add(slots: slots, missing: missing, count: n) { sal_hash1(seed, items[$0]) }
    case 2:
      add(slots: slots, missing: missing, count: n) {
        sal_hash2(seed, items[2 &* $0], items[2 &* $0 &+ 1])
      }
    default:
      add(slots: slots, missing: missing, count: n) {
        KeyHash.hash(seed, items + $0 &* words, words)
      }
    }
  }

  /// Merges registers of `2^precision` bytes into the set of the key in `slot`.
  public func merge(slot: Int, registers: UnsafePointer<UInt8>) {
    let entry = keys.entry(slot) + keys.keyWords
    if entry[1] == 0 {
      sets.append(ItemSet())
      entry[1] = UInt64(sets.count)
    }
    let index = Int(entry[1]) - 1
    if !sets[index].isSketch && !becomeSketch(index) {
      lostTuples += 1
      return
    }
    sal_hll_merge(sets[index].registers, registers, UInt32(precision))
  }

  /// Merges every set of another table of the same key and precision.
  public func merge(_ other: DistinctTable) {
    precondition(precision == other.precision, "sets of one precision")
    var (slot, fresh): (UInt32, UInt8) = (0, 0)
    for place in 0..<other.keys.capacity where other.keys.isOccupied(place) {
      let from = other.keys.entry(place)
      var tuples = from[other.keys.keyWords]
      keys.locate(keys: from, count: 1, weights: &tuples, slots: &slot, fresh: &fresh)
      let handle = from[other.keys.keyWords + 1]
      if handle == 0 || Int(slot) == keys.otherSlot { continue }
      let set = other.sets[Int(handle) - 1]
      if set.isSketch {
        merge(slot: Int(slot), registers: set.registers)
        continue
      }
      let entry = keys.entry(Int(slot)) + keys.keyWords
      if entry[1] == 0 {
        sets.append(ItemSet())
        entry[1] = UInt64(sets.count)
      }
      set.forEach { insert($0, into: Int(entry[1]) - 1) }
    }
  }

  /// The number of distinct items of the key in `slot`, and whether it is exact.
  public func estimate(slot: Int) -> (items: Double, isExact: Bool) {
    let handle = keys.entry(slot)[keys.keyWords + 1]
    if handle == 0 { return (0, keys.keyWords != 0) }
    let set = sets[Int(handle) - 1]
    if !set.isSketch { return (Double(set.count), true) }
    return (sal_hll_estimate(set.registers, UInt32(precision)), false)
  }

  private func insert(_ hash: UInt64, into index: Int) {
    if sets[index].isSketch {
      sal_hll_update(sets[index].registers, UInt32(precision), hash)
      return
    }
    // 0 marks a free place, so the hash 0 shares the fate of 1: one in 2^64.
    let hash = hash == 0 ? 1 : hash
    if sets[index].contains(hash) { return }
    if sets[index].count >= exactItems {
      if becomeSketch(index) {
        sal_hll_update(sets[index].registers, UInt32(precision), hash)
      } else {
        lostTuples += 1
      }
      return
    }
    if sets[index].needsRoom {
      let more = sets[index].bytesToGrow
      guard byteCount + more <= byteLimit else {
        lostTuples += 1
        return
      }
      byteCount += more
      sets[index].grow()
    }
    sets[index].insert(hash)
  }

  /// Turns a list of hashes into registers; false where the byte limit forbids.
  private func becomeSketch(_ index: Int) -> Bool {
    let bytes = 1 << precision
    guard byteCount + bytes - sets[index].bytes <= byteLimit else { return false }
    byteCount += bytes - sets[index].bytes
    let registers = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes)
    registers.initialize(repeating: 0, count: bytes)
    sets[index].forEach { sal_hll_update(registers, UInt32(precision), $0) }
    sets[index].deallocate()
    sets[index] = ItemSet(registers: registers)
    return true
  }
}

/// One key's items: hashes in an open-addressing table with 0 for a free place, or registers.
private struct ItemSet {
  private(set) var count = 0
  private var capacity = 0
  private var memory: UnsafeMutableRawPointer?
  let isSketch: Bool

  init() { isSketch = false }

  init(registers: UnsafeMutablePointer<UInt8>) {
    isSketch = true
    memory = UnsafeMutableRawPointer(registers)
  }

  func deallocate() { memory?.deallocate() }

  var registers: UnsafeMutablePointer<UInt8> {
    memory!.assumingMemoryBound(to: UInt8.self)
  }

  private var hashes: UnsafeMutablePointer<UInt64> {
    memory!.assumingMemoryBound(to: UInt64.self)
  }

  var bytes: Int { capacity * 8 }
  var needsRoom: Bool { count * 4 >= capacity * 3 }
  var bytesToGrow: Int { capacity == 0 ? 32 : capacity * 8 }

  func contains(_ hash: UInt64) -> Bool {
    if capacity == 0 { return false }
    let hashes = self.hashes
    var place = Int(truncatingIfNeeded: hash) & (capacity - 1)
    while hashes[place] != 0 {
      if hashes[place] == hash { return true }
      place = (place + 1) & (capacity - 1)
    }
    return false
  }

  mutating func insert(_ hash: UInt64) {
    let hashes = self.hashes
    var place = Int(truncatingIfNeeded: hash) & (capacity - 1)
    while hashes[place] != 0 { place = (place + 1) & (capacity - 1) }
    hashes[place] = hash
    count += 1
  }

  mutating func grow() {
    var grown = ItemSet()
    grown.capacity = capacity == 0 ? 4 : capacity * 2
    let fresh = UnsafeMutablePointer<UInt64>.allocate(capacity: grown.capacity)
    fresh.initialize(repeating: 0, count: grown.capacity)
    grown.memory = UnsafeMutableRawPointer(fresh)
    forEach { grown.insert($0) }
    deallocate()
    self = grown
  }

  func forEach(_ body: (UInt64) -> Void) {
    guard !isSketch, capacity > 0 else { return }
    for place in 0..<capacity where hashes[place] != 0 { body(hashes[place]) }
  }
}
