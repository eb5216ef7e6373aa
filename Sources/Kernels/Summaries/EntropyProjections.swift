import CRuntimeBPF
import Glibc

/// Projections of the counts on skewed stable random variables, for Shannon's entropy.
///
/// For R of the stable law with α = 1, β = −1, E[exp(tR)] = t^t. So for shares p and independent R
/// of each item, X = exp(Σ p R) has the mean exp(−H), and X exp(H) the moments m^m, whatever the
/// shares are.
/// - Bound: the mean of k projections is within 1 ± t of exp(−H), with
///   P ≤ 2 exp(−k t² / 2(3 + e t)) for the opposite: Bernstein's inequality, variance 3, scale e.
///   The tables by which R is drawn add at most ``tableError``.
/// - Cost: k times 1.6 ns for each item that is folded: once while it is among the counts that
///   are kept beside, whatever its count; Docs/Within.md has what that makes a tuple.
/// - Merge: addition; sums are exact up to 2^37, then rounded.
/// - Source: Clifford, Cosma, *A simple sketching algorithm for entropy estimation over streaming
///   data*, AISTATS 2013; R: Chambers, Mallows, Stuck, JASA 71, 1976.
public struct EntropyProjections: ItemReduction {
  /// The most by which the tables move an entropy, in nats.
  public static let tableError = 2e-4
  /// In units of 2^-16.
  private var sums: [Double]
  private var total = 0.0

  init(count: Int) { sums = [Double](repeating: 0, count: count) }

  public var byteCount: Int { sums.count * 8 }

  /// How many projections there are.
  public var count: Int { sums.count }

  /// Folds the rarer half: what is frequent comes again, and is folded once for all of it.
  public mutating func reduce(_ counts: inout [PackedItem: ItemCount]) {
    let middle = counts.values.map(\.count).sorted()[counts.count / 2]
    for entry in counts.values where entry.count <= middle { fold(entry) }
    counts = counts.filter { $0.value.count > middle }
  }

  public mutating func finish(_ counts: inout [PackedItem: ItemCount]) {
    for entry in counts.values { fold(entry) }
    counts.removeAll()
  }

  private mutating func fold(_ entry: ItemCount) {
    let count = Double(entry.count)
    total += count
    StableTables.shared.add(count, hash: entry.hash, to: &sums)
  }

  public mutating func merge(_ other: EntropyProjections) {
    total += other.total
    for index in sums.indices { sums[index] += other.sums[index] }
  }

  /// The mean of exp(Σ pᵢ Rᵢ); 1 where there is nothing.
  public var mean: Double {
    guard total > 0 else { return 1 }
    let scale = total * StableTables.unit
    return sums.reduce(0) { $0 + exp($1 / scale) } / Double(sums.count)
  }
}

/// R = a(u) + ln(−ln v) for uniform u and v: tables of both parts at the middles of equal steps, in
/// whole multiples of 2^-16, so that sums are exact.
///
/// Where a(u) bends, at u near 0, steps are 64 times finer; in the first it is computed at a point.
private struct StableTables: Sendable {
  static let shared = StableTables()
  static let unit = 65536.0

  private static let firstBits = 14
  private static let secondBits = 12
  /// Steps of the first table in which a(u) bends, and bits of the finer ones.
  private static let bent = 64
  private static let fineBits = 6
  private let first: [Int32]
  private let fine: [Int32]
  private let second: [Int32]

  private init() {
    let (n, m) = (1 << Self.firstBits, 1 << Self.secondBits)
    first = Self.steps(of: n, from: Self.bent, to: n)
    fine = Self.steps(
      of: n << Self.fineBits, from: 1 << Self.fineBits, to: Self.bent << Self.fineBits)
    second = (0..<m).map { Int32(Self.units(log(-log((Double($0) + 0.5) / Double(m))))) }
  }

  private static func units(_ x: Double) -> Double { (x * unit).rounded() }

  /// a(u) at the middles of the n-ths of 1; 0 in front of `start`.
  private static func steps(of n: Int, from start: Int, to end: Int) -> [Int32] {
    (0..<end).map { $0 < start ? 0 : Int32(units(angular((Double($0) + 0.5) / Double(n)))) }
  }

  private static func angular(_ u: Double) -> Double {
    let w = Double.pi * (u - 0.5)
    let rest = Double.pi / 2 - w
    return tan(w) * rest + log(cos(w) / rest)
  }

  /// Adds `count` times the item's own R of each projection, in units of 2^-16.
  func add(_ count: Double, hash: UInt64, to sums: inout [Double]) {
    var state = hash
    first.withUnsafeBufferPointer { first in
      second.withUnsafeBufferPointer { second in
        sums.withUnsafeMutableBufferPointer { sums in
          var index = 0
          while index < sums.count {
            state &+= 0x9e37_79b9_7f4a_7c15
            let bits = Self.mix(state)
            sums[index] += count * draw(bits & 0xffff_ffff, state, first, second)
            guard index + 1 < sums.count else { return }
            sums[index + 1] += count * draw(bits >> 32, ~state, first, second)
            index += 2
          }
        }
      }
    }
  }

  /// R by 32 bits; where they fall into the bend, the place within the step is by `state`.
  @inline(__always)
  private func draw(
    _ bits: UInt64, _ state: UInt64, _ first: UnsafeBufferPointer<Int32>,
    _ second: UnsafeBufferPointer<Int32>
  ) -> Double {
    let step = Int(truncatingIfNeeded: bits) & (1 << Self.firstBits - 1)
    let other = Int(truncatingIfNeeded: bits >> UInt64(Self.firstBits)) & (1 << Self.secondBits - 1)
    if _slowPath(step < Self.bent) { return bend(step, state) + Double(second[other]) }
    return Double(first[step] &+ second[other])
  }

  @inline(never)
  private func bend(_ step: Int, _ state: UInt64) -> Double {
    let within = Self.mix(Self.mix(state)) >> 32
    guard step == 0 else {
      return Double(fine[step << Self.fineBits + Int(within >> (32 - UInt64(Self.fineBits)))])
    }
    let place = (Double(within) + 0.5) / 4_294_967_296
    return Self.units(Self.angular(place / Double(1 << Self.firstBits)))
  }

  /// SplitMix64 (Steele, Lea, Flood 2014): an own stream of draws for each item, two a word.
  @inline(__always)
  private static func mix(_ state: UInt64) -> UInt64 {
    var bits = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
  }
}
