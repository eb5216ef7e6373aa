/// A fold over the tuples of one key and window into fixed 64-bit words: what a keyed table keeps.
///
/// Operators are compositions of reductions; the same words are updated per packet in the data
/// path, per batch on the host, and merged where partials meet (`update / merge / evaluate`).
/// A tuple whose operand is missing leaves the words as they are. Source of each in C:
/// `runtime-bpf/include/sal/`.
public enum Reduction: Hashable, Sendable {
  /// Tuples of the key, missing operands or not: always word 0 of an entry.
  case tuples
  /// Tuples whose operand is present.
  case present(TupleExpression)
  /// Σx, saturating at Int64.
  case sum(TupleExpression)
  /// Σx² in 128 bits: low word, high word.
  case sumOfSquares(TupleExpression)
  /// The least value; `Int64.max` where there is none.
  case minimum(TupleExpression)
  /// The greatest value; `Int64.min` where there is none.
  case maximum(TupleExpression)
  /// The bits that any value has; 0 where there is none.
  case bitOr(TupleExpression)
  /// Value of the earliest tuple: time, order, value; time `Int64.max` where there is none.
  case first(TupleExpression)
  /// Value of the latest tuple: time, order, value; time `Int64.min` where there is none.
  case last(TupleExpression)
  /// Of a column of real numbers: how many, Σx, mean, Σ(x − mean)², least, greatest.
  case reals(TupleExpression)
  /// A fold in the order of arrival; its words are the fold's own.
  case ordered(OrderedFold, TupleExpression)

  /// Number of 64-bit words.
  public var wordCount: Int {
    switch self {
    case .tuples, .present, .sum, .minimum, .maximum, .bitOr: 1
    case .sumOfSquares: 2
    case .first, .last: 3
    case .reals: 6
    case .ordered(let fold, _): fold.wordCount
    }
  }

  /// The words of a key without tuples: the merge's identity.
  public var identity: [UInt64] {
    switch self {
    case .tuples, .present, .sum, .bitOr: [0]
    case .sumOfSquares: [0, 0]
    case .minimum: [UInt64(bitPattern: .max)]
    case .maximum: [UInt64(bitPattern: .min)]
    case .first: [UInt64(bitPattern: .max), 0, 0]
    case .last: [UInt64(bitPattern: .min), 0, 0]
    case .reals: [0, 0, 0, 0, Double.infinity.bitPattern, (-Double.infinity).bitPattern]
    case .ordered(let fold, _): [UInt64](repeating: 0, count: fold.wordCount)
    }
  }

  /// The operand.
  public var operand: TupleExpression? {
    switch self {
    case .tuples: nil
    case .present(let x), .sum(let x), .sumOfSquares(let x), .minimum(let x), .maximum(let x),
      .bitOr(let x), .first(let x), .last(let x), .reals(let x), .ordered(_, let x):
      x
    }
  }

  /// Whether it is a fold in the order of arrival, which item windows keep as they move.
  public var isOrderedFold: Bool { if case .ordered = self { true } else { false } }

  /// Whether it reads a column of real numbers.
  public var isReal: Bool { if case .reals = self { true } else { false } }

  /// Whether the result hangs on the order in which tuples arrive.
  public var needsArrivalOrder: Bool {
    switch self {
    case .first, .last, .ordered: true
    default: false
    }
  }
}

/// Where the reductions of an aggregation stand in an entry's accumulator words.
public struct AccumulatorLayout: Hashable, Sendable {
  /// The reductions; the first is `.tuples`.
  public let reductions: [Reduction]
  /// The first word of each reduction.
  public let offsets: [Int]
  /// Words of an entry.
  public let wordCount: Int

  /// Lays reductions out one after the other; `.tuples` is put first.
  public init(_ reductions: [Reduction]) {
    var ordered: [Reduction] = [.tuples]
    for reduction in reductions where !ordered.contains(reduction) { ordered.append(reduction) }
    var next = 0
    var offsets: [Int] = []
    for reduction in ordered {
      offsets.append(next)
      next += reduction.wordCount
    }
    self.reductions = ordered
    self.offsets = offsets
    wordCount = next
  }

  /// The identity of every word.
  public var identity: [UInt64] { reductions.flatMap(\.identity) }

  /// The first word of a reduction.
  public func offset(of reduction: Reduction) -> Int? {
    reductions.firstIndex(of: reduction).map { offsets[$0] }
  }
}
