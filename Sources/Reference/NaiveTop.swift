import DataModel

/// `TOP n`, where ranks are estimates or rows hang on one: which keys must be among the largest,
/// and which may be.
struct NaiveTop {
  struct Candidate {
    let key: [Value]
    /// The least and the greatest that the rank may be by an estimate.
    let low: NaiveNumber
    let high: NaiveNumber
    /// Whether the row itself hangs on an estimate.
    let isOptional: Bool

    var isPoint: Bool { low.order(high) == 0 }

    /// The order of the largest first, ties by key; of points.
    func precedes(_ other: Candidate) -> Bool {
      let order = low.order(other.low)
      return order != 0 ? order > 0 : key.lexicographicallyPrecedes(other.key)
    }
  }

  private let count: Int
  /// The least ranks of rows that are there, descending.
  private let lows: [NaiveNumber]
  /// The greatest ranks of all, descending.
  private let highs: [NaiveNumber]
  /// Those whose rank is known, in order: of rows that are there, and of all.
  private let sure: [Candidate]
  private let known: [Candidate]

  private init(_ group: [Candidate], _ count: Int) {
    self.count = count
    let there = group.filter { !$0.isOptional }
    lows = there.map(\.low).sorted { $0.order($1) > 0 }
    highs = group.map(\.high).sorted { $0.order($1) > 0 }
    sure = there.filter(\.isPoint).sorted { $0.precedes($1) }
    known = group.filter(\.isPoint).sorted { $0.precedes($1) }
  }

  /// The keys that may be among the `count` largest, with whether they need not be.
  static func keys(of group: [Candidate], _ count: Int) -> [(key: [Value], isOptional: Bool)] {
    let top = NaiveTop(group, count)
    return group.compactMap { candidate in
      guard top.countBefore(candidate) < count else { return nil }
      return (
        candidate.key, candidate.isOptional || top.countPerhapsBefore(candidate) >= count
      )
    }
  }

  /// How many come before the candidate whatever the estimates are.
  private func countBefore(_ candidate: Candidate) -> Int {
    let larger = Self.prefix(of: lows) { $0.order(candidate.high) > 0 }
    return candidate.isPoint ? larger + Self.ties(of: candidate, in: sure).before : larger
  }

  /// How many may come before it.
  private func countPerhapsBefore(_ candidate: Candidate) -> Int {
    let asLarge = Self.prefix(of: highs) { $0.order(candidate.low) >= 0 } - 1
    guard candidate.isPoint else { return asLarge }
    let ties = Self.ties(of: candidate, in: known)
    return asLarge - (ties.all - ties.before - 1)
  }

  /// The points as large as the candidate, which is one: those before it, and all.
  private static func ties(
    of candidate: Candidate, in points: [Candidate]
  ) -> (before: Int, all: Int) {
    let start = prefix(of: points) { $0.low.order(candidate.low) > 0 }
    let end = prefix(of: points) { $0.low.order(candidate.low) >= 0 }
    return (prefix(of: points) { $0.precedes(candidate) } - start, end - start)
  }

  /// How many elements `isBefore` holds for, which holds for the first ones alone.
  private static func prefix<Element>(
    of elements: [Element], while isBefore: (Element) -> Bool
  ) -> Int {
    var (low, high) = (0, elements.count)
    while low < high {
      let middle = (low + high) / 2
      if isBefore(elements[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
