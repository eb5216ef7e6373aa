import Glibc

/// Finds the fields of a line.
struct FieldSplitter {
  typealias Bytes = UnsafePointer<UInt8>

  private let separator: UInt8
  private let pattern: UInt64
  /// Where each field ends, from the start of ``base``.
  let ends: UnsafeMutablePointer<Int32>
  /// The line last split; its own copy where quotes had to be taken off.
  private(set) var base: Bytes
  private var unquoted: UnsafeMutablePointer<UInt8>
  private var room = 0

  /// The most fields that a line is split into; a line of more is no record of any format.
  static let fieldsMax = 256

  init(separator: UInt8) {
    self.separator = separator
    pattern = UInt64(separator) &* 0x0101_0101_0101_0101
    ends = .allocate(capacity: Self.fieldsMax + 8)
    unquoted = .allocate(capacity: 1)
    base = UnsafePointer(unquoted)
  }

  func deallocate() {
    ends.deallocate()
    unquoted.deallocate()
  }

  /// Splits `line[0..<count]`, of which up to `readable` bytes may be read; the number of fields.
  @inline(__always)
  mutating func split(_ line: Bytes, _ count: Int, readable: Int) -> Int {
    base = line
    var fields = 0
    var at = 0
    while at < count {
      var word: UInt64
      if at &+ 8 <= readable {
        word = UnsafeRawPointer(line + at).loadUnaligned(as: UInt64.self)
      } else {
        word = 0
        for index in 0..<min(8, count &- at) {
          word |= UInt64(line[at &+ index]) &<< UInt64(8 &* index)
        }
        if separator == 0 { word = ~word }
      }
      // The top bit of each byte that equals the separator: exact, without borrows.
      let other = word ^ pattern
      let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
      var found = ~(((other & low) &+ low) | other | low)
      let left = count &- at
      if left < 8 { found &= (1 &<< UInt64(8 &* left)) &- 1 }
      while found != 0 {
        ends[fields] = Int32(truncatingIfNeeded: at &+ (found.trailingZeroBitCount &>> 3))
        fields &+= 1
        found &= found &- 1
      }
      if fields >= Self.fieldsMax { return Self.fieldsMax }
      at &+= 8
    }
    ends[fields] = Int32(truncatingIfNeeded: count)
    return fields &+ 1
  }

  /// Splits a line with quotes (RFC 4180): separators within them do not count, two are one. Nil
  /// where a quote stays open.
  mutating func splitQuoted(_ line: Bytes, _ count: Int) -> Int? {
    if count > room {
      unquoted.deallocate()
      unquoted = .allocate(capacity: count)
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
    var start = index == 0 ? 0 : Int(ends[index &- 1]) &+ 1
    var end = Int(ends[index])
    while start < end, base[start] == UInt8(ascii: " ") { start &+= 1 }
    while end > start, base[end &- 1] == UInt8(ascii: " ") { end &-= 1 }
    return (base + start, end &- start)
  }
}
