import CRuntimeBPF
public import DataModel

/// n, Σx and Σx² of several operands over the last tuples of each key, exact: what comes is added,
/// what leaves is taken away again, so a tuple costs the same whatever the window's length.
///
/// Keys are numbers 0, 1, … as they come. A key has a record of 32 + 40 octets an operand, and a
/// ring of its window's values, which doubles until it holds the window.
/// - Cost: 3 ns an operand and tuple, mean and variance computed; records and rings are fetched
///   ahead over the batch.
public final class SlidingMoments {
  /// The first words of a key's record; five words an operand follow: n, Σx (two), Σx² (two).
  private struct Head {
    var ring: UnsafeMutablePointer<UInt64>?
    var capacity: Int32
    var oldest: Int32
    var count: Int32
    var unused: Int32
    var folded: UInt64
  }

  /// Words of an operand's sums.
  private static let sumWords = 5
  private static let headBytes = MemoryLayout<Head>.size
  /// Records of a chunk: a power of two.
  private static let chunkRecords = 1 << 10
  private static let line = 64

  private let window: Int
  private let operands: Int
  /// Words of a ring's entry: the operands' values, and a bit for each that is present.
  private let width: Int
  private let recordBytes: Int
  private let budget: MemoryBudget
  private var chunks: UnsafeMutablePointer<UnsafeMutableRawPointer>
  private var chunkCount = 0
  private var chunkRoom = 16
  private let answers: MomentAnswers
  /// What is asked of each operand, and its values in the batch at hand.
  private let lanes: UnsafeMutablePointer<OperandAnswers>
  /// Tuples whose key's window is short of memory.
  public private(set) var shortened = 0

  /// Moments over the last `window` tuples of a key, with answers for so many keys a tuple; equal
  /// answers are given once. Rings take their memory from `budget`.
  public init(
    window: Int, operands: Int, answers: [MomentAnswer], asks: Int, budget: MemoryBudget
  ) {
    precondition(operands <= 64, "a bit for each operand")
    self.window = window
    self.operands = operands
    self.budget = budget
    width = operands + 1
    let bytes = Self.headBytes + operands * Self.sumWords * 8
    recordBytes = (bytes + Self.line - 1) / Self.line * Self.line
    chunks = .allocate(capacity: chunkRoom)
    self.answers = MomentAnswers(count: answers.count, asks: asks, hasBounds: false)
    lanes = .allocate(capacity: max(1, operands))
    for (index, own) in OperandAnswers.all(answers, operands: operands).enumerated() {
      (lanes + index).initialize(to: own)
    }
  }

  deinit {
    for chunk in 0..<chunkCount {
      for index in 0..<Self.chunkRecords {
        head(chunks[chunk] + index * recordBytes).pointee.ring?.deallocate()
      }
      chunks[chunk].deallocate()
    }
    chunks.deallocate()
    answers.deallocate()
    lanes.deallocate()
  }

  // MARK: Batches

  /// Begins a batch whose operands have these values; the answers of the last are gone.
  public func begin(_ columns: [ComputedColumn]) {
    precondition(columns.count == operands, "a column for each operand")
    for (index, column) in columns.enumerated() {
      lanes[index].column = column
    }
    answers.clear()
  }

  /// Forgets the answers of the last batch; rows that only ask follow.
  public func forgetAnswers() { answers.clear() }

  /// Folds the tuples `rows[0..<count]` of the keys `ids` (none where negative) and keeps their
  /// answers; in order.
  public func fold(_ ids: UnsafePointer<Int32>, _ rows: UnsafePointer<UInt16>, count: Int) {
    var most: Int32 = -1
    for index in 0..<count { most = max(most, ids[index]) }
    reserve(Int(most))
    for index in 0..<min(8, count) where ids[index] >= 0 { fetch(record(Int(ids[index]))) }
    for index in 0..<count {
      if index &+ 8 < count, ids[index &+ 8] >= 0 { fetch(record(Int(ids[index &+ 8]))) }
      if index &+ 3 < count, ids[index &+ 3] >= 0 { fetchRing(record(Int(ids[index &+ 3]))) }
      guard ids[index] >= 0 else { continue }
      let record = record(Int(ids[index]))
      if !hasRoom(record) { expire(record) }
      add(record, Int(rows[index]))
    }
  }

  /// Folds one tuple; `leaving` is called where the window's oldest is about to leave.
  public func fold(_ id: Int, row: Int, leaving: () -> Void) {
    reserve(id)
    let record = record(id)
    if !hasRoom(record) {
      leaving()
      expire(record)
    }
    add(record, row)
  }

