/// The items with the smallest hashes, with exact counts: a sample of the distinct items without
/// repetition, each set of so many being equally likely.
///
/// An item that is in the sample at the end was never out of it, since the threshold only falls:
/// so its count is whole.
/// - Bound: a share of the distinct items is within √(ln(2 / δ) / 2n) with probability 1 − δ
///   (Hoeffding 1963, theorems 1 and 4).
/// - Merge: the smaller threshold; counts add. A function of the counts alone.
/// - Source: Cohen, Kaplan, *Summarizing data using bottom-k sketches*, PODC 2007.
public struct SampledItems: ItemReduction {
  private let items: Int
  private var threshold = UInt64.max

  init(items: Int) { self.items = items }

  public var byteCount: Int { 16 }

  public func admits(_ hash: UInt64) -> Bool { hash <= threshold }

  public mutating func reduce(_ counts: inout [PackedItem: ItemCount]) {
    // Items of one hash are one for the sample, such as the halves of a window.
    let hashes = Set(counts.values.map(\.hash)).sorted()
    guard hashes.count > items else { return }
    threshold = min(threshold, hashes[items - 1])
    let limit = threshold
    counts = counts.filter { $0.value.hash <= limit }
  }

  public mutating func merge(_ other: SampledItems) {
    threshold = min(threshold, other.threshold)
  }
}
