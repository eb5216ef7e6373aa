/// The words of `Reduction.reals`: how many, Σx, mean, Σ(x − mean)², least and greatest.
///
/// Mean and squares are kept about the mean, so a small variance of large values keeps its digits.
/// - Source: Welford, Technometrics 4 (1962); merging: Chan, Golub, LeVeque, The American
///   Statistician 37 (1983).
public enum RealFold {
  /// Words of the reduction.
  public static let wordCount = 6

  /// Takes in a value, given as the bits of a column's lane.
  @inline(__always)
  public static func add(_ bits: Int64, to words: UnsafeMutablePointer<UInt64>) {
    let value = Double(bitPattern: UInt64(bitPattern: bits))
    words[0] &+= 1
    set(words, 1, real(words, 1) + value)
    let distance = value - real(words, 2)
    let mean = real(words, 2) + distance / Double(words[0])
    set(words, 2, mean)
    set(words, 3, real(words, 3) + distance * (value - mean))
    set(words, 4, min(real(words, 4), value))
    set(words, 5, max(real(words, 5), value))
  }

  /// Takes in the words of other values.
  @inline(__always)
  public static func merge(
    _ other: UnsafePointer<UInt64>, into words: UnsafeMutablePointer<UInt64>
  ) {
    guard other[0] != 0 else { return }
    guard words[0] != 0 else { return words.update(from: other, count: wordCount) }
    let (n, m) = (Double(words[0]), Double(other[0]))
    words[0] &+= other[0]
    set(words, 1, real(words, 1) + real(other, 1))
    let distance = real(other, 2) - real(words, 2)
    set(words, 2, real(words, 2) + distance * (m / (n + m)))
    set(words, 3, real(words, 3) + real(other, 3) + distance * distance * (n * m / (n + m)))
    set(words, 4, min(real(words, 4), real(other, 4)))
    set(words, 5, max(real(words, 5), real(other, 5)))
  }

  @inline(__always)
  private static func real(_ words: UnsafePointer<UInt64>, _ index: Int) -> Double {
    Double(bitPattern: words[index])
  }

  @inline(__always)
  private static func real(_ words: UnsafeMutablePointer<UInt64>, _ index: Int) -> Double {
    Double(bitPattern: words[index])
  }

  @inline(__always)
  private static func set(_ words: UnsafeMutablePointer<UInt64>, _ index: Int, _ value: Double) {
    words[index] = value.bitPattern
  }
}
