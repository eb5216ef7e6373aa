/// What the host keeps of a key's counted items where not all of them are wanted.
///
/// The data path counts each key and item exactly and hands out what does not fit; a sketch for
/// each key would not fit its memory. So its tables are the same with a summary and without, and
/// the host folds what it hands out into a bounded state a key. While the items are few, that
/// state is their exact counts.
public enum TallySummary: Hashable, Sendable {
  /// Counters of the heaviest items: no count is short by more than total / (counters + 1).
  case heaviest(counters: Int)
  /// A sample of the distinct items by the hash of their first `ranked` components, with exact
  /// counts.
  case sampled(items: Int, ranked: Int)
  /// A Count-Sketch of 5 rows of 2^log2 counters, for the sum of squares.
  case moment(log2: Int)
  /// Projections on stable random variables, for the entropy.
  case entropy(projections: Int)
  /// Levels of sampled values, the uppermost of `k`, for ranks.
  case ranks(k: Int)

  /// Bytes that an item and its count are taken to need.
  public static let entryBytes = 64

  /// The most items of a key whose counts are kept.
  public var itemLimit: Int {
    switch self {
    case .heaviest(let counters): 2 * counters
    case .sampled(let items, _): 4 * items
    case .moment(let log2): max(16, (40 << log2) / Self.entryBytes)
    case .entropy(let projections): max(16, projections * 8 / Self.entryBytes)
    case .ranks(let k): k
    }
  }

  /// Bytes of one key's state at most.
  public var byteCount: Int {
    let items = itemLimit * Self.entryBytes
    return switch self {
    case .heaviest, .sampled: items
    case .moment(let log2): items + 40 << log2
    case .entropy(let projections): items + projections * 8
    case .ranks(let k): items + 5 * k * 8
    }
  }

  /// What EXPLAIN calls it.
  public var text: String {
    switch self {
    case .heaviest(let counters): "\(counters) counters of the heaviest items"
    case .sampled(let items, _): "a sample of \(items) items"
    case .moment(let log2): "5 rows of 2^\(log2) counters"
    case .entropy(let projections): "\(projections) projections"
    case .ranks(let k): "levels of \(k) values"
    }
  }
}
