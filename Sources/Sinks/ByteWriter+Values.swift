import DataModel

/// The text of a day with the letter behind it, `2026-01-01T`.
struct DayText {
  /// The day since the Unix epoch; `Int64.min` where there is none yet.
  var day = Int64.min
  var text: [UInt8] = []
}

/// Values as bytes, without a detour through String where rows are many.
extension ByteWriter {
  @inline(__always)
  func put(integer value: Int64) { advance(NumberText.write(value, to: room(24))) }

  func put(unsigned value: UInt64) { advance(NumberText.write(value, to: room(24))) }

  /// The shortest decimal that reads back as the same number, as `description` writes it.
  @inline(__always)
  func put(real value: Double) {
    let length = NumberText.write(value, to: room(NumberText.realBytes))
    if length > 0 { advance(length) } else { put(text: value.description) }
  }

  /// RFC 3339 with nine decimals, as `Timestamp.text` writes it.
  func put(time nanoseconds: Int64) {
    let perDay: Int64 = 86_400_000_000_000
    var (day, rest) = nanoseconds.quotientAndRemainder(dividingBy: perDay)
    if rest < 0 {
      rest += perDay
      day -= 1
    }
    if days.0.day != day {
      (days.0, days.1) = (days.1, days.0)
      if days.0.day != day {
        let text = Array(Timestamp.text(nanoseconds).utf8.prefix { $0 != UInt8(ascii: "T") })
        days.0 = DayText(day: day, text: text + [UInt8(ascii: "T")])
      }
    }
    put(bytes: days.0.text)
    let (second, fraction) = UInt64(rest).quotientAndRemainder(dividingBy: 1_000_000_000)
    let text = room(32)
    NumberText.write(twoDigits: second / 3600, to: text)
    text[2] = UInt8(ascii: ":")
    NumberText.write(twoDigits: second / 60 % 60, to: text + 3)
    text[5] = UInt8(ascii: ":")
    NumberText.write(twoDigits: second % 60, to: text + 6)
    text[8] = UInt8(ascii: ".")
    NumberText.write(nineDigits: fraction, to: text + 9)
    text[18] = UInt8(ascii: "Z")
    advance(19)
  }

  /// Dotted decimal, or RFC 5952's form, as `IPAddress.description` writes it.
  func put(address: IPAddress) {
    guard address.family == 4 else { return put(v6: address) }
    let text = room(24)
    var length = 0
    for shift in stride(from: UInt64(24), through: 0, by: -8) {
      length &+= NumberText.write((address.low &>> shift) & 255, to: text + length)
      text[length] = UInt8(ascii: ".")
      length &+= 1
    }
    advance(length &- 1)
  }

  private func put(v6 address: IPAddress) {
    func group(_ index: Int) -> UInt64 {
      let half = index < 4 ? address.high : address.low
      return (half >> UInt64(48 - (index & 3) * 16)) & 0xFFFF
    }
    // The longest run of two or more zero groups, the first of equals, becomes `::`.
    var zeros = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8 && group(end) == 0 { end += 1 }
      if end - start > max(zeros.count, 1) { zeros = start..<end }
      start = end + 1
    }
    var index = 0
    while index < 8 {
      if zeros.contains(index) {
        put("::")
        index = zeros.upperBound
        continue
      }
      if index > 0 && (zeros.isEmpty || index != zeros.upperBound) { put(UInt8(ascii: ":")) }
      put(hexadecimal: group(index))
      index += 1
    }
  }

  private func put(hexadecimal value: UInt64) {
    var shift: UInt64 = value > 0xFFF ? 12 : value > 0xFF ? 8 : value > 0xF ? 4 : 0
    while true {
      let digit = UInt8(truncatingIfNeeded: (value >> shift) & 15)
      put(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      if shift == 0 { return }
      shift -= 4
    }
  }
}
