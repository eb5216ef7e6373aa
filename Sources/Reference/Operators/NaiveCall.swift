import DataModel
import Operators

/// A feature's call over all that one key and window saw: what an operator's meaning reads.
struct NaiveCall {
  let state: NaiveState
  /// The feature.
  let index: Int
  let call: OperatorCall
  /// How much further on ranks are read, as a share of all tuples.
  var rankShift = 0.0

  init(_ state: NaiveState, _ index: Int, _ call: OperatorCall) {
    (self.state, self.index, self.call) = (state, index, call)
  }

  /// The answer.
  var value: Value {
    guard let meaning = NaiveOperators.all[call.name] else {
      preconditionFailure("the naive evaluator does not know \(call.name)")
    }
    return meaning(self)
  }

  // MARK: What was seen

  /// Tuples of the key.
  var tuples: Int { state.tuples }
  /// The operand's values in arrival order, with their times.
  var numbers: [(time: Int64, value: Int64)] { state.numbers[index] ?? [] }
  /// The operand's values in arrival order.
  var values: [Int64] { numbers.map(\.value) }
  /// The operand's values, where they are real numbers; nil where they are whole.
  var reals: [Double]? { call.operandType == .float ? state.reals[index] ?? [] : nil }
  /// Items with their counts or weights.
  var items: [[Value]: Int128] { state.items[index] ?? [:] }
  /// The counts of all items, summed.
  var totalOfItems: Int128 { items.values.reduce(0, +) }

  // MARK: Arguments

  /// Operators see seconds.
  var unit: Double {
    call.operandType == .duration || call.fields?.first?.type == .duration ? 1e9 : 1
  }

  /// The whole number of an argument, where it is there.
  func integer(_ place: Int) -> Int64? {
    guard call.arguments.count > place, case .integer(let number) = call.arguments[place] else {
      return nil
    }
    return number
  }

  /// The number of items that an argument asks for.
  func count(_ place: Int) -> Int {
    guard let number = integer(place) else { preconditionFailure("\(call.name) has a number") }
    return Int(number)
  }

  /// The share that an argument is.
  func share(_ place: Int) -> (p: Int64, q: Int64) {
    guard call.arguments.count > place, case .share(let p, let q) = call.arguments[place] else {
      preconditionFailure("\(call.name) has a share")
    }
    return (p, q)
  }

  // MARK: Answers

  /// A number as a value of the operand's type.
  func operand(_ number: Int64) -> Value {
    switch call.operandType {
    case .bool: .bool(number != 0)
    case .duration: .duration(number)
    case .time: .time(number)
    default: .integer(number)
    }
  }

  /// A number as a value of the first field's type.
  func field(_ number: Int64) -> Value {
    switch call.fields?.first?.type {
    case .duration?: .duration(number)
    case .time?: .time(number)
    default: .integer(number)
    }
  }

  /// Items and their shares of all.
  func listed(_ chosen: some Sequence<(key: [Value], value: Int128)>, of all: Int128) -> Value {
    .ranking(
      chosen.map { item, count in
        RankedItem(
          item: item, count: Int64(count), share: all == 0 ? 0 : Double(count) / Double(all))
      })
  }

  /// The whole number that a value is.
  func number(_ value: Value) -> Int64 {
    switch value {
    case .integer(let number), .duration(let number), .time(let number): number
    case .bool(let bit): bit ? 1 : 0
    default: preconditionFailure("a numeric field")
    }
  }
}
