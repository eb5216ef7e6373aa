import CText

/// Lines that are split and not yet read. Their fields are read column by column, so that a loop
/// does one thing; a block of them and its text stay in a first-level cache.
///
/// All ends of fields are found at once (``index(_:readable:separator:most:)``), then the lines
/// that are records are kept.
struct LineBlock {
  typealias Bytes = UnsafePointer<UInt8>

  /// The most lines.
  static let capacity = 128

  /// The time of each kept line's record.
  let times: UnsafeMutablePointer<Int64>
  /// Its number in the file.
  let numbers: UnsafeMutablePointer<UInt64>
  /// Kept lines.
  private(set) var count = 0
  /// Fields of a kept line.
  var fields = 0

  /// What ends are counted from.
  private var base: Bytes
  /// Whether the last field of a line may have a carriage return behind it.
  private var mayReturn = true
  /// Where fields end, line after line; -1 before the first.
  private let ends: UnsafeMutablePointer<Int32>
  /// Of each line that is indexed the number of ends up to its last.
  private let lasts: UnsafeMutablePointer<UInt32>
  /// Of each kept line the number of ends before its first.
  private let firsts: UnsafeMutablePointer<UInt32>
  /// Where the fields are that were placed last.
  private let places: UnsafeMutablePointer<Int32>
  private let level = salc_text_level()

  /// Ends that there is room for, so that lines of the most fields do not make blocks shorter.
  private static let endsRoom = capacity * SplitLine.fieldsMax

  init() {
    times = .allocate(capacity: Self.capacity)
    numbers = .allocate(capacity: Self.capacity)
    firsts = .allocate(capacity: Self.capacity)
    places = .allocate(capacity: 2 * Self.capacity)
    lasts = .allocate(capacity: Self.capacity + Int(SALC_TEXT_ROOM))
    ends = .allocate(capacity: 1 + Self.endsRoom + Int(SALC_TEXT_ROOM)) + 1
    ends[-1] = -1
    base = UnsafePointer(UnsafeRawPointer(ends).assumingMemoryBound(to: UInt8.self))
  }

  func deallocate() {
    times.deallocate()
    numbers.deallocate()
    firsts.deallocate()
    places.deallocate()
    lasts.deallocate()
    (ends - 1).deallocate()
  }

  /// Finds the fields of the next lines, `most` at most, among `readable` bytes behind which
  /// `SALC_TEXT_PAD` more may be read; the number of lines that end there. None are kept yet.
  mutating func index(_ text: Bytes, readable: Int, separator: UInt8, most: Int) -> Int {
    (base, count, mayReturn) = (text, 0, true)
    return Int(
      salc_text_index(
        level, text, UInt64(readable), separator, ends, UInt32(Self.endsRoom), lasts,
        UInt32(truncatingIfNeeded: min(most, Self.capacity))))
  }

  /// Makes a line that was split otherwise the only one.
  mutating func setLine(_ line: FieldSplitter) {
    (base, count, mayReturn) = (line.base, 0, false)
    ends.update(from: line.ends, count: line.count)
    lasts[0] = UInt32(truncatingIfNeeded: line.count)
  }

  /// Where the first `lines` end: how many bytes they have.
  func length(of lines: Int) -> Int { Int(ends[Int(lasts[lines - 1]) - 1]) + 1 }

  @inline(__always)
  private func first(of line: Int) -> UInt32 { line == 0 ? 0 : lasts[line &- 1] }

  /// How many fields an indexed line has.
  @inline(__always)
  func fieldCount(of line: Int) -> Int { Int(lasts[line] &- first(of: line)) }

  /// An indexed line by itself, with the most fields at most.
  func line(_ line: Int) -> SplitLine {
    let first = first(of: line)
    return SplitLine(
      base: base, ends: UnsafePointer(ends + Int(first)),
      count: min(fieldCount(of: line), SplitLine.fieldsMax), mayReturn: mayReturn)
  }

  /// A field of an indexed line that has as many as kept ones do.
  @inline(__always)
  func field(_ field: Int, ofIndexed line: Int) -> (Bytes, Int) {
    SplitLine.field(
      base, ends + (Int(first(of: line)) &+ field), mayReturn: mayReturn && field == fields &- 1)
  }

  /// Keeps an indexed line; lines are kept in their order.
  @inline(__always)
  mutating func keep(_ line: Int, time: Int64, number: UInt64) {
    firsts[count] = first(of: line)
    times[count] = time
    numbers[count] = number
    count &+= 1
  }

  /// Forgets the lines that were kept.
  mutating func removeAll() { count = 0 }

  /// A field of a kept line without blanks around it.
  @inline(__always)
  func field(_ field: Int, of line: Int) -> (Bytes, Int) {
    SplitLine.field(
      base, ends + (Int(firsts[line]) &+ field), mayReturn: mayReturn && field == fields &- 1)
  }

  /// Reads a field of the kept lines as IPv4 addresses, with 4 for their family and 0 for that of
  /// anything else; how many are something else.
  func addresses(
    _ field: Int, _ values: UnsafeMutablePointer<UInt64>, _ families: UnsafeMutablePointer<UInt8>
  ) -> Int {
    let (starts, counts) = (places, places + Self.capacity)
    for line in 0..<count {
      let (at, length) = self.field(field, of: line)
      starts[line] = Int32(truncatingIfNeeded: at - base)
      counts[line] = Int32(truncatingIfNeeded: length)
    }
    var fields = salc_fields(
      base: base, starts: starts, counts: counts, count: UInt32(truncatingIfNeeded: count))
    return Int(salc_text_ipv4s(level, &fields, values, families))
  }
}
