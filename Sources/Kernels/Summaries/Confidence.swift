import Glibc

/// How large a summary has to be for a bound that holds with a confidence, and what it then is.
///
/// Each inequality holds for every stream, not only in the limit of long ones; all take hashes for
/// fully random ones.
public enum Confidence {
  /// ln(2 / δ).
  private static func nats(_ confidence: Double) -> Double { log(2 / (1 - confidence)) }

  // MARK: Shares of a sample

  /// The most by which a share of a sample of `items` is off (Hoeffding 1963).
  public static func shareError(_ confidence: Double, items: Int) -> Double {
    (nats(confidence) / (2 * Double(items))).squareRoot()
  }

  /// Items of a sample whose shares are within `epsilon`.
  public static func sampleSize(_ confidence: Double, epsilon: Double) -> Int {
    Int(min(1e15, max(16, nats(confidence) / (2 * epsilon * epsilon)).rounded(.up)))
  }

  // MARK: Second moments

  /// The relative error of the median of five rows' sums of squares.
  ///
  /// Three rows of five are off to one side; each is by Cantelli's inequality with probability
  /// 1 / (1 + x²) beyond x standard errors.
  public static func momentError(_ confidence: Double, log2: Int) -> Double {
    var (low, high) = (0.0, 1e6)
    for _ in 0..<80 {
      let x = (low + high) / 2
      let q = 1 / (1 + x * x)
      let outside = 10 * q * q * q * (1 - q) * (1 - q) + 5 * q * q * q * q * (1 - q) + pow(q, 5)
      if 2 * outside > 1 - confidence { low = x } else { high = x }
    }
    return high * (2 / Double(1 << log2)).squareRoot()
  }

  // MARK: Entropy

  /// The most by which a mean of projections is off, relative to what it estimates.
  public static func projectionError(_ confidence: Double, count: Int) -> Double {
    // k t² = 2 ln(2 / δ) (3 + e t), solved for t.
    let (a, b) = (Double(count), 2 * nats(confidence))
    let scale = b * M_E
    return (scale + (scale * scale + 12 * a * b).squareRoot()) / (2 * a)
  }

  /// Bits between which the entropy lies where projections have this mean.
  public static func entropy(
    _ confidence: Double, mean: Double, count: Int
  ) -> (value: Double, low: Double, high: Double) {
    let error = projectionError(confidence, count: count)
    let value = -log(mean)
    let slack = EntropyProjections.tableError
    return (
      max(0, value) / M_LN2, max(0, value + log(max(1e-300, 1 - error)) - slack) / M_LN2,
      max(0, value + log(1 + error) + slack) / M_LN2
    )
  }

  /// Projections whose entropy is within `epsilon` bits.
  public static func projections(_ confidence: Double, epsilon: Double) -> Int {
    let reach = 1 - exp(-max(1e-6, epsilon * M_LN2 - EntropyProjections.tableError))
    let count = 2 * nats(confidence) * (3 + M_E * reach) / (reach * reach)
    return Int(min(1e15, count.rounded(.up)))
  }

  // MARK: Ranks

  /// The most by which a rank of this variance is off, in tuples.
  public static func rankError(_ confidence: Double, variance: Double) -> Double {
    (2 * variance * nats(confidence)).squareRoot()
  }

  /// The k of levels whose ranks are within `epsilon` of all tuples.
  public static func rankCapacity(_ confidence: Double, epsilon: Double) -> Int {
    Int(min(1e15, max(8, (12 * nats(confidence)).squareRoot() / epsilon).rounded(.up)))
  }
}
