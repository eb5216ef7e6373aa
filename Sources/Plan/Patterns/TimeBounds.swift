import DataModel

/// The start or the end of an edge of a pattern.
public struct EdgeTime: Sendable, Hashable {
  /// The edge's index.
  public var edge: Int
  /// Whether it is the end.
  public var isEnd: Bool

  /// Creates the start or end of an edge.
  public init(edge: Int, isEnd: Bool) {
    self.edge = edge
    self.isEnd = isEnd
  }

  /// Its place among all times of a pattern.
  var variable: Int { 2 * edge + (isEnd ? 1 : 0) }
}

/// The condition that one time lies at most so much after another.
public struct TimeBound: Sendable, Hashable {
  /// The time that is held back, and the one from which it is measured.
  public var later: EdgeTime
  public var earlier: EdgeTime
  /// later − earlier is at most this, nanoseconds. Times are whole nanoseconds, so a strict bound
  /// is one less.
  public var most: Int64

  /// Creates a bound.
  public init(_ later: EdgeTime, after earlier: EdgeTime, most: Int64) {
    self.later = later
    self.earlier = earlier
    self.most = most
  }
}

/// The tightest bounds between all pairs of times of a pattern: a difference-bound matrix, closed
/// by shortest paths.
///
/// - Source: Dill, *Timing assumptions and verification of finite-state concurrent systems*, 1989.
public struct TimeBounds: Sendable, Hashable {
  /// No bound.
  public static let none = Int64.max

  private let size: Int
  private var most: [Int64]

  /// Closes the bounds of a pattern; an edge ends when it starts (`isInstant`) or later.
  public init(edges: Int, _ bounds: [TimeBound], isInstant: Bool) {
    size = 2 * edges
    most = [Int64](repeating: Self.none, count: size * size)
    for variable in 0..<size { most[variable * size + variable] = 0 }
    for edge in 0..<edges {
      tighten(2 * edge, 2 * edge + 1, 0)
      if isInstant { tighten(2 * edge + 1, 2 * edge, 0) }
    }
    for bound in bounds { tighten(bound.later.variable, bound.earlier.variable, bound.most) }
    close()
  }

  private mutating func tighten(_ a: Int, _ b: Int, _ value: Int64) {
    most[a * size + b] = min(most[a * size + b], value)
  }

  private mutating func close() {
    for via in 0..<size {
      for a in 0..<size where most[a * size + via] != Self.none {
        for b in 0..<size where most[via * size + b] != Self.none {
          let (sum, overflow) = most[a * size + via].addingReportingOverflow(
            most[via * size + b])
          if overflow { continue }
          tighten(a, b, sum)
        }
      }
    }
  }

  /// Whether some time would have to lie before itself: no match can keep all bounds.
  public var isContradictory: Bool { (0..<size).contains { most[$0 * size + $0] < 0 } }

  /// The most that `a` lies after `b`; ``none`` where nothing bounds it.
  public func most(_ a: EdgeTime, after b: EdgeTime) -> Int64 {
    most[a.variable * size + b.variable]
  }

  /// Whether the edge may be the one of a match that starts last.
  public func canBeLast(_ edge: Int) -> Bool {
    (0..<(size / 2)).allSatisfy { other in
      most(EdgeTime(edge: edge, isEnd: false), after: EdgeTime(edge: other, isEnd: false)) >= 0
    }
  }

  /// Whether a tuple that is `first` bounds how much later one that is `second` may start: from
  /// its start or its end on.
  public func isBounded(_ second: Int, after first: Int) -> Bool {
    let start = EdgeTime(edge: second, isEnd: false)
    return most(start, after: EdgeTime(edge: first, isEnd: false)) != Self.none
      || most(start, after: EdgeTime(edge: first, isEnd: true)) != Self.none
  }

  /// The longest that a tuple is kept behind its start and behind its end, for an edge of a match
  /// that starts later; nil where such an edge does not hang on that time.
  public var reach: (start: Int64, end: Int64?) {
    var (longest, longestBehindEnd): (Int64, Int64?) = (0, nil)
    for first in 0..<(size / 2) {
      for second in 0..<(size / 2) where second != first && canBeLast(second) {
        let start = EdgeTime(edge: second, isEnd: false)
        let own = most(start, after: EdgeTime(edge: first, isEnd: false))
        if own != Self.none {
          longest = max(longest, own)
        } else {
          let behind = most(start, after: EdgeTime(edge: first, isEnd: true))
          longestBehindEnd = max(longestBehindEnd ?? 0, behind)
        }
      }
    }
    return (longest, longestBehindEnd)
  }
}
