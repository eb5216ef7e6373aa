public import DataModel

/// What an exponential histogram says of its window.
public struct HistogramAnswer: Sendable, Hashable {
  /// Values in the window: exact.
  public var count = 0
  /// Σx or, of variances, Σ(x − mean)².
  public var estimate = 0.0
  /// What it is at least.
  public var low = 0.0
  /// What it is at most.
  public var high = 0.0

  /// Of a window without values.
  public init() {}

  init(count: Int, estimate: Double, low: Double, high: Double) {
    (self.count, self.estimate, self.low, self.high) = (count, estimate, low, high)
  }
}

/// An exponential histogram over the last tuples of one key (``ExponentialHistogramShape``).
///
/// Sums are whole numbers and exact; positions of tuples without a value are remembered once there
/// is one, so that the count is exact too. Of a bucket that the edge cuts it is therefore known
/// how many of its values are in the window, which bounds what they add.
///
/// - Cost: an addition and a comparison a tuple, and a pass over all buckets for every doubling of
///   what is new; an answer looks at two buckets.
public struct ExponentialHistogram {
  /// A run of values: positions, how many, Σ of positive and of negative values; of variances Σ and
  /// Σ of squares of the distance from the key's first value.
  private struct Bucket {
    var oldest: Int
    var newest: Int
    var sums: Sums
  }

  private struct Sums {
    var count = 0
    var first: Int128 = 0
    var second: Int128 = 0

    static func + (a: Sums, b: Sums) -> Sums {
      Sums(count: a.count + b.count, first: a.first + b.first, second: a.second + b.second)
    }
    static func - (a: Sums, b: Sums) -> Sums {
      Sums(count: a.count - b.count, first: a.first - b.first, second: a.second - b.second)
    }
  }

  private let shape: ExponentialHistogramShape
  private let weight: Double
  private let most: Int
  /// From the oldest to the newest; those before `head` are gone.
  private var buckets: [Bucket] = []
  private var head = 0
  private var folded = 0
  /// All buckets but the oldest.
  private var rest = Sums()
  /// Values of the oldest bucket that are in the window.
  private var active = 0
  /// A bit for each of the last tuples, set where it has a value; empty while all have.
  private var presence: [UInt64] = []
  private var limit = 64
  private var pivot: Int64?
  /// Buckets that became one though they were too heavy: the bound is wider then, but true.
  public private(set) var forced = 0
  /// Whether a value was too far from the others for exact squares.
  public private(set) var isSaturated = false

  /// The largest distance whose squares add up in 128 bits.
  private static let farthest: UInt64 = 1 << 53

  /// An empty histogram of at most `most` buckets.
  public init(_ shape: ExponentialHistogramShape, most: Int) {
    self.shape = shape
    self.most = max(most, 4)
    weight = shape.weight
    buckets.reserveCapacity(limit * 5 / 4 + 32)
  }

  /// Buckets in use.
  public var bucketCount: Int { buckets.count - head }

  /// Octets in use.
  public var bytes: Int {
    buckets.capacity * ExponentialHistogramShape.bucketBytes + presence.count * 8
  }

  /// Takes the next tuple, with or without a value.
  public mutating func add(_ value: Int64?) {
    folded += 1
    expire(folded - shape.items)
    note(isPresent: value != nil)
    guard let value else { return }
    if bucketCount >= limit { compact() }
    let sums = self.sums(of: value)
    buckets.append(Bucket(oldest: folded, newest: folded, sums: sums))
    if bucketCount == 1 { active = 1 } else { rest = rest + sums }
  }

  private mutating func sums(of value: Int64) -> Sums {
    guard shape.measure == .variance else {
      return Sums(
        count: 1, first: value > 0 ? Int128(value) : 0, second: value < 0 ? -Int128(value) : 0)
    }
    let base = pivot ?? value
    pivot = base
    var distance = Int128(value) - Int128(base)
    let farthest = Int128(Self.farthest)
    if distance.magnitude > Self.farthest {
      isSaturated = true
      distance = distance < 0 ? -farthest : farthest
    }
    return Sums(count: 1, first: distance, second: distance * distance)
  }

  /// The tuple at `edge` leaves the window.
  private mutating func expire(_ edge: Int) {
    guard edge > 0, bucketCount > 0, buckets[head].oldest <= edge else { return }
    if isPresent(edge) { active -= 1 }
    guard buckets[head].newest <= edge else { return }
    head += 1
    if bucketCount > 0 {
      rest = rest - buckets[head].sums
      active = buckets[head].sums.count
    }
    if head >= 16 + bucketCount / 4 {
      buckets.removeFirst(head)
      head = 0
    }
  }

  private func isPresent(_ position: Int) -> Bool {
    if presence.isEmpty { return true }
    let bit = position % shape.items
    return presence[bit >> 6] >> UInt64(bit & 63) & 1 != 0
  }

