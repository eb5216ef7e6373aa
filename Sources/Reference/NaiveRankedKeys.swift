import DataModel
import Operators
import Plan

/// Items of rankings as columns of rows, `T.key(i)`.
extension NaiveEvaluator {
  /// What an engine may print for the item at a place where counts may be short: each item whose
  /// count is as near that of the place as `WITHIN ε` allows, taken twice as wide; nothing, where
  /// the place's count is that small. nil where the item is exact.
  func rankedKeys(_ expression: RowExpression, key: [Value], end: Int64) -> Set<Value>? {
    guard case .ranked(let inner, .key, let place) = expression,
      case .feature(let index, let columns) = inner
    else { return nil }
    let call = plan.features[index].call
    guard case .within(let epsilon, _) = call.accuracy, call.arguments.count > 1,
      case .integer = call.arguments[1],
      OperatorCatalogue.operation(of: call).errorScale(call) == .total,
      let state = state(ofFeature: index, key: columns.map { key[$0] }, end: end)
    else { return nil }
    // The same ranking with a place for every item.
    let total = NaiveCall(state, index, call).totalOfItems
    var arguments = call.arguments
    arguments[1] = .integer(Int64(clamping: total))
    let every = NaiveCall(
      state, index, OperatorCall(name: call.name, arguments: arguments))
    guard case .ranking(let items) = every.value else { return nil }
    let error = Int64((2 * epsilon * Double(total)).rounded(.up))
    let truth = place < items.count ? items[place].count : 0
    var keys = Set(items.filter { abs($0.count - truth) <= error }.map(Self.rankedKey))
    if truth <= error { keys.insert(.missing) }
    return keys
  }

  /// The item of a place as a column has it.
  static func rankedKey(_ place: RankedItem) -> Value {
    place.item.count == 1
      ? place.item[0] : .text(place.item.map(\.description).joined(separator: "/"))
  }
}
