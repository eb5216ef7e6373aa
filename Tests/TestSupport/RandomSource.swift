/// A seeded source of random numbers: the same seed gives the same test everywhere.
///
/// Source: Steele, Lea, Flood, *Fast Splittable Pseudorandom Number Generators*, OOPSLA 2014
/// (SplitMix64).
public struct RandomSource: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Starts at a seed.
  public init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number of the range.
  public mutating func number(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &self)
  }

  /// A number below the bound, or 0 of none.
  public mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

  /// True once in `n` times.
  public mutating func once(in n: Int) -> Bool { number(1...n) == 1 }

  /// One of the choices, which are not empty.
  public mutating func choice<T>(_ choices: [T]) -> T { choices[number(0...choices.count - 1)] }

  /// 0 ..< count, the small numbers far more often than the large: Zipf's law with exponent 1.
  public mutating func zipf(_ count: Int) -> Int {
    var harmonic = 0.0
    for rank in 1...count { harmonic += 1 / Double(rank) }
    var rest = Double.random(in: 0..<harmonic, using: &self)
    for rank in 1...count {
      rest -= 1 / Double(rank)
      if rest < 0 { return rank - 1 }
    }
    return count - 1
  }
}