  /// Keeps the answers of a key for a row that asks.
  public func look(_ id: Int, row: Int, ask: Int) {
    let record = record(id)
    var sum = sums(record)
    let place = ask &* TupleBatch.capacity &+ row
    var (present, saturated): (UInt64, UInt64) = (0, 0)
    for operand in 0..<operands {
      Self.answer(
        lanes[operand], sum, answers.values + place &* answers.stride, &present, &saturated)
      sum += Self.sumWords
    }
    answers.present[place] = present
    answers.saturated[place] = saturated
  }

  /// The answers at a place, for the rows of the batch.
  public func column(_ place: Int, ask: Int) -> RealColumn { answers.column(place, ask: ask) }

  // MARK: Keys

  /// The number of tuples in a key's window.
  public func count(_ id: Int) -> Int { Int(head(record(id)).pointee.count) }

  /// All tuples of a key so far.
  public func folded(_ id: Int) -> UInt64 { head(record(id)).pointee.folded }

  /// The sums of an operand of a key: n, Σx (two words), Σx² (two words).
  public func sums(_ id: Int, _ operand: Int) -> UnsafePointer<UInt64> {
    UnsafePointer(sums(record(id)) + operand * Self.sumWords)
  }

  /// An operand's value in the n-th oldest tuple of a key's window, where it has one.
  public func value(_ id: Int, _ n: Int, _ operand: Int) -> Int64? {
    let head = head(record(id))
    guard let ring = head.pointee.ring else { return nil }
    let place = Int(head.pointee.oldest) + n
    let capacity = Int(head.pointee.capacity)
    let entry = ring + (place >= capacity ? place - capacity : place) * width
    guard (entry[operands] >> UInt64(operand)) & 1 != 0 else { return nil }
    return Int64(bitPattern: entry[operand])
  }

  @inline(__always)
  private func record(_ id: Int) -> UnsafeMutableRawPointer {
    chunks[id / Self.chunkRecords] + (id & (Self.chunkRecords - 1)) &* recordBytes
  }

  @inline(__always)
  private func head(_ record: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Head> {
    record.assumingMemoryBound(to: Head.self)
  }

  @inline(__always)
  private func sums(_ record: UnsafeMutableRawPointer) -> UnsafeMutablePointer<UInt64> {
    (record + Self.headBytes).assumingMemoryBound(to: UInt64.self)
  }

  private func reserve(_ id: Int) {
    while id >= chunkCount * Self.chunkRecords {
      if chunkCount == chunkRoom {
        let larger = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(
          capacity: chunkRoom * 2)
        larger.update(from: chunks, count: chunkCount)
        chunks.deallocate()
        chunks = larger
        chunkRoom *= 2
      }
      let bytes = Self.chunkRecords * recordBytes
      let chunk = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Self.line)
      chunk.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
      chunks[chunkCount] = chunk
      chunkCount += 1
    }
  }

  @inline(__always)
  private func fetch(_ record: UnsafeMutableRawPointer) {
    var offset = 0
    while offset < recordBytes {
      sal_prefetch(record + offset)
      offset &+= Self.line
    }
  }

  /// Fetches where the next entry goes, which is where the oldest is once the window is full.
  @inline(__always)
  private func fetchRing(_ record: UnsafeMutableRawPointer) {
    let head = head(record)
    guard let ring = head.pointee.ring else { return }
    sal_prefetch(ring + place(head) &* width)
  }

  @inline(__always)
  private func place(_ head: UnsafeMutablePointer<Head>) -> Int {
    let place = head.pointee.oldest &+ head.pointee.count
    return Int(place >= head.pointee.capacity ? place &- head.pointee.capacity : place)
  }

  /// Whether a tuple fits beside those of the key's window; makes the ring larger where it may.
  @inline(__always)
  private func hasRoom(_ record: UnsafeMutableRawPointer) -> Bool {
    let head = head(record)
    if Int(head.pointee.count) == window { return false }
    return head.pointee.count < head.pointee.capacity || makeRoom(record)
  }

  /// Makes the ring larger; where memory is used up, the window of the key stays short.
  @inline(never)
  private func makeRoom(_ record: UnsafeMutableRawPointer) -> Bool {
    let head = head(record)
    let capacity = Int(head.pointee.capacity)
    let wanted = min(window, max(4, capacity * 2))
    guard capacity == 0 || budget.take((wanted - capacity) * width * 8) else {
      shortened += 1
      return false
    }
    let new = UnsafeMutablePointer<UInt64>.allocate(capacity: wanted * width)
    if let old = head.pointee.ring {
      let oldest = Int(head.pointee.oldest)
      let first = min(Int(head.pointee.count), capacity - oldest)
      new.update(from: old + oldest * width, count: first * width)
      (new + first * width).update(
        from: old, count: (Int(head.pointee.count) - first) * width)
      old.deallocate()
    }
    head.pointee.ring = new
    head.pointee.capacity = Int32(wanted)
    head.pointee.oldest = 0
    return true
  }

