/// The size of an exponential histogram over the last items of a key, and the error that it keeps.
///
/// A histogram keeps the newest values alone and older ones in buckets, of which the window's edge
/// cuts one. Two neighbours become one bucket only where its weight is small beside all that is
/// newer: for sums, where (Σ|x| of both + 1) ≤ 2ε · Σ|x| of the newer, of which half is the error;
/// for variances, where their spread V = Σ(x − mean)² is at most κ · V of the newer, with
/// κ + √κ = ε. What is newer only gains weight, so the bound holds as long as the bucket does.
///
/// - Source: Datar, Gionis, Indyk, Motwani, *Maintaining stream statistics over sliding windows*,
///   SIAM J. Computing 31 (2002), §3 and §4; Babcock, Datar, Motwani, O'Callaghan, *Maintaining
///   variance and k-medians over data stream windows*, PODS 2003. Weights are compared instead of
///   powers of two, as in `runtime-bpf/include/sal/eh.h`.
public struct ExponentialHistogramShape: Sendable, Hashable {
  /// Whose error is bounded.
  public enum Measure: String, Sendable, Hashable {
    /// The sum and the mean.
    case sum
    /// The variance and its root.
    case variance
  }

  /// The window: so many of a key's last tuples.
  public let items: Int
  /// What is bounded.
  public let measure: Measure
  /// The relative error, between 0 and 1; of a sum of both signs relative to Σ|x|.
  public let epsilon: Double

  /// Octets of a bucket.
  public static let bucketBytes = 64

  /// Creates a shape.
  public init(items: Int, measure: Measure, epsilon: Double) {
    self.items = items
    self.measure = measure
    self.epsilon = epsilon
  }

  /// How heavy a bucket of two may be beside what is newer.
  public var weight: Double {
    guard measure == .variance else { return 2 * epsilon }
    let root = ((1 + 4 * epsilon).squareRoot() - 1) / 2
    return root * root
  }

  /// The most buckets of a key whose values have so many bits: of two neighbours that did not
  /// become one the weight is more than its share of the newer, which so grows.
  public func bucketsMax(bits: Int) -> Int {
    var items = 1.0
    var log = 0.0
    while items < Double(self.items) { (items, log) = (items * 2, log + 1) }
    let most: Double
    switch measure {
    case .sum: most = 2 / epsilon + 2 * (log + Double(bits)) / Self.log2(1 + epsilon)
    case .variance: most = 4 + 2 * (log + 2 * Double(bits)) / Self.log2(1 + weight)
    }
    return min(self.items, Int(most) + 4)
  }

  /// The most octets of a key whose values have so many bits: buckets wait to be joined until there
  /// are twice as many, and a bit a tuple says which has a value.
  public func bytesMax(bits: Int) -> Int {
    Self.bucketBytes * (bucketsMax(bits: bits) * 5 / 2 + 160) + items / 8 + 64
  }

  /// Whether it is worth its error: where values of one size take less room than a ring of the
  /// window's values, of eight octets each.
  public var isSmallerThanRing: Bool { bytesMax(bits: 0) < items * 8 }

  /// log2 of a number from 1 to 2, by its series; DataModel has no libm.
  private static func log2(_ value: Double) -> Double {
    let x = (value - 1) / (value + 1)
    var (power, sum) = (x, 0.0)
    for n in 0..<60 {
      sum += power / Double(2 * n + 1)
      power *= x * x
    }
    return 2 * sum / 0.693_147_180_559_945_3
  }
}
