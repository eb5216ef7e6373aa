/// How the values of one tuple lie in a ring: those of narrow operands in 32 bits each, then those
/// of wide ones in 64, and last, once a value was missing, a bit for each that is there.
struct RingEntries {
  /// The operands, narrow ones first.
  private(set) var lanes: UnsafeMutablePointer<OperandLane>
  /// How many operands.
  let count: Int
  /// How many of them are narrow.
  private(set) var narrow = 0
  /// Bytes of an entry.
  private(set) var bytes = 0
  /// Where the bits are; nil where no value was ever missing.
  private(set) var bits: Int?

  init(_ lanes: [OperandLane]) {
    count = lanes.count
    self.lanes = .allocate(capacity: max(1, count))
    self.lanes.initialize(from: lanes, count: count)
    arrange()
  }

  /// The same with lanes of its own.
  func copy() -> RingEntries { RingEntries(copying: self) }

  private init(copying other: RingEntries) {
    self = other
    lanes = .allocate(capacity: max(1, count))
    lanes.initialize(from: other.lanes, count: count)
  }

  func deallocate() { lanes.deallocate() }

  /// Bytes of an entry at most: whatever the values, all can be missing.
  var mostBytes: Int { (count + 1) * 8 }

  /// Gives these operands 64 bits, besides those that have them, and the entry bits where it shall
  /// have them.
  mutating func arrange(widening: UInt64 = 0, withBits: Bool = false) {
    for place in 0..<count where widening >> UInt64(lanes[place].operand) & 1 != 0 {
      lanes[place].isWide = true
    }
    let all = (0..<count).map { lanes[$0] }
    let sorted = all.filter { !$0.isWide } + all.filter(\.isWide)
    narrow = all.count { !$0.isWide }
    var end = 0
    for (place, lane) in sorted.enumerated() {
      lanes[place] = lane
      lanes[place].offset = end
      end += lane.isWide ? 8 : 4
    }
    bits = withBits ? end : nil
    // Entries of whole words lie better in cache lines.
    bytes = max(8, (end + (withBits ? 8 : 0) + 7) / 8 * 8)
  }

  /// The narrow operands with a value that is too large for them in the batch at hand.
  func outgrown(rows: UnsafePointer<UInt16>, count: Int) -> UInt64 {
    guard count > 0 else { return 0 }
    let isAll = Int(rows[count - 1]) == count - 1
    var result: UInt64 = 0
    for place in 0..<narrow {
      let values = lanes[place].column.values
      var all: UInt64 = 0
      if isAll {
        for row in 0..<count { all |= UInt64(bitPattern: values[row]) }
      } else {
        for index in 0..<count { all |= UInt64(bitPattern: values[Int(rows[index])]) }
      }
      if all > UInt64(UInt32.max) { result |= 1 << UInt64(lanes[place].operand) }
    }
    return result
  }

  @inline(__always)
  func value(_ entry: UnsafeRawPointer, _ lane: UnsafePointer<OperandLane>) -> Int64 {
    let at = entry + lane.pointee.offset
    return lane.pointee.isWide
      ? at.loadUnaligned(as: Int64.self) : Int64(at.loadUnaligned(as: UInt32.self))
  }

  @inline(__always)
  func set(_ value: Int64, _ entry: UnsafeMutableRawPointer, _ lane: UnsafePointer<OperandLane>) {
    let at = entry + lane.pointee.offset
    if lane.pointee.isWide {
      at.storeBytes(of: value, as: Int64.self)
    } else {
      at.storeBytes(of: UInt32(truncatingIfNeeded: value), as: UInt32.self)
    }
  }

  /// The bits of the operands that have a value.
  @inline(__always)
  func present(_ entry: UnsafeRawPointer) -> UInt64 {
    bits.map { (entry + $0).loadUnaligned(as: UInt64.self) } ?? ~0
  }

  @inline(__always)
  func setPresent(_ present: UInt64, _ entry: UnsafeMutableRawPointer) {
    if let bits { (entry + bits).storeBytes(of: present, as: UInt64.self) }
  }

  /// Writes the entry of another layout of the same operands, or of one with fewer wide ones.
  func take(
    _ entry: UnsafeMutableRawPointer, from other: RingEntries, _ old: UnsafeRawPointer
  ) {
    for place in 0..<count {
      let lane = other.lanes + place
      for own in 0..<count where lanes[own].operand == lane.pointee.operand {
        set(other.value(old, lane), entry, lanes + own)
      }
    }
    setPresent(other.present(old), entry)
  }
}
