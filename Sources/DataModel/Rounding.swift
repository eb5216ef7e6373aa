/// How a number is rounded before it counts as an item: to the end of its bucket nearer to zero,
/// or of steps the lower end. A bucket's name is a value of the field's own type and width.
///
/// The data path does the same: `sal_round_log` and `sal_round_step` of `sal/arith.h`.
public enum Rounding: Hashable, Sendable {
  /// Keeps a number's leading one and the `bits` behind it, 0…16: every value lies within
  /// 2^-(bits + 1) of the middle of its bucket, relative to the value.
  case leading(bits: Int)
  /// Steps of a width, towards −∞; a lowest step that begins below 64 bits begins at their end.
  case step(Int64)

  /// The bucket's name.
  @inline(__always)
  public func round(_ value: Int64) -> Int64 {
    switch self {
    case .leading(let bits):
      let magnitude = value.magnitude
      let shift = max(0, 63 - magnitude.leadingZeroBitCount - bits)
      let kept = (magnitude >> UInt64(shift)) << UInt64(shift)
      return value < 0 ? 0 &- Int64(truncatingIfNeeded: kept) : Int64(truncatingIfNeeded: kept)
    case .step(let width):
      let rest = value % width
      let down = rest < 0 ? rest + width : rest
      return value.subtractingReportingOverflow(down).overflow ? .min : value - down
    }
  }

  /// The bucket's values, from the least to the greatest, by its name.
  public func values(of bucket: Int64) -> ClosedRange<Int64> {
    switch self {
    case .leading(let bits):
      let shift = max(0, 63 - bucket.magnitude.leadingZeroBitCount - bits)
      let others = shift > 62 ? Int64.max : (Int64(1) << Int64(shift)) - 1
      return bucket < 0
        ? (bucket < .min + others ? .min : bucket - others)...bucket
        : bucket...(bucket | others)
    case .step(let width):
      let (last, overflow) = bucket.addingReportingOverflow(width - 1)
      return bucket...(overflow ? Int64.max : last)
    }
  }
}
