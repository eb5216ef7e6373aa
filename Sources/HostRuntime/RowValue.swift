import DataModel
import Kernels
import Operators
import Plan

/// The row that an expression is evaluated over.
struct RowView {
  /// The packed key.
  let key: UnsafePointer<UInt64>
  /// The close at which the row appears: features are read as of then.
  let end: Int64
  /// Beside tuples there is no row: the tuple's place in the batch.
  var tuple = 0
}

/// What an expression yields: a value, its bound and what it is worth.
struct RowValue {
  var value: Value
  var number: RowNumber?
  var bound: Bound?
  var quality: Quality = .exact

  init(_ value: Value, bound: Bound? = nil, quality: Quality = .exact) {
    self.value = value
    number = RowNumber(value)
    self.bound = bound
    self.quality = quality
  }

  init(_ number: RowNumber?, bound: Bound?, quality: Quality) {
    self.number = number
    value = number.map { $0.value(as: .signed) } ?? .missing
    self.bound = number == nil ? nil : bound
    self.quality = quality
  }

  /// The bound, a point where the value is exact.
  var range: Bound {
    bound ?? number.map { Bound(low: $0.double, high: $0.double) }
      ?? Bound(low: -.infinity, high: .infinity)
  }
}

/// A condition's truth by estimates, and what it may be within their bounds.
struct RowTruth {
  var isTrue: Bool
  var mayBeTrue: Bool
  var mayBeFalse: Bool

  init(_ certain: Bool) {
    isTrue = certain
    mayBeTrue = certain
    mayBeFalse = !certain
  }

  init(_ isTrue: Bool, mayBeTrue: Bool, mayBeFalse: Bool) {
    self.isTrue = isTrue
    self.mayBeTrue = mayBeTrue || isTrue
    self.mayBeFalse = mayBeFalse || !isTrue
  }

  static prefix func ! (a: RowTruth) -> RowTruth {
    RowTruth(!a.isTrue, mayBeTrue: a.mayBeFalse, mayBeFalse: a.mayBeTrue)
  }

  static func && (a: RowTruth, b: RowTruth) -> RowTruth {
    RowTruth(
      a.isTrue && b.isTrue, mayBeTrue: a.mayBeTrue && b.mayBeTrue,
      mayBeFalse: a.mayBeFalse || b.mayBeFalse)
  }

  static func || (a: RowTruth, b: RowTruth) -> RowTruth { !(!a && !b) }

  /// Whether a bound straddles the threshold.
  var isUncertain: Bool { mayBeTrue && mayBeFalse }
}
