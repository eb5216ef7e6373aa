/// Lines that are split and not yet read. Their fields are read column by column, so that a loop
/// does one thing; a block of them and its text stay in a first-level cache.
struct LineBlock {
  /// The most lines.
  static let capacity = 128

  /// Where each line begins.
  let starts: UnsafeMutablePointer<UnsafePointer<UInt8>>
  /// The time of its record.
  let times: UnsafeMutablePointer<Int64>
  /// Its number in the file.
  let numbers: UnsafeMutablePointer<UInt64>
  /// Lines in the block.
  private(set) var count = 0
  /// Fields of a line.
  var fields = 0
  /// Where the fields of the lines end, line after line.
  private let ends: UnsafeMutablePointer<Int32>

  init() {
    starts = .allocate(capacity: Self.capacity)
    times = .allocate(capacity: Self.capacity)
    numbers = .allocate(capacity: Self.capacity)
    ends = .allocate(capacity: Self.capacity * FieldSplitter.fieldsMax + FieldSplitter.endsRoom)
  }

  func deallocate() {
    starts.deallocate()
    times.deallocate()
    numbers.deallocate()
    ends.deallocate()
  }

  var isFull: Bool { count == Self.capacity }

  /// Where the ends of the next line's fields belong; splitting may write behind them.
  @inline(__always)
  var next: UnsafeMutablePointer<Int32> { ends + (count &* fields) }

  /// Adds the line whose fields' ends are at ``next``.
  @inline(__always)
  mutating func append(_ start: UnsafePointer<UInt8>, time: Int64, number: UInt64) {
    starts[count] = start
    times[count] = time
    numbers[count] = number
    count &+= 1
  }

  mutating func removeAll() { count = 0 }

  /// A field of a line without blanks around it.
  @inline(__always)
  func field(_ field: Int, of line: Int) -> (UnsafePointer<UInt8>, Int) {
    let ends = self.ends + (line &* fields &+ field)
    let start = field == 0 ? 0 : Int(ends[-1]) &+ 1
    return FieldSplitter.trimmed(starts[line], start, Int(ends[0]))
  }
}