  // MARK: Tuples

  @inline(__always)
  private func expire(_ record: UnsafeMutableRawPointer) {
    let head = head(record)
    guard let ring = head.pointee.ring else { preconditionFailure("a full window has a ring") }
    let entry = ring + Int(head.pointee.oldest) &* width
    let present = entry[operands]
    var sum = sums(record)
    for operand in 0..<operands {
      if present &>> UInt64(operand) & 1 != 0 {
        Self.subtract(Int64(bitPattern: entry[operand]), from: sum)
      }
      sum += Self.sumWords
    }
    head.pointee.oldest &+= 1
    if head.pointee.oldest == head.pointee.capacity { head.pointee.oldest = 0 }
    head.pointee.count &-= 1
  }

  @inline(__always)
  private func add(_ record: UnsafeMutableRawPointer, _ row: Int) {
    let head = head(record)
    guard let ring = head.pointee.ring else { preconditionFailure("a ring grows before use") }
    let entry = ring + place(head) &* width
    head.pointee.count &+= 1
    head.pointee.folded &+= 1
    var sum = sums(record)
    let out = answers.values + row &* answers.stride
    var (bits, present, saturated): (UInt64, UInt64, UInt64) = (0, 0, 0)
    let (lanes, operands) = (self.lanes, self.operands)
    for operand in 0..<operands {
      let lane = lanes + operand
      guard let column = lane.pointee.column else { preconditionFailure("a batch has begun") }
      let value = column.values[row]
      entry[operand] = UInt64(bitPattern: value)
      if column.validity[row] != 0 {
        bits |= 1 &<< UInt64(operand)
        Self.add(value, to: sum)
      }
      Self.answer(lane.pointee, sum, out, &present, &saturated)
      sum += Self.sumWords
    }
    entry[operands] = bits
    answers.present[row] = present
    answers.saturated[row] = saturated
  }

  @inline(__always)
  private static func answer(
    _ own: OperandAnswers, _ sum: UnsafeMutablePointer<UInt64>,
    _ out: UnsafeMutablePointer<Double>, _ present: inout UInt64, _ saturated: inout UInt64
  ) {
    let n = sum[0]
    guard n > 0 else { return }
    let total = clamped(sum[1], sum[2])
    var bits: UInt64 = 0
    if own.mean >= 0 {
      let mean = Double(total) / MomentMath.real(n)
      out[own.mean] = own.unit == 1 ? mean : mean / own.unit
      bits |= 1 &<< UInt64(own.mean)
    }
    if own.variance >= 0 || own.deviation >= 0 {
      var variance = MomentMath.variance(count: n, total: total, low: sum[3], high: sum[4])
      if own.unit != 1 { variance /= own.square }
      if own.variance >= 0 {
        out[own.variance] = variance
        bits |= 1 &<< UInt64(own.variance)
      }
      if own.deviation >= 0 {
        out[own.deviation] = variance.squareRoot()
        bits |= 1 &<< UInt64(own.deviation)
      }
    }
    present |= bits
    if total == .max || total == .min { saturated |= bits }
  }

  /// A sum of 128 bits as one of 64 that saturates, as a sum of a time window does.
  @inline(__always)
  public static func clamped(_ low: UInt64, _ high: UInt64) -> Int64 {
    let (low, high) = (Int64(bitPattern: low), Int64(bitPattern: high))
    return high == low &>> 63 ? low : high < 0 ? .min : .max
  }

  @inline(__always)
  private static func add(_ value: Int64, to sum: UnsafeMutablePointer<UInt64>) {
    sum[0] &+= 1
    let (low, carry) = sum[1].addingReportingOverflow(UInt64(bitPattern: value))
    sum[1] = low
    sum[2] = sum[2] &+ UInt64(bitPattern: value &>> 63) &+ (carry ? 1 : 0)
    let square = value.magnitude.multipliedFullWidth(by: value.magnitude)
    let (squares, over) = sum[3].addingReportingOverflow(square.low)
    sum[3] = squares
    sum[4] = sum[4] &+ square.high &+ (over ? 1 : 0)
  }

  @inline(__always)
  private static func subtract(_ value: Int64, from sum: UnsafeMutablePointer<UInt64>) {
    sum[0] &-= 1
    let (low, borrow) = sum[1].subtractingReportingOverflow(UInt64(bitPattern: value))
    sum[1] = low
    sum[2] = sum[2] &- UInt64(bitPattern: value &>> 63) &- (borrow ? 1 : 0)
    let square = value.magnitude.multipliedFullWidth(by: value.magnitude)
    let (squares, under) = sum[3].subtractingReportingOverflow(square.low)
    sum[3] = squares
    sum[4] = sum[4] &- square.high &- (under ? 1 : 0)
  }
}
