import CText
import Glibc

/// Finds the fields of a line that may have quotes; most lines go through ``LineBlock`` instead.
struct FieldSplitter {
  typealias Bytes = UnsafePointer<UInt8>

  private let separator: UInt8
  /// Where each field of the line ends.
  let ends: UnsafeMutablePointer<Int32>
  /// How many fields the line has, ``SplitLine/fieldsMax`` at most.
  private(set) var count = 0
  /// The line last split, behind which `SALC_TEXT_PAD` bytes more may be read if that was so
  /// before: its own copy where quotes had to be taken off.
  private(set) var base: Bytes
  private var unquoted: UnsafeMutablePointer<UInt8>
  private var room = 0

  init(separator: UInt8) {
    self.separator = separator
    ends = .allocate(capacity: SplitLine.fieldsMax + 2) + 1
    ends[-1] = -1
    unquoted = .allocate(capacity: Int(SALC_TEXT_PAD))
    base = UnsafePointer(unquoted)
  }

  func deallocate() {
    (ends - 1).deallocate()
    unquoted.deallocate()
  }

  /// The line last split.
  var line: SplitLine {
    SplitLine(base: base, ends: UnsafePointer(ends), count: count, mayReturn: false)
  }

  /// Splits a line of `length` bytes; false where a quote stays open.
  mutating func split(_ line: Bytes, _ length: Int) -> Bool {
    if memchr(line, Int32(UInt8(ascii: "\"")), length) != nil {
      return splitQuoted(line, length)
    }
    base = line
    count = 0
    for index in 0..<length where line[index] == separator { end(at: index) }
    end(at: length)
    return true
  }

  /// Splits a line with quotes (RFC 4180): separators within them do not count, two are one.
  private mutating func splitQuoted(_ line: Bytes, _ size: Int) -> Bool {
    if size > room {
      unquoted.deallocate()
      unquoted = .allocate(capacity: size + Int(SALC_TEXT_PAD))
      room = size
    }
    base = UnsafePointer(unquoted)
    count = 0
    let quote = UInt8(ascii: "\"")
    var (length, at) = (0, 0)
    var isQuoted = false
    while at < size {
      let byte = line[at]
      at += 1
      if byte == quote {
        if isQuoted, at < size, line[at] == quote {
          unquoted[length] = quote
          length += 1
          at += 1
        } else {
          isQuoted.toggle()
        }
      } else {
        if byte == separator && !isQuoted {
          guard count < SplitLine.fieldsMax else { return true }
          end(at: length)
        }
        // The separator stays between fields, so that a field begins behind the last one's end.
        unquoted[length] = byte
        length += 1
      }
    }
    end(at: length)
    return !isQuoted
  }

  /// A field ends; those beyond the most are not counted.
  private mutating func end(at place: Int) {
    guard count < SplitLine.fieldsMax else { return }
    ends[count] = Int32(truncatingIfNeeded: place)
    count += 1
  }
}
