import DataModel
import Operators

/// Everything that one key and window saw, kept whole.
struct NaiveState {
  /// When the window starts.
  var start: Int64 = 0
  /// Tuples of the key.
  var tuples = 0
  /// How much further on ranks are read, as a share of all tuples.
  var rankShift = 0.0
  /// Per feature: operand values in arrival order with their times.
  var numbers: [Int: [(time: Int64, value: Int64)]] = [:]
  /// Per feature: operands that are real numbers.
  var reals: [Int: [Double]] = [:]
  /// Per feature: items with their counts or weights.
  var items: [Int: [[Value]: Int128]] = [:]

  /// Per feature: every tuple's time, and its item where it has one, in arrival order.
  var arrivals: [Int: [(time: Int64, item: [Value]?)]] = [:]

  /// The counts of a feature's items, summed.
  func totalOfItems(_ index: Int) -> Int128 { (items[index] ?? [:]).values.reduce(0, +) }

  /// Takes in a tuple for the feature of this index.
  mutating func update(_ index: Int, _ call: OperatorCall, _ tuple: NaiveTuple) {
    switch call.arguments.first {
    case .expression(.field(let id), type: .float)?:
      if case .real(let value) = tuple.packet.value(id) {
        reals[index, default: []].append(value)
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

  /// The exact value of a feature, by the operator's definition in the language.
  func value(_ index: Int, _ call: OperatorCall) -> Value {
    if call.operandType == .float { return realValue(reals[index] ?? [], call) }
    let values = (numbers[index] ?? []).map(\.value)
    let isDuration = call.operandType == .duration
    // Operators see seconds.
    let unit: Double = isDuration ? 1e9 : 1
    func typed(_ value: Int64) -> Value {
      switch call.operandType {
      case .bool: .bool(value != 0)
      case .duration: .duration(value)
      case .time: .time(value)
      default: .integer(value)
      }
    }
    let total = values.reduce(Int128(0)) { $0 + Int128($1) }
    switch call.name {
    case "count": return .integer(Int64(tuples))
    case "sum":
      let clamped = Int64(clamping: total)
      return isDuration ? .duration(clamped) : .integer(clamped)
    case "min": return values.min().map(typed) ?? .missing
    case "max": return values.max().map(typed) ?? .missing
    case "ave":
      return values.isEmpty ? .missing : .real(Double(total) / Double(values.count) / unit)
    case "var": return variance(values, total).map { .real($0 / unit / unit) } ?? .missing
    case "stddev": return variance(values, total).map { .real($0.squareRoot() / unit) } ?? .missing
    case "first", "last":
      let all = numbers[index] ?? []
      guard var best = all.first else { return .missing }
      for next in all.dropFirst() {
        if call.name == "first" ? next.time < best.time : next.time >= best.time { best = next }
      }
      return typed(best.value)
    case "countdistinct": return .integer(Int64(distinct(index)))
    case "topk": return .ranking(ranking(index, call))
    case "entropy", "rarity", "norm", "quantile", "median", "histogram":
      return counted(items[index] ?? [:], call)
    case "rate":
      let amount = call.arguments.count > 1 ? Double(total) : Double(tuples)
      return .real(amount / unit / (Double(call.window?.length ?? 1) / 1e9))
    case "ewma", "descents", "similarity", "flowset", "sample", "kmedians":
      return chosen(index, call)
    case "hllsketch", "thetasketch", "kllsketch", "frequentsketch":
      return exported(items[index] ?? [:], call)
    default: preconditionFailure("the naive evaluator does not know \(call.name)")
    }
  }

  /// The mean squared distance from the mean, in a form with no subtraction of large numbers.
  private func variance(_ values: [Int64], _ total: Int128) -> Double? {
    guard !values.isEmpty else { return nil }
    let n = Int128(values.count)
    let mean = Double(total) / Double(n)
    var squares: Int128 = 0
    var overflow = false
    for value in values {
      let distance = (Int128(value) * n - total)
      let (square, first) = distance.multipliedReportingOverflow(by: distance)
      let (sum, second) = squares.addingReportingOverflow(square)
      overflow = overflow || first || second
      squares = sum
    }
    if !overflow { return Double(squares) / (Double(n) * Double(n) * Double(n)) }
    return values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(n)
  }

  private func ranking(_ index: Int, _ call: OperatorCall) -> [RankedItem] {
    guard call.arguments.count > 1, case .integer(let k) = call.arguments[1] else { return [] }
    let all = items[index] ?? [:]
    let total = all.values.reduce(0, +)
    let sorted = all.sorted { a, b in
      a.value != b.value ? a.value > b.value : a.key.lexicographicallyPrecedes(b.key)
    }
    return sorted.prefix(Int(k)).map { item in
      RankedItem(
        item: item.key, count: Int64(item.value),
        share: total == 0 ? 0 : Double(item.value) / Double(total))
    }
  }
}
