import CText
import DataModel
import Glibc

/// Values out of the text of a field: bytes `at[0..<count]`, not empty, without blanks around them.
///
/// Nil for what is no such value. No allocation, no locale.
enum FieldText {
  typealias Bytes = UnsafePointer<UInt8>

  // MARK: With room behind

  // The same, where SALC_TEXT_PAD bytes behind the text may be read: what is usual at once, all
  // else by the functions below.

  @inline(__always)
  static func paddedUnsigned(_ at: Bytes, _ count: Int, limit: UInt64) -> UInt64? {
    var value: UInt64 = 0
    guard salc_text_decimal(at, UInt32(truncatingIfNeeded: count), &value) != 0 else {
      return unsigned(at, count, limit: limit)
    }
    return value <= limit ? value : nil
  }

  @inline(__always)
  static func paddedSeconds(_ at: Bytes, _ count: Int) -> Int64? {
    var value: Int64 = 0
    guard salc_text_seconds(at, UInt32(truncatingIfNeeded: count), &value) != 0 else {
      return seconds(at, count)
    }
    return value
  }

  @inline(__always)
  static func paddedTime(_ at: Bytes, _ count: Int) -> Int64? {
    var value: Int64 = 0
    guard salc_text_seconds(at, UInt32(truncatingIfNeeded: count), &value) != 0 else {
      return time(at, count)
    }
    return value
  }

  // MARK: Any text

  /// Decimal digits, or hexadecimal ones behind `0x`; at most `limit`.
  static func unsigned(_ at: Bytes, _ count: Int, limit: UInt64) -> UInt64? {
    if count > 2, at[1] | 32 == UInt8(ascii: "x"), at[0] == UInt8(ascii: "0") {
      return hexadecimal(at + 2, count - 2, limit: limit)
    }
    guard count <= 19 else { return nil }
    var value: UInt64 = 0
    for index in 0..<count {
      let digit = at[index] &- UInt8(ascii: "0")
      if digit > 9 { return nil }
      value = value &* 10 &+ UInt64(digit)
    }
    return value <= limit ? value : nil
  }

  /// `true` or `1`, `false` or `0`.
  static func bool(_ at: Bytes, _ count: Int) -> UInt64? {
    let word = UnsafeBufferPointer(start: at, count: count)
    if word.elementsEqual("true".utf8) || word.elementsEqual("1".utf8) { return 1 }
    return word.elementsEqual("false".utf8) || word.elementsEqual("0".utf8) ? 0 : nil
  }

  private static func hexadecimal(_ at: Bytes, _ count: Int, limit: UInt64) -> UInt64? {
    guard count <= 16 else { return nil }
    var value: UInt64 = 0
    for index in 0..<count {
      let byte = at[index]
      let letter = (byte | 32) &- UInt8(ascii: "a")
      let decimal = byte &- UInt8(ascii: "0")
      guard decimal <= 9 || letter <= 5 else { return nil }
      value = value << 4 | UInt64(decimal <= 9 ? decimal : letter + 10)
    }
    return value <= limit ? value : nil
  }

  /// Decimal digits, perhaps behind a sign.
  static func signed(_ at: Bytes, _ count: Int) -> Int64? {
    let isNegative = at[0] == UInt8(ascii: "-")
    let sign = isNegative || at[0] == UInt8(ascii: "+") ? 1 : 0
    guard count > sign else { return nil }
    let limit = UInt64(Int64.max)
    guard let value = unsigned(at + sign, count - sign, limit: limit) else { return nil }
    return isNegative ? -Int64(value) : Int64(value)
  }

