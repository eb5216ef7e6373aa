import CRuntimeBPF

/// A Count-Sketch, for the sum of the counts' squares.
///
/// - Bound: a row's sum has a relative standard error of √(2 / w);
///   ``Confidence/momentError(_:log2:)`` says what that makes of the median of five.
/// - Merge: addition, which wraps; a function of the counts alone.
/// - Source: `sal/countsketch.h`.
public struct MomentRows: ItemReduction {
  /// Counters of a row, as a power of two.
  public let log2: Int
  private var rows: [Int64]

  init(log2: Int) {
    self.log2 = log2
    rows = [Int64](repeating: 0, count: 5 << log2)
  }

  public var byteCount: Int { rows.count * 8 }

  public mutating func reduce(_ counts: inout [PackedItem: ItemCount]) {
    for entry in counts.values {
      sal_countsketch_add(&rows, UInt32(log2), entry.hash, UInt64(bitPattern: entry.count))
    }
    counts.removeAll(keepingCapacity: true)
  }

  public mutating func merge(_ other: MomentRows) {
    sal_countsketch_merge(&rows, other.rows, UInt32(log2))
  }

  /// An estimate of the sum of squares.
  public var secondMoment: Double { sal_countsketch_f2(rows, UInt32(log2)) }
}
