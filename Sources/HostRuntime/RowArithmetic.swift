import DataModel
import Kernels
import Operators
import Plan

/// Arithmetic and comparison of values with bounds.
enum RowArithmetic {
  static func apply(_ operation: RowOperator, _ a: RowValue, _ b: RowValue) -> RowValue {
    let quality = max(a.quality, b.quality)
    guard let x = a.number, let y = b.number else { return RowValue(.missing, quality: quality) }
    let number: RowNumber?
    switch operation {
    case .realDivide: number = RowNumber.quotient(x, y)
    case .integer(let arithmetic): number = RowNumber.apply(arithmetic, x, y)
    }
    let isBounded = a.bound != nil || b.bound != nil
    let bound = isBounded ? interval(operation, a.range, b.range) : nil
    return RowValue(number, bound: bound, quality: quality)
  }

  private static func interval(_ operation: RowOperator, _ a: Bound, _ b: Bound) -> Bound {
    let everything = Bound(low: -.infinity, high: .infinity)
    func hull(_ values: [Double]) -> Bound {
      guard let low = values.min(), let high = values.max(), low == low, high == high else {
        return everything
      }
      return Bound(low: low, high: high)
    }
    let isZeroInB = b.low <= 0 && b.high >= 0
    let quotients = [a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high]
    switch operation {
    case .integer(.add): return Bound(low: a.low + b.low, high: a.high + b.high)
    case .integer(.subtract): return Bound(low: a.low - b.high, high: a.high - b.low)
    case .integer(.multiply):
      return hull([a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high])
    case .realDivide: return isZeroInB ? everything : hull(quotients)
    case .integer(.divide):
      return isZeroInB ? everything : hull(quotients.map { $0.rounded(.towardZero) })
    default: return everything
    }
  }

  /// A comparison; with a missing operand, or operands of different kinds, false.
  static func compare(_ comparison: Comparison, _ a: RowValue, _ b: RowValue) -> RowTruth {
    guard let x = a.number, let y = b.number else {
      return RowTruth(isSameKind(a.value, b.value) && comparison.holds(a.value, b.value))
    }
    let holds = x.holds(comparison, y)
    if a.bound == nil && b.bound == nil { return RowTruth(holds) }
    let (p, q) = (a.range, b.range)
    let mayBeLess = p.low < q.high
    let mayBeGreater = p.high > q.low
    let mayBeEqual = p.low <= q.high && p.high >= q.low
    switch comparison {
    case .less:
      return RowTruth(holds, mayBeTrue: mayBeLess, mayBeFalse: mayBeEqual || mayBeGreater)
    case .lessOrEqual:
      return RowTruth(holds, mayBeTrue: mayBeLess || mayBeEqual, mayBeFalse: mayBeGreater)
    case .greater:
      return RowTruth(holds, mayBeTrue: mayBeGreater, mayBeFalse: mayBeEqual || mayBeLess)
    case .greaterOrEqual:
      return RowTruth(holds, mayBeTrue: mayBeGreater || mayBeEqual, mayBeFalse: mayBeLess)
    case .equal:
      return RowTruth(holds, mayBeTrue: mayBeEqual, mayBeFalse: mayBeLess || mayBeGreater)
    case .notEqual:
      return RowTruth(holds, mayBeTrue: mayBeLess || mayBeGreater, mayBeFalse: mayBeEqual)
    }
  }

  private static func isSameKind(_ a: Value, _ b: Value) -> Bool {
    switch (a, b) {
    case (.address, .address), (.mac, .mac), (.text, .text), (.bool, .bool): true
    default: false
    }
  }
}
