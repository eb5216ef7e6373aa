/// Folds whose meaning is the order of the tuples: one place each.
///
/// A fold sees the values of one expression in the order in which tuples arrive. Its words are
/// composed pane after pane, earlier first; they neither commute nor run on several CPUs, so
/// placement keeps them on the host. Word 0 counts the values; 0 there is the empty fold.
public enum OrderedFold: Hashable, Sendable {
  /// A_1 = x_1, A_n = A_(n-1) + α (x_n − A_(n-1)), α a quotient in 0…1. Words: count, x_1, A.
  case movingAverage(numerator: Int64, denominator: Int64)
  /// How often a value is below the one before it. Words: count, first, last, descents.
  case descents

  /// Number of 64-bit words.
  public var wordCount: Int {
    switch self {
    case .movingAverage: 3
    case .descents: 4
    }
  }

  /// What EXPLAIN calls it.
  public var text: String {
    switch self {
    case .movingAverage(let numerator, let denominator):
      "moving average by \(Double(numerator) / Double(denominator))"
    case .descents: "falls"
    }
  }

  /// Takes in the next value.
  public func update(_ words: UnsafeMutablePointer<UInt64>, _ value: Int64) {
    let bits = UInt64(bitPattern: value)
    if words[0] == 0 { words[1] = bits }
    switch self {
    case .movingAverage(let numerator, let denominator):
      let alpha = Double(numerator) / Double(denominator)
      let old = words[0] == 0 ? Double(value) : Double(bitPattern: words[2])
      words[2] = (old + alpha * (Double(value) - old)).bitPattern
    case .descents:
      if words[0] > 0 && value < Int64(bitPattern: words[2]) { words[3] &+= 1 }
      words[2] = bits
    }
    words[0] &+= 1
  }

  /// Continues a fold with one of later tuples.
  public func append(_ words: UnsafeMutablePointer<UInt64>, later: UnsafePointer<UInt64>) {
    guard later[0] > 0 else { return }
    guard words[0] > 0 else {
      words.update(from: later, count: wordCount)
      return
    }
    switch self {
    case .movingAverage(let numerator, let denominator):
      // Had the later fold begun with A instead of its x_1, it would have ended
      // (1 − α)^n (A − x_1) higher.
      let average = Double(bitPattern: words[2])
      let first = Double(Int64(bitPattern: later[1]))
      let kept = Self.power(1 - Double(numerator) / Double(denominator), later[0])
      words[2] = (Double(bitPattern: later[2]) + kept * (average - first)).bitPattern
    case .descents:
      let falls = Int64(bitPattern: later[1]) < Int64(bitPattern: words[2])
      words[3] &+= later[3] &+ (falls ? 1 : 0)
      words[2] = later[2]
    }
    words[0] &+= later[0]
  }

  /// Forgets the earliest value; `next` is the one behind it, if there is one.
  public func dropFirst(_ words: UnsafeMutablePointer<UInt64>, next: Int64?) {
    guard let next, words[0] > 1 else {
      for word in 0..<wordCount { words[word] = 0 }
      return
    }
    let first = Int64(bitPattern: words[1])
    words[0] &-= 1
    switch self {
    case .movingAverage(let numerator, let denominator):
      let kept = Self.power(1 - Double(numerator) / Double(denominator), words[0])
      let average = Double(bitPattern: words[2])
      words[2] = (average - kept * (Double(first) - Double(next))).bitPattern
    case .descents: if next < first { words[3] &-= 1 }
    }
    words[1] = UInt64(bitPattern: next)
  }

  /// x^n by squaring.
  private static func power(_ x: Double, _ n: UInt64) -> Double {
    var (result, square, rest) = (1.0, x, n)
    while rest > 0 && result != 0 {
      if rest & 1 != 0 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }
}
