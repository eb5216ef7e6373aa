import DataModel

// What a tuple does to the sums of its key.
extension SlidingMoments {
  /// Adds a tuple and, of a full window, takes the oldest away; every operand has a value, and so
  /// had all before.
  @inline(__always)
  func slide(_ record: MomentRecord, _ row: Int, isFull: Bool) {
    let head = record.head
    guard let ring = head.pointee.ring else { preconditionFailure("a ring grows before use") }
    let entry = ring + record.place &* entries.bytes
    if isFull { record.dropOldest() } else { head.pointee.count &+= 1 }
    head.pointee.folded &+= 1
    let count = Double(head.pointee.count)
    let step = Step(
      row: row, entry: entry, sums: record.sums,
      n: UInt64(UInt32(bitPattern: head.pointee.count)), divisors: SIMD2(count, count * count),
      out: answers.values + row &* answers.stride)
    var saturated: UInt64 = 0
    let (lanes, narrow, operands) = (UnsafePointer(entries.lanes), entries.narrow, self.operands)
    for place in 0..<narrow {
      Self.slideNarrow(step, lanes + place, isFull: isFull)
    }
    for place in narrow..<operands {
      Self.slideWide(step, lanes + place, isFull: isFull, &saturated)
    }
    answers.present[row] = allAnswers
    answers.saturated[row] = saturated
  }

  /// What the operands of a tuple have in common.
  private struct Step {
    let row: Int
    let entry: UnsafeMutableRawPointer
    let sums: UnsafeMutablePointer<MomentSums>
    let n: UInt64
    /// n and n².
    let divisors: SIMD2<Double>
    let out: UnsafeMutablePointer<Double>
  }

  /// Of a wide operand.
  @inline(__always)
  private static func slideWide(
    _ step: Step, _ lane: UnsafePointer<OperandLane>, isFull: Bool, _ saturated: inout UInt64
  ) {
    let value = lane.pointee.column.values[step.row]
    let at = step.entry + lane.pointee.offset
    let sums = step.sums + lane.pointee.operand
    var now = sums.pointee
    now.total &+= Int128(value)
    now.squares &+= square(value)
    if isFull {
      let old = at.loadUnaligned(as: Int64.self)
      now.total &-= Int128(old)
      now.squares &-= square(old)
    }
    at.storeBytes(of: value, as: Int64.self)
    sums.pointee = now
    if !answer(lane, now, step.n, step.divisors, step.out) { saturated |= lane.pointee.bits }
  }

  /// Of a narrow operand: with values below 2^32 and fewer than 2^31 of them, Σx is below 2^63 and
  /// n·Σx² below 2^126, so that nothing can overflow.
  @inline(__always)
  private static func slideNarrow(
    _ step: Step, _ lane: UnsafePointer<OperandLane>, isFull: Bool
  ) {
    let value = UInt64(bitPattern: lane.pointee.column.values[step.row])
    let at = step.entry + lane.pointee.offset
    let sums = step.sums + lane.pointee.operand
    var total = UInt64(truncatingIfNeeded: sums.pointee.total) &+ value
    var squares = sums.pointee.squares &+ UInt128(value &* value)
    if isFull {
      let old = UInt64(at.loadUnaligned(as: UInt32.self))
      total &-= old
      squares &-= UInt128(old &* old)
    }
    at.storeBytes(of: UInt32(truncatingIfNeeded: value), as: UInt32.self)
    sums.pointee.total = Int128(truncatingIfNeeded: total)
    sums.pointee.squares = squares
    var pair = SIMD2(Double(Int64(bitPattern: total)), 0)
    if lane.pointee.wantsSpread {
      pair.y = MomentMath.real(
        squares &* UInt128(step.n) &- UInt128(total) &* UInt128(total))
    }
    write(pair / step.divisors, lane, step.out)
  }

  func expire(_ id: Int) {
    let record = records.record(id)
    guard let ring = record.head.pointee.ring else {
      preconditionFailure("a full window has a ring")
    }
    let entry = ring + Int(record.head.pointee.oldest) &* entries.bytes
    let present = entries.present(entry)
    for place in 0..<operands {
      let lane = UnsafePointer(entries.lanes + place)
      let operand = lane.pointee.operand
      if present &>> UInt64(operand) & 1 == 0 {
        absent?[id &* operands &+ operand] &-= 1
        continue
      }
      let old = entries.value(entry, lane)
      record.sums[operand].total &-= Int128(old)
      record.sums[operand].squares &-= Self.square(old)
    }
    record.dropOldest()
    record.head.pointee.count &-= 1
  }

