/// Numbers for the values of the vertices that are in use, so that the search compares numbers.
///
/// Open addressing with linear probing; a value that nothing uses any more leaves its number to
/// another. Numbers are below ``capacity``, by which others size what they keep of vertices.
final class VertexTable {
  /// 64-bit words of a value.
  let words: Int
  /// One more than the largest number that may have been given.
  private(set) var capacity = 1024
  /// Values in use.
  private(set) var count = 0
  private var keys: UnsafeMutablePointer<UInt64>
  private var uses: UnsafeMutablePointer<UInt32>
  private var hashes: UnsafeMutablePointer<UInt32>
  private var given = 0
  private var free: [UInt32] = []
  /// A number and one, or 0; a power of two, at most half full.
  private var slots: UnsafeMutablePointer<UInt32>
  private var slotMask: Int
  private let seed: UInt64

  init(words: Int, seed: UInt64) {
    precondition(words > 0, "a vertex has a value")
    self.words = words
    self.seed = seed
    keys = .allocate(capacity: capacity * words)
    uses = .allocate(capacity: capacity)
    hashes = .allocate(capacity: capacity)
    slotMask = 2 * capacity - 1
    slots = .allocate(capacity: slotMask + 1)
    slots.initialize(repeating: 0, count: slotMask + 1)
  }

  deinit {
    keys.deallocate()
    uses.deallocate()
    hashes.deallocate()
    slots.deallocate()
  }

  /// The value of a number.
  func key(_ id: UInt32) -> UnsafePointer<UInt64> { UnsafePointer(keys + Int(id) * words) }

  /// The number of a value, which is used once more.
  @inline(__always)
  func retain(_ key: UnsafePointer<UInt64>) -> UInt32 {
    let hash = self.hash(key)
    var slot = Int(hash) & slotMask
    while slots[slot] != 0 {
      let id = Int(slots[slot] &- 1)
      if hashes[id] == hash, isEqual(keys + id &* words, key) {
        uses[id] &+= 1
        return UInt32(truncatingIfNeeded: id)
      }
      slot = (slot &+ 1) & slotMask
    }
    return add(key, hash, slot)
  }

  /// Uses a number once more.
  @inline(__always)
  func retain(_ id: UInt32) { uses[Int(id)] &+= 1 }

  /// Uses a number once less.
  @inline(__always)
  func release(_ id: UInt32) {
    uses[Int(id)] &-= 1
    if uses[Int(id)] == 0 { remove(id) }
  }

  @inline(__always)
  private func isEqual(_ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>) -> Bool {
    for word in 0..<words where a[word] != b[word] { return false }
    return true
  }

  @inline(__always)
  private func hash(_ key: UnsafePointer<UInt64>) -> UInt32 {
    var state = seed
    for word in 0..<words {
      state = (state ^ key[word]) &* 0x9E37_79B9_7F4A_7C15
      state ^= state >> 32
    }
    state = (state ^ (state >> 29)) &* 0xBF58_476D_1CE4_E5B9
    return UInt32(truncatingIfNeeded: state >> 32)
  }

  @inline(never)
  private func add(_ key: UnsafePointer<UInt64>, _ hash: UInt32, _ slot: Int) -> UInt32 {
    var slot = slot
    if free.isEmpty, given == capacity {
      grow()
      slot = Int(hash) & slotMask
      while slots[slot] != 0 { slot = (slot &+ 1) & slotMask }
    }
    let id: UInt32
    if let old = free.popLast() {
      id = old
    } else {
      id = UInt32(given)
      given += 1
    }
    (keys + Int(id) * words).update(from: key, count: words)
    hashes[Int(id)] = hash
    uses[Int(id)] = 1
    slots[slot] = id &+ 1
    count += 1
    return id
  }

  private func grow() {
    let wider = 2 * capacity
    keys = Self.widened(keys, capacity * words, wider * words)
    uses = Self.widened(uses, capacity, wider)
    hashes = Self.widened(hashes, capacity, wider)
    capacity = wider
    slots.deallocate()
    slotMask = 2 * capacity - 1
    slots = .allocate(capacity: slotMask + 1)
    slots.initialize(repeating: 0, count: slotMask + 1)
    for id in 0..<given where uses[id] > 0 {
      var slot = Int(hashes[id]) & slotMask
      while slots[slot] != 0 { slot = (slot &+ 1) & slotMask }
      slots[slot] = UInt32(id + 1)
    }
  }

  static func widened<T: BitwiseCopyable>(
    _ old: UnsafeMutablePointer<T>, _ count: Int, _ capacity: Int
  ) -> UnsafeMutablePointer<T> {
    let new = UnsafeMutablePointer<T>.allocate(capacity: capacity)
    new.update(from: old, count: count)
    old.deallocate()
    return new
  }

  /// Takes a value out; values that were probed past it move up.
  @inline(never)
  private func remove(_ id: UInt32) {
    var hole = Int(hashes[Int(id)]) & slotMask
    while slots[hole] != id &+ 1 { hole = (hole &+ 1) & slotMask }
    var slot = hole
    while true {
      slot = (slot &+ 1) & slotMask
      guard slots[slot] != 0 else { break }
      let home = Int(hashes[Int(slots[slot] &- 1)]) & slotMask
      // It may move if its home does not lie behind the hole.
      if (slot &- home) & slotMask >= (slot &- hole) & slotMask {
        slots[hole] = slots[slot]
        hole = slot
      }
    }
    slots[hole] = 0
    free.append(id)
    count -= 1
  }
}
