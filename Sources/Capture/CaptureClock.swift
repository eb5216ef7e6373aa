/// The clock of a pcapng interface: what one unit of its timestamps is worth (if_tsresol) and how
/// many seconds stand between its zero and the Unix epoch (if_tsoffset).
struct CaptureClock: Equatable {
  private enum Unit: Equatable {
    /// One unit is this many nanoseconds.
    case nanoseconds(UInt64)
    /// This many units are one nanosecond.
    case perNanosecond(UInt64)
    /// Two to this power units are one second.
    case binary(shift: UInt64)
  }

  private let unit: Unit
  /// Seconds.
  var offset: Int64

  static let microseconds = CaptureClock(unit: .nanoseconds(1000), offset: 0)

  private init(unit: Unit, offset: Int64) {
    self.unit = unit
    self.offset = offset
  }

  /// `resolution` as in the option: a power of ten, or of two if the top bit is set, all negative.
  /// Nil for units so small that 64 bits of them are no second.
  init?(resolution: UInt8, offset: Int64) {
    let power = Int(resolution & 0x7F)
    if resolution & 0x80 != 0 {
      guard power <= 63 else { return nil }
      self.init(unit: .binary(shift: UInt64(power)), offset: offset)
    } else if power <= 9 {
      self.init(unit: .nanoseconds(Self.powerOfTen(9 - power)), offset: offset)
    } else {
      guard power <= 19 else { return nil }
      self.init(unit: .perNanosecond(Self.powerOfTen(power - 9)), offset: offset)
    }
  }

  /// Nanoseconds since the Unix epoch, rounded down; nil where 64 bits cannot hold them.
  @inline(__always)
  func nanoseconds(_ units: UInt64) -> Int64? {
    if case .nanoseconds(let each) = unit, offset == 0 {
      let (value, overflow) = units.multipliedReportingOverflow(by: each)
      return overflow ? nil : Int64(exactly: value)
    }
    return exactNanoseconds(units)
  }

  @inline(never)
  private func exactNanoseconds(_ units: UInt64) -> Int64? {
    let value: UInt64
    switch unit {
    case .nanoseconds(let each):
      let (product, overflow) = units.multipliedReportingOverflow(by: each)
      if overflow { return nil }
      value = product
    case .perNanosecond(let divisor):
      value = units / divisor
    case .binary(let shift):
      let seconds = (units >> shift).multipliedReportingOverflow(by: 1_000_000_000)
      if seconds.overflow { return nil }
      let fraction = units & ((1 << shift) - 1)
      let product = fraction.multipliedFullWidth(by: 1_000_000_000)
      // The fraction is below 2^shift, so the quotient is below 10^9.
      let part = shift == 0 ? 0 : (product.high << (64 - shift)) | (product.low >> shift)
      let sum = seconds.partialValue.addingReportingOverflow(part)
      if sum.overflow { return nil }
      value = sum.partialValue
    }
    guard let time = Int64(exactly: value) else { return nil }
    let shift = offset.multipliedReportingOverflow(by: 1_000_000_000)
    let sum = time.addingReportingOverflow(shift.partialValue)
    return shift.overflow || sum.overflow ? nil : sum.partialValue
  }

  private static func powerOfTen(_ power: Int) -> UInt64 {
    var value: UInt64 = 1
    for _ in 0..<power { value *= 10 }
    return value
  }
}