  func add(_ id: Int, _ row: Int) {
    let record = records.record(id)
    guard let ring = record.head.pointee.ring else {
      preconditionFailure("a ring grows before use")
    }
    let entry = ring + record.place &* entries.bytes
    record.head.pointee.count &+= 1
    record.head.pointee.folded &+= 1
    var present: UInt64 = 0
    for place in 0..<operands {
      let lane = UnsafePointer(entries.lanes + place)
      let operand = lane.pointee.operand
      let value = lane.pointee.column.values[row]
      entries.set(value, entry, lane)
      if lane.pointee.column.validity[row] == 0 {
        absent?[id &* operands &+ operand] &+= 1
        continue
      }
      present |= 1 &<< UInt64(operand)
      record.sums[operand].total &+= Int128(value)
      record.sums[operand].squares &+= Self.square(value)
    }
    entries.setPresent(present, entry)
    keep(id, at: row)
  }

  /// Keeps the answers of a key at a place.
  func keep(_ id: Int, at place: Int) {
    let record = records.record(id)
    let out = answers.values + place &* answers.stride
    var (present, saturated): (UInt64, UInt64) = (0, 0)
    for index in 0..<operands {
      let lane = UnsafePointer(entries.lanes + index)
      let n = self.present(id, lane.pointee.operand)
      if n == 0 { continue }
      let count = Double(n)
      let isExact = Self.answer(
        lane, record.sums[lane.pointee.operand], n, SIMD2(count, count * count), out)
      present |= lane.pointee.bits
      if !isExact { saturated |= lane.pointee.bits }
    }
    answers.present[place] = present
    answers.saturated[place] = saturated
  }

  /// Writes what is asked of an operand; `divisors` are n and n². False where the sum saturates.
  @inline(__always)
  private static func answer(
    _ own: UnsafePointer<OperandLane>, _ sums: MomentSums, _ n: UInt64,
    _ divisors: SIMD2<Double>, _ out: UnsafeMutablePointer<Double>
  ) -> Bool {
    let total = Int64(truncatingIfNeeded: sums.total)
    let squaresHigh = UInt64(truncatingIfNeeded: sums.squares &>> 64)
    // n is below 2^32: n·Σx² fits into 128 bits, as (Σx)² does.
    guard Int128(total) == sums.total, squaresHigh <= UInt64(UInt32.max) else {
      return answerWide(own, sums, n, divisors, out)
    }
    var pair = SIMD2(Double(total), 0)
    if own.pointee.wantsSpread {
      let scaled = sums.squares &* UInt128(n)
      let square = UInt128(truncatingIfNeeded: Int128(total) &* Int128(total))
      pair.y = MomentMath.real(scaled &- square)
    }
    pair /= divisors
    write(pair, own, out)
    return isInside(total)
  }

  /// The same where 128 bits are too few for n·Σx², or 64 for Σx.
  @inline(never)
  private static func answerWide(
    _ own: UnsafePointer<OperandLane>, _ sums: MomentSums, _ n: UInt64,
    _ divisors: SIMD2<Double>, _ out: UnsafeMutablePointer<Double>
  ) -> Bool {
    let total = clamped(sums.total)
    let variance = MomentMath.variance(
      count: n, total: total, low: UInt64(truncatingIfNeeded: sums.squares),
      high: UInt64(truncatingIfNeeded: sums.squares &>> 64))
    write(SIMD2(Double(total) / divisors.x, variance), own, out)
    return isInside(total)
  }

  @inline(__always)
  private static func write(
    _ pair: SIMD2<Double>, _ own: UnsafePointer<OperandLane>,
    _ out: UnsafeMutablePointer<Double>
  ) {
    var pair = pair
    if own.pointee.hasUnit { pair /= own.pointee.units }
    out[own.pointee.mean] = pair.x
    out[own.pointee.variance] = pair.y
    if own.pointee.wantsDeviation { out[own.pointee.deviation] = pair.y.squareRoot() }
  }

  /// Whether a sum is neither of the values at which it saturates.
  @inline(__always)
  private static func isInside(_ total: Int64) -> Bool {
    UInt64(bitPattern: total &- Int64.max) > 1
  }

  /// A sum of 128 bits as one of 64 that saturates, as a sum of a time window does.
  @inline(__always)
  static func clamped(_ total: Int128) -> Int64 { Int64(clamping: total) }

  @inline(__always)
  private static func square(_ value: Int64) -> UInt128 {
    UInt128(truncatingIfNeeded: Int128(value) &* Int128(value))
  }
}
