/// What an answer reads of a tally. Where that is not all of its items, an engine can keep it up to
/// date as tuples come and go, instead of walking over the items for each answer.
public enum TallyReading: Sendable, Hashable {
  /// All items.
  case items
  /// What ``TallyNorms`` adds up: the state is `KeyState.norms`.
  case norms
  /// How many items have each count: the state is `KeyState.counts`.
  case counts
  /// The count of the largest magnitude: the state is a tally of one item, or of none.
  case largest
  /// So many items of the largest counts, ties by the item's order: the state is a tally of them.
  case heaviest(Int)
}

/// So many items of a tally that have the same count.
public struct ItemsOfCount: Sendable, Hashable {
  /// The count.
  public let count: Int64
  /// How many items have it, at least 1.
  public var items: Int64

  /// Creates a group.
  public init(count: Int64, items: Int64) { (self.count, self.items) = (count, items) }

  /// The groups of some counts, ascending.
  static func groups(_ counts: some Sequence<Int64>) -> [ItemsOfCount] {
    counts.sorted().reduce(into: []) { groups, count in
      if let last = groups.last, last.count == count {
        groups[groups.count - 1].items += 1
      } else {
        groups.append(ItemsOfCount(count: count, items: 1))
      }
    }
  }
}

/// Sums over the counts of a tally's items, from which a count can be taken away again: whole
/// numbers, never rounded.
public struct TallyNorms: Sendable, Hashable {
  /// Items whose count is not 0.
  public private(set) var nonzero: Int64 = 0
  /// The sum of the counts' magnitudes.
  public private(set) var sizes: UInt128 = 0
  private var squareBits: UInt128 = 0
  private var squareCarries: Int64 = 0

  /// The sum of the squares; nil from 2^128 on.
  public var squares: UInt128? { squareCarries == 0 ? squareBits : nil }

  /// Of no items.
  public init() {}

  /// Of these counts.
  public init(_ counts: some Sequence<Int64>) {
    for count in counts { add(count) }
  }

  /// Adds an item of this count.
  public mutating func add(_ count: Int64) {
    let size = UInt128(count.magnitude)
    nonzero += count == 0 ? 0 : 1
    sizes += size
    let (sum, overflow) = squareBits.addingReportingOverflow(size * size)
    squareBits = sum
    squareCarries += overflow ? 1 : 0
  }

  /// Takes an item of this count away, which was added.
  public mutating func remove(_ count: Int64) {
    let size = UInt128(count.magnitude)
    nonzero -= count == 0 ? 0 : 1
    sizes -= size
    let (sum, overflow) = squareBits.subtractingReportingOverflow(size * size)
    squareBits = sum
    squareCarries -= overflow ? 1 : 0
  }
}