  /// Decimal seconds as nanoseconds; decimals beyond the ninth are cut off.
  static func seconds(_ at: Bytes, _ count: Int) -> Int64? {
    var whole: UInt64 = 0
    var index = 0
    while index < count {
      let digit = at[index] &- UInt8(ascii: "0")
      if digit > 9 { break }
      whole = whole &* 10 &+ UInt64(digit)
      index &+= 1
    }
    // Ten digits are below 2^34, and eleven may be too many nanoseconds for 64 bits.
    guard index <= 10, whole <= 9_223_372_035 else { return nil }
    if index == count { return index > 0 ? Int64(whole) &* 1_000_000_000 : nil }
    guard at[index] == UInt8(ascii: "."), count > 1 else { return nil }
    index &+= 1
    var (fraction, unit): (UInt64, UInt64) = (0, 1_000_000_000)
    while index < count {
      let digit = at[index] &- UInt8(ascii: "0")
      if digit > 9 { return nil }
      if unit > 1 {
        fraction = fraction &* 10 &+ UInt64(digit)
        unit /= 10
      }
      index &+= 1
    }
    return Int64(whole &* 1_000_000_000 &+ fraction &* unit)
  }

  /// Seconds since the Unix epoch, or `YYYY-MM-DD hh:mm:ss.fraction` in UTC: `/` for `-`, and `T`
  /// or `+` for the blank do too, and so does a `Z` at the end.
  static func time(_ at: Bytes, _ count: Int) -> Int64? {
    if count >= 19, at[4] == UInt8(ascii: "-") || at[4] == UInt8(ascii: "/") {
      return date(at, count)
    }
    return seconds(at, count)
  }

  private static func date(_ at: Bytes, _ count: Int) -> Int64? {
    func number(_ place: Int, _ width: Int) -> Int64? {
      unsigned(at + place, width, limit: 9999).map { Int64($0) }
    }
    let isSplit = [UInt8(ascii: " "), UInt8(ascii: "T"), UInt8(ascii: "+")].contains(at[10])
    let colon = UInt8(ascii: ":")
    guard isSplit, at[7] == at[4], at[13] == colon, at[16] == colon,
      let year = number(0, 4), let month = number(5, 2), let day = number(8, 2),
      let hour = number(11, 2), let minute = number(14, 2), year >= 1970, year < 2262,
      1...12 ~= month, 1...31 ~= day, hour < 24, minute < 60
    else { return nil }
    let end = at[count - 1] == UInt8(ascii: "Z") ? count - 1 : count
    guard let second = seconds(at + 17, end - 17), second < 61_000_000_000 else { return nil }
    // Hinnant, chrono-Compatible Low-Level Date Algorithms, `days_from_civil`.
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * 146_097 + dayOfEra - 719_468
    return (days * 86_400 + hour * 3600 + minute * 60) * 1_000_000_000 + second
  }

  /// Four decimal numbers of at most 255.
  static func ipv4(_ at: Bytes, _ count: Int) -> UInt64? {
    guard count <= 15 else { return nil }
    var (address, part): (UInt64, UInt64) = (0, 0)
    var (digits, dots) = (0, 0)
    for index in 0..<count {
      let digit = at[index] &- UInt8(ascii: "0")
      if digit <= 9 {
        part = part &* 10 &+ UInt64(digit)
        digits &+= 1
        if part > 255 { return nil }
      } else {
        guard at[index] == UInt8(ascii: "."), digits > 0 else { return nil }
        address = address &<< 8 | part
        (part, digits) = (0, 0)
        dots &+= 1
      }
    }
    return dots == 3 && digits > 0 ? address &<< 8 | part : nil
  }

  /// The halves of an IPv6 address.
  static func ipv6(_ at: Bytes, _ count: Int) -> (UInt64, UInt64)? {
    guard count < Int(INET6_ADDRSTRLEN) else { return nil }
    return withUnsafeTemporaryAllocation(byteCount: count + 1, alignment: 1) { text in
      text.baseAddress?.copyMemory(from: at, byteCount: count)
      text[count] = 0
      var address = in6_addr()
      guard inet_pton(AF_INET6, text.baseAddress, &address) == 1 else { return nil }
      return withUnsafeBytes(of: &address) { bytes in
        (
          UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
          UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        )
      }
    }
  }
}
