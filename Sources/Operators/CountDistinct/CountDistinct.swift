public import DataModel

/// The number of distinct values of one or several fields.
///
/// HyperLogLog with `2^precision` registers over a keyed 64-bit hash; a key with few items keeps
/// their hashes and counts exactly.
/// - Bound: relative standard error 1.04 / √m; `WITHIN ε CONFIDENCE p` chooses m so that z(p)
///   standard errors stay within ε.
/// - Source: Flajolet et al., *HyperLogLog*, AofA 2007, Theorem 1.
public struct CountDistinct: StreamOperator {
  public let name = "countdistinct"
  public let foreignNames = [
    "approx_count_distinct", "approx_distinct", "cardinality", "count_distinct", "dc", "dcount",
    "distinct", "distinct_count", "hll", "nunique", "uniq", "unique",
  ]
  public let summary = "The number of distinct values of one or several fields."
  public let parameters = [Parameter("field", .fields)]
  public let boundSummary =
    "exact for few items; then relative error ≤ ε with confidence p (default 2 %, 95 %): "
    + "1.04/√m standard error (Flajolet et al. 2007)"
  public let example =
    "D = FOREACH (STREAM P BY DestIp) GENERATE countdistinct(SourceIp) WITHIN 2% WINDOW 1s;"

  /// Items of a key that are counted exactly, by their 64-bit hashes, before the sketch begins.
  public static let exactItems = 256

  public func resultType(_ call: OperatorCall) -> ScalarType { .unsigned(bits: 63) }

  public func state(_ call: OperatorCall) -> StateForm {
    guard case .fields(let items)? = call.arguments.first else {
      preconditionFailure("countdistinct has fields")
    }
    // EXACT keeps every item, as a tally does; the answer is how many there are.
    if call.accuracy == .exact { return .tally(items: items, weight: nil) }
    return .distinct(items: items, precision: Self.precision(call.accuracy))
  }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    if case .tally(let items, _) = state { return Estimate(.integer(Int64(items.count))) }
    guard case .distinct(let estimate, let isExact, let precision) = state else {
      preconditionFailure("countdistinct keeps a distinct set")
    }
    let rounded = Int64(estimate.rounded())
    if isExact { return Estimate(.integer(rounded)) }
    let z = Self.normalQuantile(Self.target(call.accuracy).confidence)
    let epsilon = z * 1.04 / Double(1 << precision).squareRoot()
    let bound = Bound(
      low: (estimate / (1 + epsilon)).rounded(.down), high: (estimate / (1 - epsilon)).rounded(.up))
    return Estimate(.integer(rounded), .approximate, bound: bound)
  }

  public func absentValue(_ call: OperatorCall) -> Value { .integer(0) }

  public func accuracyProblem(_ call: OperatorCall) -> String? {
    guard case .within(let epsilon, let confidence) = call.accuracy else { return nil }
    let most = Double(1 << Self.greatestPrecision)
    let least = Self.normalQuantile(confidence) * 1.04 / most.squareRoot()
    guard epsilon < least else { return nil }
    let permille = (least * 1000).rounded(.up)
    return "countdistinct keeps within \(permille / 10)% at best; EXACT counts every item"
  }

  /// 2^16 registers: 64 KiB a key.
  static let greatestPrecision = 16

  /// The least precision whose bound meets the accuracy; 4…16.
  static func precision(_ accuracy: Accuracy) -> Int {
    let (epsilon, confidence) = target(accuracy)
    let z = normalQuantile(confidence)
    let registers = (z * 1.04 / epsilon) * (z * 1.04 / epsilon)
    var precision = 4
    while precision < greatestPrecision && Double(1 << precision) < registers { precision += 1 }
    return precision
  }

  private static func target(_ accuracy: Accuracy) -> (epsilon: Double, confidence: Double) {
    switch accuracy {
    case .within(let epsilon, let confidence): (epsilon, confidence)
    case .standard, .exact, .rank: (0.02, 0.95)
    }
  }

  /// The z of a two-sided normal interval of this confidence, by bisection of erf.
  private static func normalQuantile(_ confidence: Double) -> Double {
    var low = 0.0
    var high = 10.0
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if errorFunction(middle / 2.0.squareRoot()) < confidence {
        low = middle
      } else {
        high = middle
      }
    }
    return high
  }

  /// erf by Abramowitz and Stegun 7.1.26; absolute error below 1.5e-7.
  private static func errorFunction(_ x: Double) -> Double {
    let t = 1 / (1 + 0.3275911 * x)
    let inner = -1.453152027 + t * 1.061405429
    let polynomial =
      t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * inner)))
    return 1 - polynomial * exponential(-x * x)
  }

  /// e^x for x ≤ 0 by halving and the Taylor series; the standard library has none.
  private static func exponential(_ x: Double) -> Double {
    if x < -0.5 {
      let half = exponential(x / 2)
      return half * half
    }
    var term = 1.0
    var sum = 1.0
    for n in 1...16 {
      term *= x / Double(n)
      sum += term
    }
    return sum
  }
}
