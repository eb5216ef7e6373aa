public import DataModel
public import Kernels

/// What an operator makes of the sums over a window that a histogram tells within bounds.
public enum WindowEstimate: Sendable, Hashable {
  /// Σx, of durations as durations.
  case sum(isDuration: Bool)
  /// A moment, with what the values' unit is divided by.
  case moment(MomentKind, unit: Double)

  /// Whose error the histogram has to bound.
  public var measure: ExponentialHistogramShape.Measure {
    switch self {
    case .sum, .moment(.mean, _): .sum
    case .moment: .variance
    }
  }

  /// The answer, of Σx or Σ(x − mean)² and the exact count, at least 1.
  public func estimate(of value: Double, from low: Double, to high: Double, count: Int) -> Estimate
  {
    let number: (Double) -> Double
    switch self {
    case .sum(let isDuration):
      let total = Int64(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
      let result: Value = isDuration ? .duration(total) : .integer(total)
      // Beyond 2^53 the sums have been rounded.
      let isRounded = max(low.magnitude, high.magnitude) > 0x1p53
      if low == high, !isRounded { return Estimate(result) }
      return Estimate(
        result, .approximate,
        bound: isRounded
          ? Bound(low: low.nextDown, high: high.nextUp) : Bound(low: low, high: high))
    case .moment(.mean, let unit): number = { $0 / Double(count) / unit }
    case .moment(.variance, let unit): number = { $0 / Double(count) / (unit * unit) }
    case .moment(.deviation, let unit):
      number = { ($0 / Double(count)).squareRoot() / unit }
    }
    if low == high { return Estimate(.real(number(value))) }
    return Estimate(
      .real(number(value)), .approximate, bound: Bound(low: number(low), high: number(high)))
  }
}

extension StreamOperator {
  /// What the operator makes of a histogram; of most that have moments, those.
  public func windowEstimate(_ call: OperatorCall) -> WindowEstimate? {
    moment(call).map { .moment($0.kind, unit: $0.unit) }
  }
}
