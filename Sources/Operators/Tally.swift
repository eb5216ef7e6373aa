import DataModel

/// What the operators share that count how often each item, or each value, occurs.
///
/// The data path keeps an exact count for each key and item and hands out what does not fit; the
/// host completes it. So these operators are exact, and their state merges by addition.
enum Tally {
  /// The bound of every such operator.
  static let bound = "exact while the items fit the declared table limit"

  /// Counts of the first argument's fields, or sums of the weight where that argument is given.
  static func state(_ call: OperatorCall, weight: Int? = nil) -> StateForm {
    guard let fields = call.fields else { preconditionFailure("\(call.name) counts fields") }
    return .tally(items: fields, weight: weight.flatMap { call.expression($0) })
  }

  /// Counts of the first argument's values, rounded as `WITHIN ε` allows.
  static func rounded(_ call: OperatorCall) -> StateForm {
    guard var fields = call.fields else { preconditionFailure("\(call.name) counts values") }
    if let rounding = rounding(call) { fields[0].rounding = rounding }
    return .tally(items: fields, weight: nil)
  }

  /// The rounding whose buckets' middles are within ε of every value; nil where counts are exact.
  static func rounding(_ call: OperatorCall) -> Rounding? {
    guard case .within(let epsilon, _) = call.accuracy, !call.countsReals else { return nil }
    return (0...leadingBits).first { 1 / Double(1 << ($0 + 1)) <= epsilon }.map {
      .leading(bits: $0)
    }
  }

  /// Bits behind the leading one that buckets keep at most.
  private static let leadingBits = 16

  /// Why values cannot be rounded so finely.
  static func roundingProblem(_ call: OperatorCall) -> String? {
    guard case .within = call.accuracy, !call.countsReals, rounding(call) == nil else { return nil }
    return "\(call.name) keeps within 0.001% at best; without WITHIN it is exact"
  }

  /// The middle of a bucket's values, and their ends.
  static func middle(_ bucket: Int64, _ rounding: Rounding) -> (value: Double, bound: Bound) {
    let values = rounding.values(of: bucket)
    let bound = Bound(low: Double(values.lowerBound), high: Double(values.upperBound))
    return ((bound.low + bound.high) / 2, bound)
  }

  /// A list of items with their shares of a total.
  static func ranking(
    _ items: some Sequence<(item: [Value], count: Int64)>, total: Int64
  ) -> Value {
    .ranking(
      items.map { place in
        RankedItem(
          item: place.item, count: place.count,
          share: total == 0 ? 0 : Double(place.count) / Double(total))
      })
  }

  /// The items and their total.
  static func items(_ state: KeyState) -> (items: [(item: [Value], count: Int64)], total: Int64) {
    guard case .tally(let items, let total) = state else {
      preconditionFailure("a tally is kept")
    }
    return (items, total)
  }

  /// Real values with their counts, ascending.
  static func reals(_ state: KeyState) -> (values: [(value: Double, count: Int64)], total: Int64) {
    let (items, total) = items(state)
    let values = items.map { entry -> (Double, Int64) in
      guard case .real(let value)? = entry.item.first else {
        preconditionFailure("the counted field is a real number")
      }
      return (value, entry.count)
    }
    return (values.sorted { $0.0 < $1.0 }, total)
  }

  /// Numeric values with their counts, ascending.
  static func values(_ state: KeyState) -> (values: [(value: Int64, count: Int64)], total: Int64) {
    let (items, total) = items(state)
    let values = items.map { entry -> (Int64, Int64) in
      switch entry.item.first {
      case .integer(let value)?, .duration(let value)?, .time(let value)?: (value, entry.count)
      case .bool(let value)?: (value ? 1 : 0, entry.count)
      default: preconditionFailure("the counted field is a number")
      }
    }
    return (values.sorted { $0.0 < $1.0 }, total)
  }
}

extension OperatorCall {
  /// A value of the type of the first argument's field.
  func fieldValue(_ number: Int64) -> Value {
    switch fields?.first?.type {
    case .duration?: .duration(number)
    case .time?: .time(number)
    default: .integer(number)
    }
  }
}
