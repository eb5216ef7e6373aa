import CStable
import Glibc

/// Projections of the counts on skewed stable random variables, for Shannon's entropy.
///
/// For R of the stable law with α = 1, β = −1, E[exp(tR)] = t^t. So for shares p and independent R
/// of each item, X = exp(Σ p R) has the mean exp(−H), and X exp(H) the moments m^m, whatever the
/// shares are.
/// - Bound: the mean of k projections is within 1 ± t of exp(−H), with
///   P ≤ 2 exp(−k t² / 2(3 + e t)) for the opposite: Bernstein's inequality, variance 3, scale e.
///   The tables by which R is drawn add at most ``tableError``.
/// - Cost: k times 0.8 ns with AVX-512, else 1.8 ns, for each item that is folded: once while it is
///   among the counts that are kept beside, whatever its count.
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
struct StableTables: @unchecked Sendable {
  static let shared = StableTables()
  static let unit = 65536.0

  /// The tables as C has them; for as long as the process lives.
  let tables: salc_stable
  private let level = salc_stable_level()

  private init() {
    let (n, m) = (1 << Int(SALC_STABLE_FIRST), 1 << Int(SALC_STABLE_SECOND))
    let (bent, fine) = (Int(SALC_STABLE_BENT), Int(SALC_STABLE_FINE))
    tables = salc_stable(
      first: Self.kept(Self.steps(of: n, from: bent, to: n)),
      fine: Self.kept(Self.steps(of: n << fine, from: 1 << fine, to: bent << fine)),
      second: Self.kept(
        (0..<m).map { Int32(Self.units(log(-log((Double($0) + 0.5) / Double(m))))) }))
  }

  private static func units(_ x: Double) -> Double { (x * unit).rounded() }

  /// a(u) at the middles of the n-ths of 1; 0 in front of `start`.
  private static func steps(of n: Int, from start: Int, to end: Int) -> [Int32] {
    (0..<end).map {
      $0 < start ? 0 : Int32(units(salc_stable_angular((Double($0) + 0.5) / Double(n))))
    }
  }

  private static func kept(_ table: [Int32]) -> UnsafePointer<Int32> {
    let memory = UnsafeMutablePointer<Int32>.allocate(capacity: table.count)
    memory.initialize(from: table, count: table.count)
    return UnsafePointer(memory)
  }

  /// Adds `count` times the item's own R of each projection, in units of 2^-16.
  func add(_ count: Double, hash: UInt64, to sums: inout [Double]) {
    withUnsafePointer(to: tables) { tables in
      sums.withUnsafeMutableBufferPointer { sums in
        salc_stable_add(level, tables, count, hash, sums.baseAddress, UInt64(sums.count))
      }
    }
  }
}
