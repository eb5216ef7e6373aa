import CRuntimeBPF
public import DataModel

/// n, Σx and Σx² of several operands over the last tuples of each key, exact: what comes is added,
/// what leaves is taken away again, so a tuple costs the same whatever the window's length.
///
/// Keys are numbers 0, 1, … as they come. A key has a record of 32 + 32 octets an operand, and a
/// ring of its window's values, which doubles until it holds the window. Sums are of 128 bits. What
/// most streams never need is there only once it is needed: values of more than 32 bits in rings
/// (all are then written anew), and a count of the missing ones beside each record.
/// - Cost: 6 ns an operand and tuple, mean and variance computed; records and rings are fetched
///   ahead over the batch.
public final class SlidingMoments {
  private let window: Int
  let operands: Int
  private let budget: MemoryBudget
  private let pool = BlockPool()
  var records: MomentRecords
  private var rings = BlockPool()
  var entries: RingEntries
  let answers: MomentAnswers
  /// Bits of all answers.
  let allAnswers: UInt64
  /// Of each key and operand the window's tuples without a value; nil as long as there are none.
  var absent: UnsafeMutablePointer<UInt32>?
  /// Tuples whose key's window is short of memory.
  public private(set) var shortened = 0

  /// Moments over the last `window` tuples of a key, with answers for so many keys a tuple; equal
  /// answers are given once. Rings take their memory from `budget`.
  public init(
    window: Int, operands: Int, answers: [MomentAnswer], asks: Int, budget: MemoryBudget
  ) {
    precondition(operands <= 64, "a bit for each operand")
    precondition(window > 0 && window <= Int(Int32.max), "places of a ring have 32 bits")
    self.window = window
    self.operands = operands
    self.budget = budget
    records = MomentRecords(operands: operands)
    self.answers = MomentAnswers(count: answers.count, asks: asks)
    let lanes = OperandLane.all(answers, operands: operands, column: self.answers.nothing)
    entries = RingEntries(lanes)
    allAnswers = lanes.reduce(0) { $0 | $1.bits }
  }

  deinit {
    records.deallocate()
    answers.deallocate()
    entries.deallocate()
    absent?.deallocate()
  }

  // MARK: Batches

  /// Begins a batch whose operands have these values in the rows `rows[0..<count]`, which ascend;
  /// the answers of the last batch are gone.
  public func begin(_ columns: [ComputedColumn], rows: UnsafePointer<UInt16>, count: Int) {
    precondition(columns.count == operands, "a column for each operand")
    var isNew = false
    for place in 0..<operands {
      let column = columns[entries.lanes[place].operand]
      entries.lanes[place].column = column
      if absent == nil, !Self.isWhole(column.validity, rows, count) {
        absent = .allocate(capacity: records.room * operands)
        absent?.initialize(repeating: 0, count: records.room * operands)
        isNew = true
      }
    }
    let outgrown = entries.outgrown(rows: rows, count: count)
    if outgrown != 0 || isNew { rewrite(widening: outgrown) }
    answers.clear()
  }

  /// Forgets the answers of the last batch; rows that only ask follow.
  public func forgetAnswers() { answers.clear() }

  /// Whether all rows have a value.
  private static func isWhole(
    _ validity: UnsafePointer<UInt8>, _ rows: UnsafePointer<UInt16>, _ count: Int
  ) -> Bool {
    var least: UInt8 = 1
    if count > 0, Int(rows[count - 1]) == count - 1 {
      // All rows up to the last.
      for row in 0..<count { least = min(least, validity[row]) }
    } else {
      for index in 0..<count { least = min(least, validity[Int(rows[index])]) }
    }
    return least != 0
  }

  /// Folds the tuples `rows[0..<count]` of the keys `ids` (none where negative) and keeps their
  /// answers; in order.
  public func fold(_ ids: UnsafePointer<Int32>, _ rows: UnsafePointer<UInt16>, count: Int) {
    var most: Int32 = -1
    for index in 0..<count { most = max(most, ids[index]) }
    reserve(Int(most))
    for index in 0..<min(8, count) where ids[index] >= 0 { fetch(Int(ids[index])) }
    let isWhole = absent == nil
    for index in 0..<count {
      if index &+ 8 < count, ids[index &+ 8] >= 0 { fetch(Int(ids[index &+ 8])) }
      if index &+ 3 < count, ids[index &+ 3] >= 0 { fetchRing(Int(ids[index &+ 3])) }
      guard ids[index] >= 0 else { continue }
      let (id, row) = (Int(ids[index]), Int(rows[index]))
      let record = records.record(id)
      if !isWhole {
        if !hasRoom(record) { expire(id) }
        add(id, row)
      } else if hasRoom(record) {
        slide(record, row, isFull: false)
      } else {
        slide(record, row, isFull: true)
      }
    }
  }

  /// Folds one tuple; `leaving` is called where the window's oldest is about to leave.
  public func fold(_ id: Int, row: Int, leaving: () -> Void) {
    reserve(id)
    if !hasRoom(records.record(id)) {
      leaving()
      expire(id)
    }
    add(id, row)
  }

