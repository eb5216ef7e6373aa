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
      if isOfTotal(call) {
        let error = Int64(2 * epsilon * Double(state.totalOfItems(index)).rounded(.up))
        return Self.moved(value, by: side < 0 ? -error : error)
      }
      return moved(value, call, side, epsilon)
    }
  }

  /// Whether ε is of the total of all counts.
  private func isOfTotal(_ call: OperatorCall) -> Bool {
    if call.name == "topk" { return true }
    guard call.arguments.count > 1, case .choice("Linf") = call.arguments[1] else { return false }
    return true
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

  private func moved(
    _ value: Value, _ call: OperatorCall, _ side: Double, _ epsilon: Double
  ) -> Value {
    if case .real(let number) = value, ["entropy", "rarity", "similarity"].contains(call.name) {
      return .real(number + side * 2 * epsilon)
    }
    let factor = 1 + side * max(band, 2 * epsilon)
    switch value {
    case .integer(let number): return .integer(Int64((Double(number) * factor).rounded()))
    case .duration(let number): return .duration(Int64((Double(number) * factor).rounded()))
    case .real(let number): return .real(number * factor)
    default: return value
    }
  }
}

extension NaiveState {
  /// The quantile or median of a rank so much further on, as a share of all tuples.
  func value(_ index: Int, _ call: OperatorCall, ofRankMovedBy shift: Double) -> Value {
    var share = 0.5
    if call.arguments.count > 1, case .share(let p, let q) = call.arguments[1] {
      share = Double(p) / Double(q)
    }
    let parts = Int64((max(0, min(1, share + shift)) * 1_000_000).rounded())
    let arguments = [call.arguments[0], .share(parts, 1_000_000)]
    let found = value(index, OperatorCall(name: "quantile", arguments: arguments))
    // A median is a real number of seconds where it is of durations.
    switch (call.name, found) {
    case ("median", .integer(let number)): return .real(Double(number))
    case ("median", .duration(let number)): return .real(Double(number) / 1e9)
    default: return found
    }
  }
}
