import DataModel
import Operators

/// Everything that one key and window saw, kept whole.
struct NaiveState {
  /// When the window starts.
  var start: Int64 = 0
  /// Whether the window is the last tuples of the key, whatever their times.
  var isOfItems = false
  /// Tuples of the key.
  var tuples = 0
  /// Per feature: operand values in arrival order with their times.
  var numbers: [Int: [(time: Int64, value: Int64)]] = [:]
  /// Per feature: operands that are real numbers.
  var reals: [Int: [Double]] = [:]
  /// Per feature: items with their counts or weights.
  var items: [Int: [[Value]: Int128]] = [:]

  /// Per feature: every tuple's time, and its item where it has one, in arrival order.
  var arrivals: [Int: [(time: Int64, item: [Value]?)]] = [:]

  /// Takes in a tuple for the feature of this index.
  mutating func update(_ index: Int, _ call: OperatorCall, _ tuple: NaiveTuple) {
    switch call.arguments.first {
    case .expression(.field(let id), type: .float)?:
      if case .real(let value) = tuple.packet.value(id) {
        reals[index, default: []].append(value)
        let bits = Int64(bitPattern: value.bitPattern)
        numbers[index, default: []].append((tuple.packet.time, bits))
      }
    case .expression(let operand, _)?:
      guard let value = tuple.number(operand) else { return }
      numbers[index, default: []].append((tuple.packet.time, value))
    case .fields(let fields)?:
      let found = tuple.key(fields)
      if OperatorCatalogue.operation(of: call).comparesHalves {
        arrivals[index, default: []].append((tuple.packet.time, found))
      }
      guard let item = found else { return }
      var weight: Int64 = 1
      if call.arguments.count > 2, case .expression(let expression, _) = call.arguments[2] {
        weight = tuple.number(expression) ?? 0
      }
      items[index, default: [:]][item, default: 0] += Int128(weight)
    default: return
    }
  }

  /// The number of distinct items of a feature.
  func distinct(_ index: Int) -> Int { items[index]?.count ?? 0 }
}
