import DataModel
import Kernels

/// Values in the order of rank out of a sketch of ranks, each with the bound that its rank makes.
///
/// The value v of rank r has at least r values at or before it, and less than r before it. A rank
/// that the sketch sees is off by more than t with probability δ / 2 to either side: so v lies
/// between the first values whose ranks are at least r − t and r + t.
struct RankedValues {
  private let values: [(value: Int64, weight: Int64)]
  private let extremes: ClosedRange<Int64>
  private let reach: Double

  /// Nil where the state is no such sketch.
  init?(_ state: KeyState, _ accuracy: Accuracy) {
    guard case .summary(let levels as RankLevels, _, _) = state,
      case .rank(_, let confidence) = accuracy
    else { return nil }
    values = levels.weighted
    extremes = levels.extremes
    reach = Confidence.rankError(confidence, variance: levels.variance)
  }

  /// The k of levels that keep ranks within the accuracy; nil where that is none of ranks.
  static func summary(_ call: OperatorCall) -> TallySummary? {
    guard case .rank(let epsilon, let confidence) = call.accuracy else { return nil }
    return .ranks(k: min(most, Confidence.rankCapacity(confidence, epsilon: epsilon)))
  }

  private static let most = 1 << 16

  /// Why ranks cannot be known so well.
  static func problem(_ call: OperatorCall) -> String? {
    guard case .rank(let epsilon, let confidence) = call.accuracy,
      Confidence.rankCapacity(confidence, epsilon: epsilon) > most
    else { return nil }
    return "\(call.name) keeps ranks within 0.02% at best; without WITHIN it is exact"
  }

  /// The value of a rank, counted from 1.
  func value(rank: Int64) -> (value: Int64, low: Int64, high: Int64) {
    let wanted = Double(rank)
    return (
      first { Double($0) >= wanted } ?? extremes.upperBound,
      wanted - reach < 1
        ? extremes.lowerBound : first { Double($0) >= wanted - reach } ?? extremes.lowerBound,
      first { Double($0) >= wanted + reach } ?? extremes.upperBound
    )
  }

  private func first(_ isEnough: (Int64) -> Bool) -> Int64? {
    var below: Int64 = 0
    for (value, weight) in values {
      below &+= weight
      if isEnough(below) { return value }
    }
    return nil
  }
}

extension OperatorCall {
  /// The value of a code by which values are ranked.
  func rankedValue(_ code: Int64) -> Value {
    countsReals ? .real(RealOrder.number(code)) : fieldValue(code)
  }

  /// The same as a number.
  func rankedNumber(_ code: Int64) -> Double {
    countsReals ? RealOrder.number(code) : Double(code)
  }
}
