import DataModel
import Operators

// The operators over numbers: whole ones exactly, real ones from all of them at once.
extension NaiveCall {
  var sum: Value {
    if let reals { return .real(compensated(reals)) }
    let clamped = Int64(clamping: total)
    return call.operandType == .duration ? .duration(clamped) : .integer(clamped)
  }

  var minimum: Value {
    if let reals { return reals.min().map { .real($0) } ?? .missing }
    return values.min().map(operand) ?? .missing
  }

  var maximum: Value {
    if let reals { return reals.max().map { .real($0) } ?? .missing }
    return values.max().map(operand) ?? .missing
  }

  var average: Value {
    if let reals {
      return reals.isEmpty ? .missing : .real(compensated(reals) / Double(reals.count))
    }
    return values.isEmpty ? .missing : .real(Double(total) / Double(values.count) / unit)
  }

  var variance: Value { squaredDistance.map { .real($0 / unit / unit) } ?? .missing }

  var deviation: Value { squaredDistance.map { .real($0.squareRoot() / unit) } ?? .missing }

  /// The value of the earliest time; of equal times the first. In a window of items, by arrival.
  var first: Value {
    let best = numbers.enumerated().min { a, b in
      (instant(a.element), a.offset) < (instant(b.element), b.offset)
    }
    return best.map { end($0.element.value) } ?? .missing
  }

  /// The value of the latest time; of equal times the last. In a window of items, by arrival.
  var last: Value {
    let best = numbers.enumerated().max { a, b in
      (instant(a.element), a.offset) < (instant(b.element), b.offset)
    }
    return best.map { end($0.element.value) } ?? .missing
  }

  private func instant(_ number: (time: Int64, value: Int64)) -> Int64 {
    state.isOfItems ? 0 : number.time
  }

  private func end(_ value: Int64) -> Value {
    reals == nil ? operand(value) : .real(Double(bitPattern: UInt64(bitPattern: value)))
  }

  /// Tuples, or the operand's sum, a second of the window.
  var rate: Value {
    let amount = call.arguments.count > 1 ? Double(total) : Double(tuples)
    return .real(amount / unit / (Double(call.window?.length ?? 1) / 1e9))
  }

  private var total: Int128 { values.reduce(Int128(0)) { $0 + Int128($1) } }

  /// The mean squared distance from the mean; nil of nothing.
  private var squaredDistance: Double? {
    if let reals { return squaredDistance(of: reals) }
    // In a form with no subtraction of large numbers.
    let (values, total) = (values, total)
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

  private func squaredDistance(of values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let n = Double(values.count)
    let mean = compensated(values) / n
    // A rounded mean is off by the same from all, which the second term takes away.
    let distances = values.map { $0 - mean }
    let shift = compensated(distances) / n
    return max(0, compensated(distances.map { $0 * $0 }) / n - shift * shift)
  }

  /// A sum with the digits that each addition loses kept aside (Neumaier, 1974).
  private func compensated(_ values: [Double]) -> Double {
    var (sum, lost) = (0.0, 0.0)
    for value in values {
      let next = sum + value
      lost += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum
      sum = next
    }
    return sum + lost
  }
}
