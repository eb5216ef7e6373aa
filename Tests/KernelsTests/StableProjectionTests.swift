import CStable
import Glibc
import Testing

@testable import Kernels

/// Projections by every set of instructions, beside draws one by one.
@Suite("Projections on stable variables")
struct StableProjectionTests {
  private static let levels =
    salc_stable_level() == SALC_STABLE_PLAIN
    ? [SALC_STABLE_PLAIN] : [SALC_STABLE_PLAIN, SALC_STABLE_AVX512]

  private static func mix(_ state: UInt64) -> UInt64 {
    var bits = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
  }

  /// a(u) + ln(−ln v) of the n-th draw of an item, in units of 2^-16, and whether it needed more
  /// than a step of the first table.
  private func draw(_ hash: UInt64, _ n: Int) -> (value: Double, isBent: Bool) {
    let tables = StableTables.shared.tables
    let state = hash &+ UInt64(n / 2 + 1) &* 0x9e37_79b9_7f4a_7c15
    let bits = n % 2 == 0 ? Self.mix(state) & 0xffff_ffff : Self.mix(state) >> 32
    let (step, other) = (Int(bits & 0x3fff), Int(bits >> 14 & 0xfff))
    let second = Double(tables.second[other])
    guard step < 64 else { return (Double(tables.first[step]) + second, false) }
    let within = Self.mix(Self.mix(n % 2 == 0 ? state : ~state)) >> 32
    guard step == 0 else {
      return (Double(tables.fine[step * 64 + Int(within >> 26)]) + second, true)
    }
    let u = (Double(within) + 0.5) / 4_294_967_296 / 16384
    let w = Double.pi * (u - 0.5)
    let rest = Double.pi / 2 - w
    let angular = tan(w) * rest + log(cos(w) / rest)
    return ((angular * 65536).rounded() + second, true)
  }

  @Test("are the same bits by all instructions as one by one")
  func levels() {
    withUnsafePointer(to: StableTables.shared.tables) { tables in
      for n in [0, 1, 2, 7, 15, 16, 17, 31, 32, 33, 1479] {
        for item in 0..<40 as Range<UInt64> {
          let hash = Self.mix(item)
          let count = Double(1 + item % 5)
          let wanted = (0..<n).map { Double($0) + count * draw(hash, $0).value }
          for level in Self.levels {
            var sums = (0..<n).map { Double($0) }
            salc_stable_add(level, tables, count, hash, &sums, UInt64(n))
            #expect(sums == wanted, "\(n) of item \(item), level \(level.rawValue)")
          }
        }
      }
    }
    let bent = (0..<40).reduce(0) { sum, item in
      sum + (0..<1479).count { draw(Self.mix(UInt64(item)), $0).isBent }
    }
    #expect(bent > 100, "draws where a(u) bends: \(bent)")
  }

  @Test("have the mean that makes the entropy")
  func mean() {
    // E[exp(tR)] = t^t: half of a stream, and a quarter of it.
    for share in [0.5, 0.25, 1] {
      var sum = 0.0
      let n = 200_000
      for index in 0..<n { sum += exp(share * draw(77, index).value / StableTables.unit) }
      let wanted = pow(share, share)
      #expect(abs(sum / Double(n) - wanted) < 0.02, "\(share): \(sum / Double(n)), \(wanted)")
    }
  }
}
