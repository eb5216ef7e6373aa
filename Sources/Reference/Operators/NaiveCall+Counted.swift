import DataModel
import Operators

// The operators that ask how often each item occurred, by their textbook definitions.
extension NaiveCall {
  /// −Σ p log₂ p
  var entropy: Value {
    if items.isEmpty { return .missing }
    let counts = items.values.map { Double($0) }
    let total = counts.reduce(0, +)
    return .real(counts.map { -($0 / total) * logarithm($0 / total) }.sorted().reduce(0, +))
  }

  /// The share of the items that occurred so often, once unless said otherwise.
  var rarity: Value {
    if items.isEmpty { return .missing }
    let times = Int128(integer(1) ?? 1)
    return .real(Double(items.values.filter { $0 == times }.count) / Double(items.count))
  }

  var norm: Value {
    guard call.arguments.count > 1, case .choice(let kind) = call.arguments[1] else {
      preconditionFailure("norm is told which")
    }
    let counts = items.values
    switch kind {
    case "L0": return .integer(Int64(counts.filter { $0 != 0 }.count))
    case "L1": return .integer(Int64(clamping: counts.reduce(0) { $0 + abs($1) }))
    case "Linf": return .integer(Int64(clamping: counts.map { abs($0) }.max() ?? 0))
    default: return .real(Double(counts.reduce(0) { $0 + $1 * $1 }).squareRoot())
    }
  }

  /// The items of the largest counts.
  var heaviest: Value {
    let sorted = items.sorted { a, b in
      a.value != b.value ? a.value > b.value : a.key.lexicographicallyPrecedes(b.key)
    }
    return listed(sorted.prefix(count(1)), of: totalOfItems)
  }

  /// The sketch of the exact counts. Its bytes are the operator's own: what they are worth is for
  /// the library that reads them to say (`SketchExportTests`); that each engine makes them of the
  /// same counts is for us.
  var exported: Value {
    let tally = items.map { (item: $0.key, count: Int64(clamping: $0.value)) }
    return OperatorCatalogue.operation(of: call).evaluate(
      call, .tally(items: tally, total: Int64(clamping: totalOfItems))
    ).value
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
}

// Values in their order.
extension NaiveCall {
  /// The first value with at least the share of all at or before it.
  var quantile: Value { value(of: share(1)) }

  /// The middle value, or the mean of both.
  var median: Value {
    let all = ordered
    guard !all.isEmpty else { return .missing }
    let middle =
      rankShift == 0
      ? [all[(all.count - 1) / 2], all[all.count / 2]] : [value(of: (1, 2))]
    return .real(middle.reduce(0) { $0 + real($1) } / Double(middle.count) / unit)
  }

  /// How many values lie in each range, by its lower end: of a width, or from one power of 2 to the
  /// next.
  var histogram: Value {
    var counts: [Int64: Int64] = [:]
    let values = ordered.map(number)
    for value in values {
      var lower: Int64 = 0
      if let width = integer(1) {
        lower = Int64((Double(value) / Double(width)).rounded(.down)) * width
      } else if value != 0 {
        lower = value > 0 ? 1 : -1
        while lower.magnitude <= value.magnitude / 2 { lower *= 2 }
      }
      counts[lower, default: 0] += 1
    }
    return .ranking(
      counts.sorted { $0.key < $1.key }.map { lower, count in
        RankedItem(
          item: [field(lower)], count: count, share: Double(count) / Double(values.count))
      })
  }

  /// Every value as often as it occurred, ascending.
  private var ordered: [Value] {
    items.flatMap { Array(repeating: $0.key[0], count: Int($0.value)) }.sorted()
  }

  private func value(of share: (p: Int64, q: Int64)) -> Value {
    let all = ordered
    guard !all.isEmpty else { return .missing }
    var (p, q) = share
    if rankShift != 0 {
      let moved = max(0, min(1, Double(p) / Double(q) + rankShift))
      (p, q) = (Int64((moved * 1_000_000).rounded()), 1_000_000)
    }
    let position = all.indices.first { Int128($0 + 1) * Int128(q) >= Int128(p) * Int128(all.count) }
    return all[position ?? all.count - 1]
  }

  private func real(_ value: Value) -> Double {
    if case .real(let number) = value { number } else { Double(number(value)) }
  }
}
