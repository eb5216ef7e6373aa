import DataModel
import Operators

/// The operators that ask how often each item occurred, by their textbook definitions.
extension NaiveState {
  func counted(_ items: [[Value]: Int128], _ call: OperatorCall) -> Value {
    let counts = items.values.map { Double($0) }
    let total = counts.reduce(0, +)
    switch call.name {
    case "entropy":
      if items.isEmpty { return .missing }
      // −Σ p log₂ p
      return .real(counts.map { -($0 / total) * logarithm($0 / total) }.sorted().reduce(0, +))
    case "rarity":
      if items.isEmpty { return .missing }
      var times: Int128 = 1
      if call.arguments.count > 1, case .integer(let n) = call.arguments[1] { times = Int128(n) }
      return .real(Double(items.values.filter { $0 == times }.count) / Double(items.count))
    case "norm": return norm(Array(items.values), call)
    default: return ordered(expanded(items), call)
    }
  }

  /// The sketch of the exact counts. Its bytes are the operator's own: what they are worth is for
  /// the library that reads them to say (`SketchExportTests`); that each engine makes them of the
  /// same counts is for us.
  func exported(_ items: [[Value]: Int128], _ call: OperatorCall) -> Value {
    let tally = items.map { (item: $0.key, count: Int64(clamping: $0.value)) }
    let total = Int64(clamping: items.values.reduce(0, +))
    return OperatorCatalogue.operation(of: call).evaluate(call, .tally(items: tally, total: total))
      .value
  }

  /// log₂ x of a positive number: its exponent, and of the rest m the series of 2 artanh y / ln 2
  /// for y = (m − 1) / (m + 1).
  private func logarithm(_ x: Double) -> Double {
    let y = (x.significand - 1) / (x.significand + 1)
    var (power, sum, n) = (y, 0.0, 1.0)
    while abs(power) > 1e-18 {
      sum += power / n
      power *= y * y
      n += 2
    }
    return Double(x.exponent) + 2 * sum / 0.693_147_180_559_945_3
  }

  private func norm(_ counts: [Int128], _ call: OperatorCall) -> Value {
    guard call.arguments.count > 1, case .choice(let kind) = call.arguments[1] else {
      preconditionFailure("norm is told which")
    }
    switch kind {
    case "L0": return .integer(Int64(counts.filter { $0 != 0 }.count))
    case "L1": return .integer(Int64(clamping: counts.reduce(0) { $0 + abs($1) }))
    case "Linf": return .integer(Int64(clamping: counts.map { abs($0) }.max() ?? 0))
    default: return .real(Double(counts.reduce(0) { $0 + $1 * $1 }).squareRoot())
    }
  }

  /// Every value as often as it occurred, ascending.
  private func expanded(_ items: [[Value]: Int128]) -> [Value] {
    items.flatMap { Array(repeating: $0.key[0], count: Int($0.value)) }.sorted()
  }

  private func ordered(_ values: [Value], _ call: OperatorCall) -> Value {
    guard !values.isEmpty else { return call.name == "histogram" ? .ranking([]) : .missing }
    switch call.name {
    case "quantile":
      guard call.arguments.count > 1, case .share(let p, let q) = call.arguments[1] else {
        preconditionFailure("quantile has a share")
      }
      return value(ofShare: p, of: q, in: values)
    case "median":
      // The middle value, or the mean of both.
      let middle =
        rankShift == 0
        ? [values[(values.count - 1) / 2], values[values.count / 2]]
        : [value(ofShare: 1, of: 2, in: values)]
      let isDuration = call.fields?.first?.type == .duration
      let sum = middle.reduce(0) { $0 + real($1) }
      return .real(sum / Double(middle.count) / (isDuration ? 1e9 : 1))
    default: return .ranking(histogram(values, call))
    }
  }

  /// The first of the ascending values with at least p / q of all at or before it, and the rank's
  /// shift.
  private func value(ofShare p: Int64, of q: Int64, in values: [Value]) -> Value {
    var (p, q) = (p, q)
    if rankShift != 0 {
      let share = Double(p) / Double(q) + rankShift
      (p, q) = (Int64((max(0, min(1, share)) * 1_000_000).rounded()), 1_000_000)
    }
    let position = values.indices.first {
      Int128($0 + 1) * Int128(q) >= Int128(p) * Int128(values.count)
    }
    return values[position ?? values.count - 1]
  }

  private func real(_ value: Value) -> Double {
    if case .real(let number) = value { number } else { Double(number(value)) }
  }

  func number(_ value: Value) -> Int64 {
    switch value {
    case .integer(let number), .duration(let number), .time(let number): number
    case .bool(let bit): bit ? 1 : 0
    default: preconditionFailure("a numeric field")
    }
  }

  private func histogram(_ values: [Value], _ call: OperatorCall) -> [RankedItem] {
    var counts: [Int64: Int64] = [:]
    for value in values.map(number) {
      var lower: Int64 = 0
      if call.arguments.count > 1, case .integer(let width) = call.arguments[1] {
        lower = Int64((Double(value) / Double(width)).rounded(.down)) * width
      } else if value != 0 {
        lower = value > 0 ? 1 : -1
        while lower.magnitude <= value.magnitude / 2 { lower *= 2 }
      }
      counts[lower, default: 0] += 1
    }
    return counts.sorted { $0.key < $1.key }.map { lower, count in
      RankedItem(
        item: [fieldValue(lower, call)], count: count, share: Double(count) / Double(values.count))
    }
  }

  /// A number as a value of the first argument's type.
  func fieldValue(_ number: Int64, _ call: OperatorCall) -> Value {
    switch call.fields?.first?.type {
    case .duration?: .duration(number)
    case .time?: .time(number)
    default: .integer(number)
    }
  }
}