  /// Keeps the answers of a key for a row that asks.
  public func look(_ id: Int, row: Int, ask: Int) {
    let place = ask &* TupleBatch.capacity &+ row
    keep(id, at: place)
  }

  /// The answers at a place, for the rows of the batch.
  public func column(_ place: Int, ask: Int) -> RealColumn { answers.column(place, ask: ask) }

  // MARK: Keys

  /// The number of tuples in a key's window.
  public func count(_ id: Int) -> Int { Int(records.record(id).head.pointee.count) }

  /// All tuples of a key so far.
  public func folded(_ id: Int) -> UInt64 { records.record(id).head.pointee.folded }

  /// The values of an operand in a key's window: how many.
  public func present(_ id: Int, _ operand: Int) -> UInt64 {
    let missing = absent.map { UInt64($0[id &* operands &+ operand]) } ?? 0
    return UInt64(count(id)) &- missing
  }

  /// Their sum, which saturates.
  public func total(_ id: Int, _ operand: Int) -> Int64 {
    Self.clamped(records.record(id).sums[operand].total)
  }

  /// The sum of their squares, in two words.
  public func squares(_ id: Int, _ operand: Int) -> (low: UInt64, high: UInt64) {
    let squares = records.record(id).sums[operand].squares
    return (UInt64(truncatingIfNeeded: squares), UInt64(truncatingIfNeeded: squares &>> 64))
  }

  /// An operand's value in the n-th oldest tuple of a key's window, where it has one.
  public func value(_ id: Int, _ n: Int, _ operand: Int) -> Int64? {
    let head = records.record(id).head
    guard let ring = head.pointee.ring else { return nil }
    let place = Int(head.pointee.oldest) + n
    let capacity = Int(head.pointee.capacity)
    let entry = ring + (place >= capacity ? place - capacity : place) * entries.bytes
    guard (entries.present(entry) >> UInt64(operand)) & 1 != 0 else { return nil }
    for place in 0..<operands where entries.lanes[place].operand == operand {
      return entries.value(entry, entries.lanes + place)
    }
    return nil
  }

  private func reserve(_ id: Int) {
    guard id >= records.room else { return }
    let before = records.room * operands
    records.reserve(id, from: pool)
    guard let old = absent else { return }
    let now = records.room * operands
    let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: now)
    larger.update(from: old, count: before)
    (larger + before).initialize(repeating: 0, count: now - before)
    old.deallocate()
    absent = larger
  }

  @inline(__always)
  private func fetch(_ id: Int) {
    let address = records.address(id)
    var offset = 0
    while offset < records.recordBytes {
      sal_prefetch(address + offset)
      offset &+= 64
    }
  }

  /// Fetches where the next entry goes, which is where the oldest is once the window is full.
  @inline(__always)
  private func fetchRing(_ id: Int) {
    let record = records.record(id)
    guard let ring = record.head.pointee.ring else { return }
    sal_prefetch(ring + record.place &* entries.bytes)
  }

  /// Whether a tuple fits beside those of the key's window; makes the ring larger where it may.
  @inline(__always)
  private func hasRoom(_ record: MomentRecord) -> Bool {
    let head = record.head
    if head.pointee.count < head.pointee.capacity { return true }
    return Int(head.pointee.count) < window && makeRoom(record)
  }

  /// Makes the ring larger; where memory is used up, the window of the key stays short.
  @inline(never)
  private func makeRoom(_ record: MomentRecord) -> Bool {
    let head = record.head
    let capacity = Int(head.pointee.capacity)
    let wanted = min(window, max(4, capacity * 2))
    guard capacity == 0 || budget.take((wanted - capacity) * entries.mostBytes) else {
      shortened += 1
      return false
    }
    let bytes = entries.bytes
    let new = rings.take(wanted * bytes)
    if let old = head.pointee.ring {
      let oldest = Int(head.pointee.oldest)
      let first = min(Int(head.pointee.count), capacity - oldest)
      new.copyMemory(from: old + oldest * bytes, byteCount: first * bytes)
      (new + first * bytes).copyMemory(
        from: old, byteCount: (Int(head.pointee.count) - first) * bytes)
      rings.give(old, capacity * bytes)
    }
    head.pointee.ring = new
    head.pointee.capacity = Int32(wanted)
    head.pointee.oldest = 0
    return true
  }

  /// Writes all rings anew, with entries as they have to be from now on.
  private func rewrite(widening: UInt64) {
    var wider = entries.copy()
    wider.arrange(widening: widening, withBits: absent != nil)
    let pool = BlockPool()
    for id in 0..<records.room {
      let head = records.record(id).head
      guard let old = head.pointee.ring else { continue }
      let capacity = Int(head.pointee.capacity)
      let new = pool.take(capacity * wider.bytes)
      for place in 0..<capacity {
        wider.take(new + place * wider.bytes, from: entries, old + place * entries.bytes)
      }
      head.pointee.ring = new
    }
    entries.deallocate()
    entries = wider
    rings = pool
  }
}
