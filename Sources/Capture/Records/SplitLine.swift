/// A line whose fields' ends are known.
struct SplitLine {
  typealias Bytes = UnsafePointer<UInt8>

  /// What ends are counted from: text, or its copy without quotes.
  let base: Bytes
  /// Where each field ends; the place before the first one's is the octet before the line.
  let ends: UnsafePointer<Int32>
  /// How many fields there are.
  let count: Int
  /// Whether a carriage return may stand before the line's end, which is none of the last field.
  let mayReturn: Bool

  /// The most fields of a line; one of more is no record of any format.
  static let fieldsMax = 256

  /// Field `index` without blanks around it: where it begins, and how many bytes.
  func field(_ index: Int) -> (Bytes, Int) {
    Self.field(base, ends + index, mayReturn: mayReturn && index == count - 1)
  }

  /// Whether there is nothing in the line.
  var isEmpty: Bool {
    let length = ends[count - 1] - ends[-1] - 1
    return length == 0 || (length == 1 && mayReturn && base[Int(ends[-1]) + 1] == 13)
  }

  /// The field that ends at `end[0]`, without blanks around it.
  @inline(__always)
  static func field(
    _ base: Bytes, _ end: UnsafePointer<Int32>, mayReturn: Bool
  ) -> (Bytes, Int) {
    var (start, stop) = (Int(end[-1]) &+ 1, Int(end[0]))
    if mayReturn, stop > start, base[stop &- 1] == 13 { stop &-= 1 }
    while start < stop, base[start] == UInt8(ascii: " ") { start &+= 1 }
    while stop > start, base[stop &- 1] == UInt8(ascii: " ") { stop &-= 1 }
    return (base + start, stop &- start)
  }
}
