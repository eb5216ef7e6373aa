import DataModel
import Operators

extension NaiveEvaluator {
  /// A value as far from the truth as an accuracy lets it be, taken twice as wide; `share` is
  /// negative for the lower one.
  func moved(
    _ value: Value, _ index: Int, _ call: OperatorCall, _ state: NaiveState, _ share: Double
  ) -> Value {
    let side = share / band
    switch call.accuracy {
    case .standard, .exact: return value
    case .rank(let epsilon, _): return state.value(index, call, ofRankMovedBy: side * 2 * epsilon)
    case .within(let epsilon, _):
      switch OperatorCatalogue.operation(of: call).errorScale(call) {
      case .total:
        let error = Int64(2 * epsilon * Double(state.totalOfItems(index)).rounded(.up))
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

extension NaiveState {
  /// The value of a rank so much further on, as a share of all tuples.
  func value(_ index: Int, _ call: OperatorCall, ofRankMovedBy shift: Double) -> Value {
    var moved = self
    moved.rankShift = shift
    return moved.value(index, call)
  }
}
