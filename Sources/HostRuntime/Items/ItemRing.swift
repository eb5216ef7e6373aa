import Kernels

/// The last entries of one key, oldest first: records of a fixed number of words in a buffer that
/// doubles until it holds the window.
struct ItemRing {
  private(set) var base: UnsafeMutablePointer<UInt64>?
  private var capacity: Int32 = 0
  private var head: Int32 = 0
  private(set) var count: Int32 = 0

  /// Whether another entry needs a larger buffer.
  var isFull: Bool { count == capacity }

  /// The entries that the buffer has after ``grow(width:limit:)``.
  func grownCapacity(limit: Int) -> Int { min(limit, max(4, Int(capacity) * 2)) }

  /// The oldest entry.
  func oldest(width: Int) -> UnsafeMutablePointer<UInt64> {
    guard let base else { preconditionFailure("an empty ring has no oldest entry") }
    return base + Int(head) &* width
  }

  /// The entry so many places behind the oldest.
  func entry(_ place: Int, width: Int) -> UnsafeMutablePointer<UInt64> {
    guard let base, place < Int(count) else { preconditionFailure("the ring has the entry") }
    let at = Int(head) &+ place
    return base + (at >= Int(capacity) ? at &- Int(capacity) : at) &* width
  }

  /// Forgets the oldest entry.
  @inline(__always)
  mutating func dropOldest() {
    head &+= 1
    if head == capacity { head = 0 }
    count &-= 1
  }

  /// A place behind the newest entry.
  @inline(__always)
  mutating func append(width: Int) -> UnsafeMutablePointer<UInt64> {
    guard let base else { preconditionFailure("a ring grows before it is filled") }
    var place = head &+ count
    if place >= capacity { place &-= capacity }
    count &+= 1
    return base + Int(place) &* width
  }

  /// Makes the buffer larger, `limit` entries at most.
  mutating func grow(width: Int, limit: Int) {
    let wanted = grownCapacity(limit: limit)
    let new = UnsafeMutablePointer<UInt64>.allocate(capacity: wanted * width)
    if let base {
      let first = min(Int(count), Int(capacity - head))
      new.update(from: base + Int(head) * width, count: first * width)
      (new + first * width).update(from: base, count: (Int(count) - first) * width)
      base.deallocate()
    }
    base = new
    capacity = Int32(wanted)
    head = 0
  }

  /// How there came to be room for one more entry.
  enum Room {
    /// The buffer has it.
    case free
    /// The window is full: its oldest entry has to leave first.
    case ofOldest
    /// The budget is used up: the window stays shorter, and its oldest entry leaves too.
    case short
  }

  /// Makes room for one more entry of a window of `limit`; an entry that the buffer grows by costs
  /// `entryBytes` of the budget, but for the first few of a key.
  mutating func makeRoom(
    width: Int, limit: Int, entryBytes: Int, budget: MemoryBudget
  ) -> Room {
    if Int(count) == limit { return .ofOldest }
    guard isFull else { return .free }
    let more = grownCapacity(limit: limit) - Int(count)
    guard count == 0 || budget.take(more * entryBytes) else { return .short }
    grow(width: width, limit: limit)
    return .free
  }

  /// Gives the memory back.
  func deallocate() { base?.deallocate() }
}

/// The extreme of a sliding window: candidates in the order of their positions, each more extreme
/// than all behind it. A tuple costs two steps on average.
struct ExtremeQueue {
  private var base: UnsafeMutablePointer<(position: UInt64, value: Int64)>?
  private var capacity = 0
  private var head = 0
  private var count = 0
  private let isMinimum: Bool

  init(isMinimum: Bool) { self.isMinimum = isMinimum }

  /// The least or greatest value; the identity of its reduction where there is none.
  var extreme: Int64 {
    guard count > 0, let base else { return isMinimum ? .max : .min }
    return base[head].value
  }

  mutating func append(_ value: Int64, at position: UInt64) {
    while count > 0, let base {
      let last = base[(head &+ count &- 1) & (capacity &- 1)].value
      if isMinimum ? last < value : last > value { break }
      count &-= 1
    }
    if count == capacity { grow() }
    base?[(head &+ count) & (capacity &- 1)] = (position, value)
    count &+= 1
  }

  /// Forgets what is not later than `position`.
  mutating func expire(through position: UInt64) {
    guard count > 0, let base, base[head].position <= position else { return }
    head = (head &+ 1) & (capacity &- 1)
    count &-= 1
  }

  private mutating func grow() {
    let wanted = max(4, capacity * 2)
    let new = UnsafeMutablePointer<(position: UInt64, value: Int64)>.allocate(capacity: wanted)
    for index in 0..<count {
      if let base { new[index] = base[(head + index) & (capacity - 1)] }
    }
    base?.deallocate()
    (base, capacity, head) = (new, wanted, 0)
  }

  func deallocate() { base?.deallocate() }
}

/// The items of a window in ascending order, and how many are distinct.
struct SortedItems {
  private(set) var base: UnsafeMutablePointer<Int64>?
  private var capacity = 0
  private(set) var count = 0
  private(set) var distinct = 0

  /// The items.
  var values: UnsafeBufferPointer<Int64> { UnsafeBufferPointer(start: base, count: count) }

  /// The first place whose item is not below `value`.
  private func place(of value: Int64) -> Int {
    guard let base else { return 0 }
    var (low, high) = (0, count)
    while low < high {
      let middle = (low &+ high) >> 1
      if base[middle] < value { low = middle &+ 1 } else { high = middle }
    }
    return low
  }

  mutating func insert(_ value: Int64) {
    let index = place(of: value)
    if count == capacity {
      let wanted = max(4, capacity * 2)
      let new = UnsafeMutablePointer<Int64>.allocate(capacity: wanted)
      if let base {
        new.update(from: base, count: count)
        base.deallocate()
      }
      (base, capacity) = (new, wanted)
    }
    guard let base else { return }
    if index == count || base[index] != value { distinct &+= 1 }
    (base + index + 1).update(from: base + index, count: count - index)
    base[index] = value
    count &+= 1
  }

  mutating func remove(_ value: Int64) {
    guard let base else { return }
    let index = place(of: value)
    precondition(index < count && base[index] == value, "an item leaves that came")
    count &-= 1
    (base + index).update(from: base + index + 1, count: count - index)
    if index == count || base[index] != value { distinct &-= 1 }
  }

  /// Each item once with how often it occurs, ascending.
  func forEachRun(_ body: (_ item: Int64, _ count: Int) -> Void) {
    guard let base else { return }
    var start = 0
    while start < count {
      var end = start + 1
      while end < count && base[end] == base[start] { end += 1 }
      body(base[start], end - start)
      start = end
    }
  }

  func deallocate() { base?.deallocate() }
}
