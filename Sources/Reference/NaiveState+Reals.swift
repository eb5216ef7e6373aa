import DataModel
import Operators

extension NaiveState {
  /// The operators over real numbers, from all of them at once.
  func realValue(_ values: [Double], _ call: OperatorCall) -> Value {
    let total = compensated(values)
    if call.name == "sum" { return .real(total) }
    guard let last = values.last else { return .missing }
    let n = Double(values.count)
    // A rounded mean is off by the same from all, which the second term takes away.
    let distances = values.map { $0 - total / n }
    let shift = compensated(distances) / n
    let variance = max(0, compensated(distances.map { $0 * $0 }) / n - shift * shift)
    switch call.name {
    case "ave": return .real(total / n)
    case "var": return .real(variance)
    case "stddev": return .real(variance.squareRoot())
    case "min": return .real(values.min() ?? last)
    case "max": return .real(values.max() ?? last)
    default: preconditionFailure("the naive evaluator has no real \(call.name)")
    }
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
