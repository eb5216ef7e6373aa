/// Counters of the heaviest items, which may be short.
///
/// - Bound: no count, of an item without a counter neither, is short by more than ``shortBy``,
///   which is at most total / (counters + 1): whatever is taken from one counter is taken from all
///   others and from one item that is left out.
/// - Cost: a sort of twice the counters for each so many new items.
/// - Merge: counts and what they are short by add.
/// - Source: Misra, Gries 1982, in the batches of Anderson et al., *A high-performance algorithm
///   for identifying frequent items in data streams*, IMC 2017; merge: Agarwal et al., PODS 2012.
public struct HeaviestItems: ItemReduction {
  private let counters: Int
  /// The most that a count can be short by.
  public private(set) var shortBy: Int64 = 0

  init(counters: Int) { self.counters = counters }

  public var byteCount: Int { 16 }

  public mutating func reduce(_ counts: inout [PackedItem: ItemCount]) {
    guard counts.count > counters else { return }
    // Weights are never negative, and so neither is the first count too many.
    let cut = counts.values.map(\.count).sorted(by: >)[counters]
    let (sum, overflow) = shortBy.addingReportingOverflow(cut)
    shortBy = overflow ? .max : sum
    counts = counts.compactMapValues { entry in
      guard entry.count > cut else { return nil }
      return ItemCount(hash: entry.hash, number: entry.number, count: entry.count - cut)
    }
  }

  public mutating func merge(_ other: HeaviestItems) {
    let (sum, overflow) = shortBy.addingReportingOverflow(other.shortBy)
    shortBy = overflow ? .max : sum
  }
}
