import CRuntimeBPF
import Glibc

/// Finds the fields of a line. Behind a line `SAL_TEXT_PAD` bytes more may be read.
struct FieldSplitter {
  typealias Bytes = UnsafePointer<UInt8>

  private let separator: UInt8
  /// Where each field ends, from the start of ``base``: room for ``endsRoom``, the caller's.
  var ends: UnsafeMutablePointer<Int32>
  /// The line last split; its own copy where quotes had to be taken off.
  private(set) var base: Bytes
  private var unquoted: UnsafeMutablePointer<UInt8>
  private var room = 0

  /// The most fields that a line is split into; a line of more is no record of any format.
  static let fieldsMax = 256
  /// Places that splitting may write to, though a line has fewer fields.
  static let endsRoom = fieldsMax + Int(SAL_TEXT_ENDS)

  init(separator: UInt8, ends: UnsafeMutablePointer<Int32>) {
    self.separator = separator
    self.ends = ends
    unquoted = .allocate(capacity: Int(SAL_TEXT_PAD))
    base = UnsafePointer(unquoted)
  }

  func deallocate() { unquoted.deallocate() }

  /// Splits the line that begins at `line`, of which and behind which `readable` bytes are text:
  /// the number of fields and the line's length without its end; no fields where it has no end.
  @inline(__always)
  mutating func split(_ line: Bytes, readable: Int) -> (fields: Int, length: Int) {
    base = line
    var length: UInt64 = 0
    let fields = Int(
      sal_text_split(
        line, UInt64(readable), separator, ends, UInt32(Self.fieldsMax), &length))
    return (fields, Int(length))
  }

  /// Splits the last line, which may have no end; the number of fields.
  mutating func split(_ line: Bytes, count: Int) -> Int {
    base = line
    var fields = 0
    for index in 0..<count where line[index] == separator {
      if fields == Self.fieldsMax { return fields }
      ends[fields] = Int32(truncatingIfNeeded: index)
      fields += 1
    }
    ends[fields] = Int32(truncatingIfNeeded: count)
    return min(fields + 1, Self.fieldsMax)
  }

  /// Takes the last byte off the last of the fields.
  @inline(__always)
  func dropLastByte(of fields: Int) { ends[fields &- 1] &-= 1 }

  /// Splits a line with quotes (RFC 4180): separators within them do not count, two are one. Nil
  /// where a quote stays open.
  mutating func splitQuoted(_ line: Bytes, _ count: Int) -> Int? {
    if count > room {
      unquoted.deallocate()
      unquoted = .allocate(capacity: count + Int(SAL_TEXT_PAD))
      room = count
    }
    let quote = UInt8(ascii: "\"")
    var (fields, length, at) = (0, 0, 0)
    var isQuoted = false
    while at < count {
      let byte = line[at]
      at += 1
      if byte == quote {
        if isQuoted, at < count, line[at] == quote {
          unquoted[length] = quote
          length += 1
          at += 1
        } else {
          isQuoted.toggle()
        }
      } else {
        if byte == separator && !isQuoted {
          if fields >= Self.fieldsMax { return Self.fieldsMax }
          ends[fields] = Int32(length)
          fields += 1
        }
        // The separator stays between fields, so that a field begins behind the last one's end.
        unquoted[length] = byte
        length += 1
      }
    }
    base = UnsafePointer(unquoted)
    ends[fields] = Int32(length)
    return isQuoted ? nil : fields + 1
  }

  /// Field `index` without blanks around it.
  @inline(__always)
  func field(_ index: Int) -> (Bytes, Int) {
    Self.trimmed(base, index == 0 ? 0 : Int(ends[index &- 1]) &+ 1, Int(ends[index]))
  }

  /// Bytes `start..<end` without blanks around them: where they begin, and how many.
  @inline(__always)
  static func trimmed(_ base: Bytes, _ start: Int, _ end: Int) -> (Bytes, Int) {
    var (start, end) = (start, end)
    while start < end, base[start] == UInt8(ascii: " ") { start &+= 1 }
    while end > start, base[end &- 1] == UInt8(ascii: " ") { end &-= 1 }
    return (base + start, end &- start)
  }
}
