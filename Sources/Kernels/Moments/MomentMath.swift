/// What is computed of n, Σx and Σx² of one operand.
public enum MomentKind: Sendable, Hashable {
  /// Σx / n.
  case mean
  /// (n·Σx² − (Σx)²) / n².
  case variance
  /// Its square root.
  case deviation
}

/// Mean and variance of a population, from exact sums.
public enum MomentMath {
  /// (n·Σx² − (Σx)²) / n²: the numerator exact, in 256 bits where it has to be, and rounded once;
  /// n² is exact below 2^26.
  ///
  /// - Parameters:
  ///   - n: how many values, at least 1.
  ///   - low: the lower half of Σx², `high` the upper.
  @inlinable @inline(__always)
  public static func variance(
    count n: UInt64, total: Int64, low: UInt64, high: UInt64
  ) -> Double {
    guard high == 0 else { return wideVariance(n, total, low, high) }
    // By Cauchy and Schwarz not negative, and below 2^128.
    let square = UInt128(truncatingIfNeeded: Int128(total) &* Int128(total))
    let count = real(n)
    return real(UInt128(low) &* UInt128(n) &- square) / (count * count)
  }

  @usableFromInline @inline(never)
  static func wideVariance(
    _ n: UInt64, _ total: Int64, _ low: UInt64, _ high: UInt64
  ) -> Double {
    // n·Σx² in three words, less (Σx)² in two.
    let first = low.multipliedFullWidth(by: n)
    let second = high.multipliedFullWidth(by: n)
    let (scaled1, carry) = second.low.addingReportingOverflow(first.high)
    let scaled2 = second.high &+ (carry ? 1 : 0)
    let square = total.magnitude.multipliedFullWidth(by: total.magnitude)
    let (word0, borrow0) = first.low.subtractingReportingOverflow(square.low)
    let (part1, borrow1) = scaled1.subtractingReportingOverflow(square.high)
    let (word1, borrow2) = part1.subtractingReportingOverflow(borrow0 ? 1 : 0)
    let word2 = scaled2 &- (borrow1 || borrow2 ? 1 : 0)
    let count = Double(n)
    if word2 == 0 { return real(word1, word0) / (count * count) }
    // Whether there is anything in the last word matters to rounding only.
    let sticky = word1 | (word0 != 0 ? 1 : 0)
    return real(word2, sticky) * 0x1p64 / (count * count)
  }

  /// The double nearest to high · 2^64 + low, ties to even.
  @inlinable @inline(__always)
  public static func real(_ high: UInt64, _ low: UInt64) -> Double {
    real(UInt128(high) &<< 64 | UInt128(low))
  }

  /// The double nearest to a number, ties to even. Without a branch: half of the numbers of a
  /// stream need 64 bits and half more, in no order.
  @inlinable @inline(__always)
  public static func real(_ number: UInt128) -> Double {
    let zeros = UInt64(truncatingIfNeeded: number.leadingZeroBitCount)
    let scaled = number &<< UInt128(zeros)
    let top = UInt64(truncatingIfNeeded: scaled &>> 64)
    let rest = UInt64(truncatingIfNeeded: scaled)
    // Of the 63 bits that are converted, the last says only that something was cut off.
    let sticky = UInt64(unsafeBitCast(rest != 0, to: UInt8.self)) | top & 1
    let nearest = Double(Int64(bitPattern: top &>> 1 | sticky))
    return nearest * Double(bitPattern: (1023 &+ 65 &- zeros) &<< 52)
  }

  /// The double nearest to a number. Processors convert signed ones in one step.
  @inlinable @inline(__always)
  public static func real(_ value: UInt64) -> Double {
    let signed = Int64(bitPattern: value)
    if signed >= 0 { return Double(signed) }
    return Double(Int64(bitPattern: value &>> 1 | value & 1)) * 2
  }
}
