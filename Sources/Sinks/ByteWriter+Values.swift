import DataModel

/// The text of a whole second up to its decimal point, `2026-01-01T00:00:00.`.
struct SecondText {
  /// The second since the Unix epoch; `Int64.min` where there is none yet.
  var second = Int64.min
  var text: [UInt8] = []
}

/// Values as bytes, without a detour through String where rows are many.
extension ByteWriter {
  func put(integer value: Int64) {
    if value < 0 { put(UInt8(ascii: "-")) }
    put(unsigned: value.magnitude)
  }

  func put(unsigned value: UInt64) {
    // Twenty digits hold UInt64.max; they come out last first.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var rest = value
      var first = 20
      repeat {
        first -= 1
        digits[first] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest > 0
      put(digits: UnsafeBufferPointer(rebasing: digits[first..<20]))
    }
  }

  /// RFC 3339 with nine decimals, as `Timestamp.text` writes it.
  func put(time nanoseconds: Int64) {
    let perSecond: Int64 = 1_000_000_000
    var (second, rest) = nanoseconds.quotientAndRemainder(dividingBy: perSecond)
    if rest < 0 {
      rest += perSecond
      second -= 1
    }
    if seconds.0.second != second {
      (seconds.0, seconds.1) = (seconds.1, seconds.0)
      if seconds.0.second != second {
        // Nine digits and `Z` are those of the rest.
        let text = Array(Timestamp.text(nanoseconds).utf8.dropLast(10))
        seconds.0 = SecondText(second: second, text: text)
      }
    }
    put(bytes: seconds.0.text)
    var scale = perSecond / 10
    while scale > 0 {
      put(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest / scale))
      rest %= scale
      scale /= 10
    }
    put(UInt8(ascii: "Z"))
  }

  /// Dotted decimal, or RFC 5952's form, as `IPAddress.description` writes it.
  func put(address: IPAddress) {
    guard address.family == 4 else { return put(v6: address) }
    for shift in stride(from: UInt64(24), through: 0, by: -8) {
      put(unsigned: (address.low >> shift) & 255)
      if shift > 0 { put(UInt8(ascii: ".")) }
    }
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
