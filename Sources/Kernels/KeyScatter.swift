public import DataModel

/// Deals the tuples of a batch out by their keys: all tuples of a key are in the same share, in
/// their order.
///
/// - Cost: packing and hashing the key, then 1 ns a tuple.
public final class KeyScatter {
  /// The share's rows of the batch that was dealt last, one share behind the other.
  private let rows: UnsafeMutablePointer<UInt16>
  private let kept: UnsafeMutablePointer<UInt16>
  private let keys: UnsafeMutablePointer<UInt64>
  private let counts: UnsafeMutablePointer<Int>
  private let packer: KeyPacker
  private let words: Int
  private let seed: UInt64

  /// How many shares.
  public let shares: Int

  /// Deals by `key`, which has components, into so many shares; by the run's seed.
  public init(key: [KeyComponent], shares: Int, seed: UInt64) {
    packer = KeyPacker(key: key)
    words = packer.layout.wordCount
    self.seed = seed
    self.shares = shares
    rows = .allocate(capacity: TupleBatch.capacity * shares)
    kept = .allocate(capacity: TupleBatch.capacity)
    keys = .allocate(capacity: TupleBatch.capacity * max(1, words))
    counts = .allocate(capacity: shares)
  }

  deinit {
    rows.deallocate()
    kept.deallocate()
    keys.deallocate()
    counts.deallocate()
  }

  /// Deals the tuples `rows[0..<count]` out; how many have the key.
  public func deal(_ batch: TupleBatch, rows: UnsafePointer<UInt16>, count: Int) -> Int {
    let n = packer.pack(batch, rows: rows, count: count, kept: kept, keys: keys)
    counts.initialize(repeating: 0, count: shares)
    switch words {
    case 1: deal(OneWordKey(), n)
    case 2: deal(TwoWordKey(), n)
    case 3: deal(ThreeWordKey(), n)
    default: deal(AnyWidthKey(words: words), n)
    }
    return n
  }

  /// The rows of a share.
  public func share(_ index: Int) -> UnsafeBufferPointer<UInt16> {
    UnsafeBufferPointer(start: rows + index * TupleBatch.capacity, count: counts[index])
  }

  /// The share of a packed key.
  public func share(of key: UnsafePointer<UInt64>) -> Int {
    Self.share(of: KeyHash.hash(seed, key, words), among: shares)
  }

  /// Tables take a key's place from the low bits of the hash, so shares take the high ones.
  @inline(__always)
  private static func share(of hash: UInt64, among shares: Int) -> Int {
    Int(truncatingIfNeeded: ((hash &>> 32) &* UInt64(truncatingIfNeeded: shares)) &>> 32)
  }

  @inline(__always)
  private func deal<Shape: KeyShape>(_ shape: Shape, _ n: Int) {
    let (rows, kept, keys, counts) = (self.rows, self.kept, self.keys, self.counts)
    let (seed, shares, words) = (self.seed, self.shares, shape.words)
    for index in 0..<n {
      let share = Self.share(of: shape.hash(seed, keys + index &* words), among: shares)
      rows[share &* TupleBatch.capacity &+ counts[share]] = kept[index]
      counts[share] &+= 1
    }
  }
}
