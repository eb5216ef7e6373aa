public import DataModel

/// The words of a packed item.
public struct PackedItem: Hashable, Sendable {
  private var first: UInt64 = 0
  private var second: UInt64 = 0
  private var rest: [UInt64] = []

  /// Copies `count` words.
  public init(_ words: UnsafePointer<UInt64>, count: Int) {
    if count > 0 { first = words[0] }
    if count > 1 { second = words[1] }
    if count > 2 { rest = (2..<count).map { words[$0] } }
  }

  /// Calls `body` with the words.
  public func withWords<Result>(_ body: (UnsafePointer<UInt64>) -> Result) -> Result {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 + rest.count) { words in
      words[0] = first
      words[1] = second
      for (index, word) in rest.enumerated() { words[2 + index] = word }
      return body(words.baseAddress!)
    }
  }
}

/// How often an item occurred, or its weights' sum; with what reductions want to know of it.
public struct ItemCount: Sendable {
  /// A keyed hash of the components that tell items apart.
  public let hash: UInt64
  /// The item as a number, where it is one and the summary is of ranks.
  public let number: Int64
  /// The count; saturates.
  public internal(set) var count: Int64
}

/// A bounded state that counts are folded into where they are too many: one file a kind.
public protocol ItemReduction: Sendable {
  /// Takes over what is too much of the counts.
  mutating func reduce(_ counts: inout [PackedItem: ItemCount])
  /// Takes over all that has to be for reading.
  mutating func finish(_ counts: inout [PackedItem: ItemCount])
  /// Whether an item of this hash may be among the counts.
  func admits(_ hash: UInt64) -> Bool
  /// Folds in a reduction of the same kind and size.
  mutating func merge(_ other: Self)
  /// Bytes that it takes beside the counts.
  var byteCount: Int { get }
}

extension ItemReduction {
  public func admits(_ hash: UInt64) -> Bool { true }

  public mutating func finish(_ counts: inout [PackedItem: ItemCount]) { reduce(&counts) }

  /// Folds in another of the same form.
  mutating func merge(any other: any ItemReduction) {
    guard let other = other as? Self else { preconditionFailure("summaries of one form") }
    merge(other)
  }
}

extension TallySummary {
  /// The reduction of no items.
  func emptyReduction(seed: UInt64) -> any ItemReduction {
    switch self {
    case .heaviest(let counters): HeaviestItems(counters: counters)
    case .sampled(let items, _): SampledItems(items: items)
    case .moment(let log2): MomentRows(log2: log2)
    case .entropy(let projections): EntropyProjections(count: projections)
    case .ranks(let k): RankLevels(k: k, seed: seed)
    }
  }
}

/// The bounded state of one key's items: exact counts up to ``TallySummary/itemLimit``, then also a
/// reduction.
///
/// Samples, moments and (up to rounding) entropies are functions of the counts alone, in whatever
/// order and panes they came. The heaviest items and ranks keep their bounds in any order.
public struct ItemSummary: Sendable {
  /// The counts that are kept.
  public private(set) var counts: [PackedItem: ItemCount] = [:]
  /// What the others were folded into; nil where there are none.
  public private(set) var reduction: (any ItemReduction)?
  /// Bytes of the reduction, which change only when something is folded.
  private var reductionBytes = 0
  /// Of all counts; saturates.
  public private(set) var total: Int64 = 0

  /// No items.
  public init() {}

  /// Bytes that it takes.
  public var byteCount: Int {
    counts.count * TallySummary.entryBytes + reductionBytes
  }

  /// Adds to the count of an item.
  public mutating func add(
    _ item: PackedItem, hash: UInt64, number: Int64, count: Int64, _ form: TallySummary,
    seed: UInt64
  ) {
    total = Self.sum(total, count)
    put(item, ItemCount(hash: hash, number: number, count: count))
    reduceIfFull(form, seed)
  }

  /// Adds all that another of the same form has.
  public mutating func merge(_ other: ItemSummary, _ form: TallySummary, seed: UInt64) {
    total = Self.sum(total, other.total)
    if let reduced = other.reduction {
      var own = takeReduction(form, seed)
      own.merge(any: reduced)
      put(own)
      counts = counts.filter { own.admits($0.value.hash) }
    }
    // All before anything is folded: what is folded does not hang on the dictionary's order.
    for (item, entry) in other.counts { put(item, entry) }
    reduceIfFull(form, seed)
  }

  /// Makes ready for reading: where something was folded, all that has to be.
  public mutating func close() {
    guard var own = reduction else { return }
    reduction = nil
    own.finish(&counts)
    put(own)
  }

  /// The reduction, to be changed and put back: held twice, all of it would be copied.
  private mutating func takeReduction(_ form: TallySummary, _ seed: UInt64) -> any ItemReduction {
    defer { reduction = nil }
    return reduction ?? form.emptyReduction(seed: seed)
  }

  private mutating func put(_ own: any ItemReduction) {
    reduction = own
    reductionBytes = own.byteCount
  }

  private mutating func put(_ item: PackedItem, _ entry: ItemCount) {
    if let reduction, !reduction.admits(entry.hash) { return }
    if let place = counts.index(forKey: item) {
      counts.values[place].count = Self.sum(counts.values[place].count, entry.count)
    } else {
      counts[item] = entry
    }
  }

  private mutating func reduceIfFull(_ form: TallySummary, _ seed: UInt64) {
    guard counts.count > form.itemLimit else { return }
    var own = takeReduction(form, seed)
    own.reduce(&counts)
    put(own)
  }

  private static func sum(_ a: Int64, _ b: Int64) -> Int64 {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? (b < 0 ? .min : .max) : sum
  }
}