  private mutating func note(isPresent: Bool) {
    if presence.isEmpty {
      if isPresent { return }
      presence = [UInt64](repeating: .max, count: shape.items / 64 + 1)
    }
    let bit = folded % shape.items
    let mask = UInt64(1) << UInt64(bit & 63)
    if isPresent { presence[bit >> 6] |= mask } else { presence[bit >> 6] &= ~mask }
  }

  // MARK: Fewer buckets

  /// Joins neighbours from the newest to the oldest where they are light enough; the one that the
  /// edge may be cutting stays alone.
  private mutating func compact() {
    var kept: [Bucket] = []
    kept.reserveCapacity(limit + 1)
    let isCut = active < buckets[head].sums.count
    let last = head + (isCut ? 1 : 0)
    var newer = Sums()
    var index = buckets.count - 1
    while index >= last {
      var bucket = buckets[index]
      index -= 1
      while index >= last, isLight(bucket.sums + buckets[index].sums, beside: newer) {
        bucket = Self.joined(bucket, buckets[index])
        index -= 1
      }
      newer = newer + bucket.sums
      kept.append(bucket)
    }
    var cutActive: Int? = isCut ? active : nil
    if isCut { kept.append(buckets[head]) }
    while kept.count > most {
      let older = kept.removeLast()
      let newer = kept.removeLast()
      kept.append(Self.joined(newer, older))
      if let inside = cutActive { cutActive = inside + newer.sums.count }
      forced += 1
    }
    kept.reverse()
    limit = max(64, 2 * kept.count)
    buckets.removeAll(keepingCapacity: true)
    buckets.reserveCapacity(limit * 5 / 4 + 32)
    buckets.append(contentsOf: kept)
    head = 0
    active = cutActive ?? buckets[0].sums.count
    rest = buckets.dropFirst().reduce(into: Sums()) { $0 = $0 + $1.sums }
  }

  private static func joined(_ newer: Bucket, _ older: Bucket) -> Bucket {
    Bucket(oldest: older.oldest, newest: newer.newest, sums: newer.sums + older.sums)
  }

  private func isLight(_ both: Sums, beside newer: Sums) -> Bool {
    if shape.measure == .variance {
      return Self.spread(both) <= weight * Self.spread(newer)
    }
    let sum = Double(both.first + both.second)
    return sum == 0 || sum + 1 <= weight * Double(newer.first + newer.second)
  }

  /// Σ(x − mean)²; the subtraction is of whole numbers.
  private static func spread(_ sums: Sums) -> Double {
    guard sums.count > 1 else { return 0 }
    let n = Int128(sums.count)
    let (mean, left) = (sums.first / n, sums.first % n)
    let whole = sums.second - n * mean * mean - 2 * mean * left
    return max(0, Double(whole) - Double(left) * Double(left) / Double(sums.count))
  }

  // MARK: Answers

  /// What the window has now.
  public var answer: HistogramAnswer {
    guard bucketCount > 0 else { return HistogramAnswer() }
    let cut = buckets[head].sums
    let count = rest.count + active
    guard active < cut.count else {
      let all = rest + cut
      let value =
        shape.measure == .variance ? Self.spread(all) : Double(all.first - all.second)
      return HistogramAnswer(count: count, estimate: value, low: value, high: value)
    }
    return shape.measure == .variance ? cutVariance(cut, count) : cutSum(cut, count)
  }

  private func cutSum(_ cut: Sums, _ count: Int) -> HistogramAnswer {
    let low = rest.first - rest.second - cut.second
    let high = rest.first + cut.first - rest.second
    return HistogramAnswer(
      count: count, estimate: Double(low + (high - low) / 2), low: Double(low),
      high: Double(high))
  }

  /// Of the cut bucket m of n values are in the window. Their mean lies by at most
  /// √(V(n − m) / mn) from that of all, and their spread is at most V less what that costs.
  private func cutVariance(_ cut: Sums, _ count: Int) -> HistogramAnswer {
    let (n, m, newer) = (Double(cut.count), Double(active), Double(rest.count))
    let (whole, base) = (Self.spread(cut), Self.spread(rest))
    guard rest.count > 0 else {
      return HistogramAnswer(count: count, estimate: whole * m / n, low: 0, high: whole)
    }
    let farthest = (whole * (n - m) / (m * n)).squareRoot()
    let apart = abs(Double(cut.first) / n - Double(rest.first) / newer)
    let between = newer * m / (newer + m)
    let nearest = max(0, apart - farthest)
    let inside = m * n / (n - m)
    let shift = min(farthest, between * apart / (inside - between))
    let most =
      whole - inside * shift * shift + between * (apart + shift) * (apart + shift)
    let margin = 1e-12
    return HistogramAnswer(
      count: count, estimate: base + between * apart * apart,
      low: (base + between * nearest * nearest) * (1 - margin),
      high: (base + max(most, between * apart * apart)) * (1 + margin))
  }
}
