/// Levels of values, those of level h standing for 2^h each: a quantile sketch of counted values.
///
/// A value that occurred c times goes once into each level whose bit c has. A level over its
/// capacity is sorted, and every other value of it goes one level up, by a fair coin the first or
/// the second of each pair. Capacities are k from the level L = ⌈log2(n / k)⌉ on, and shrink by 2/3
/// a level below it.
/// - Bound: compacting level h moves a rank by 0 or ±2^h, with mean 0; the sum of the squares is
///   ``variance``, and a rank is off by more than t with probability at most
///   2 exp(−t² / 2 variance) (Hoeffding 1963). A level h < L is compacted at most
///   n / (2^h k (2/3)^(L−h)) times, those from L on never; so
///   variance ≤ (n / k) Σ 2^h (3/2)^(L−h) ≤ 3 n 2^L / k < 6 n² / k².
/// - Cost: a sort of a level for each so many values.
/// - Memory: at most 5 k values.
/// - Merge: levels join, variances add.
/// - Source: Karnin, Lang, Liberty, *Optimal quantile approximation in streams*, FOCS 2016;
///   weighted values: Ivkin, Liberty, Lang, Karnin, Braverman 2019.
public struct RankLevels: ItemReduction {
  private let k: Int
  private var coins: UInt64
  private var levels: [[Int64]] = []
  private var total: UInt64 = 0
  /// The least and the greatest of all values, whether they are still kept or not.
  public private(set) var extremes: ClosedRange<Int64> = 0...0
  /// The variance of a rank at most.
  public private(set) var variance = 0.0

  init(k: Int, seed: UInt64) {
    self.k = k
    coins = seed
  }

  public var byteCount: Int { levels.reduce(0) { $0 + $1.count * 8 } }

  public mutating func reduce(_ counts: inout [PackedItem: ItemCount]) {
    // In the order of values, so that coins fall alike wherever the counts were kept.
    let sorted = counts.values.sorted { ($0.number, $0.hash) < ($1.number, $1.hash) }
    for entry in sorted where entry.count > 0 { add(entry.number, UInt64(entry.count)) }
    counts.removeAll(keepingCapacity: true)
    compact()
  }

  public mutating func merge(_ other: RankLevels) {
    for (level, values) in other.levels.enumerated() {
      if level == levels.count { levels.append([]) }
      levels[level] += values
    }
    if other.total > 0 { widen(other.extremes, total == 0) }
    total &+= other.total
    variance += other.variance
    coins ^= other.coins &* 0x9e37_79b9_7f4a_7c15
    compact()
  }

  /// The values with their weights, ascending.
  public var weighted: [(value: Int64, weight: Int64)] {
    levels.enumerated().flatMap { level, values in
      values.map { (value: $0, weight: Int64(1) << Int64(level)) }
    }.sorted { $0.value < $1.value }
  }

  private mutating func add(_ value: Int64, _ count: UInt64) {
    widen(value...value, total == 0)
    total &+= count
    for level in 0..<(64 - count.leadingZeroBitCount) {
      if level == levels.count { levels.append([]) }
      if count >> UInt64(level) & 1 != 0 { levels[level].append(value) }
    }
  }

  private mutating func widen(_ values: ClosedRange<Int64>, _ isFirst: Bool) {
    extremes =
      isFirst
      ? values
      : min(
        extremes.lowerBound, values.lowerBound)...max(
          extremes.upperBound, values.upperBound)
  }

  private mutating func compact() {
    var top = 0
    while top < 62, UInt64(k) << UInt64(top) < total { top += 1 }
    var capacity = [Int](repeating: k, count: top)
    for level in stride(from: top - 1, through: 0, by: -1) {
      let above = level + 1 < top ? capacity[level + 1] : k
      capacity[level] = max(8, (above * 2 + 2) / 3)
    }
    // A level that is halved may be the one that makes the next.
    for level in 0..<top where level < levels.count && levels[level].count > capacity[level] {
      halve(level)
    }
  }

  /// Moves every other value one level up; of an odd number the greatest stays.
  private mutating func halve(_ level: Int) {
    if level + 1 == levels.count { levels.append([]) }
    let sorted = levels[level].sorted()
    coins &+= 0x9e37_79b9_7f4a_7c15
    var bits = (coins ^ (coins >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    let pairs = sorted.count / 2
    let start = Int(truncatingIfNeeded: bits >> 63)
    for pair in 0..<pairs { levels[level + 1].append(sorted[2 * pair + start]) }
    levels[level] = Array(sorted[(2 * pairs)...])
    variance += Double(UInt64(1) << UInt64(2 * min(level, 31)))
  }
}
