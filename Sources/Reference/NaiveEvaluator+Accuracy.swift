import DataModel
import Operators

extension NaiveEvaluator {
  /// A value as far from the truth as an accuracy lets it be, taken twice as wide; `share` is
  /// negative for the lower one.
  func moved(_ value: Value, _ asked: NaiveCall, _ share: Double) -> Value {
    let side = share / band
    switch asked.call.accuracy {
    case .standard, .exact: return value
    case .rank(let epsilon, _):
      var moved = asked
      moved.rankShift = side * 2 * epsilon
      return moved.value
    case .within(let epsilon, _):
      switch OperatorCatalogue.operation(of: asked.call).errorScale(asked.call) {
      case .total:
        let error = Int64(2 * epsilon * Double(asked.totalOfItems).rounded(.up))
        return Self.moved(value, by: side < 0 ? -error : error)
      case .unit:
        if case .real(let number) = value { return .real(number + side * 2 * epsilon) }
        return value
      case .value: return Self.moved(value, times: 1 + side * max(band, 2 * epsilon))
      }
    }
  }

  private static func moved(_ value: Value, by error: Int64) -> Value {
    switch value {
    case .integer(let number): return .integer(max(0, number + error))
    case .ranking(let items):
      return .ranking(
        items.map { place in
          let count = max(0, place.count + error)
          let factor = place.count == 0 ? 1 : Double(count) / Double(place.count)
          return RankedItem(item: place.item, count: count, share: place.share * factor)
        })
    default: return value
    }
  }

  private static func moved(_ value: Value, times factor: Double) -> Value {
    switch value {
    case .integer(let number): return .integer(Int64((Double(number) * factor).rounded()))
    case .duration(let number): return .duration(Int64((Double(number) * factor).rounded()))
    case .real(let number): return .real(number * factor)
    default: return value
    }
  }
}
