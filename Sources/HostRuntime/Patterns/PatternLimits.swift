import Plan

/// The bounds of a pattern's times as the search reads them.
struct PatternLimits {
  /// Whether an edge may start last.
  let canBeLast: [Bool]
  private let count: Int
  /// Whether any condition is on an end.
  private let hasEnds: Bool
  /// The bounds between two edges, eight a pair: by ``Bound``.
  private let between: [Int64]
  private let longest: [Int64]
  private let shortest: [Int64]

  /// What the tuple of an edge must keep beside those that are bound.
  struct Range {
    var startLow = Int64.min
    var startHigh = Int64.max
    var endLow = Int64.min
    var endHigh = Int64.max
  }

  init(_ pattern: Pattern) {
    let bounds = pattern.bounds
    let count = pattern.edges.count
    self.count = count
    canBeLast = (0..<count).map { bounds.canBeLast($0) }
    hasEnds = pattern.times.contains { $0.later.isEnd || $0.earlier.isEnd }
    func start(_ edge: Int) -> EdgeTime { EdgeTime(edge: edge, isEnd: false) }
    func end(_ edge: Int) -> EdgeTime { EdgeTime(edge: edge, isEnd: true) }
    longest = (0..<count).map { bounds.most(end($0), after: start($0)) }
    shortest = (0..<count).map { edge in
      let most = bounds.most(start(edge), after: end(edge))
      return most == TimeBounds.none ? .min : -most
    }
    between = (0..<count).flatMap { own in
      (0..<count).flatMap { other in
        [
          bounds.most(start(own), after: start(other)),
          bounds.most(start(other), after: start(own)),
          bounds.most(start(own), after: end(other)), bounds.most(end(other), after: start(own)),
          bounds.most(end(own), after: start(other)), bounds.most(start(other), after: end(own)),
          bounds.most(end(own), after: end(other)), bounds.most(end(other), after: end(own)),
        ]
      }
    }
  }

  /// Whether a tuple lasts as long as the edge has to.
  @inline(__always)
  func fitsAlone(_ edge: GraphEdge, _ role: Int) -> Bool {
    guard hasEnds else { return true }
    let length = edge.end &- edge.start
    return length <= longest[role] && length >= shortest[role]
  }

  /// The times that a tuple of an edge may have beside the tuples bound so far.
  @inline(__always)
  func window(
    of role: Int, _ chosen: UnsafePointer<GraphEdge>, _ mask: UInt32
  ) -> Range {
    var range = Range()
    between.withUnsafeBufferPointer { all in
      var rest = mask
      while rest != 0 {
        let other = rest.trailingZeroBitCount
        let bounds = all.baseAddress.unsafelyUnwrapped + (role &* count &+ other) &* 8
        let (start, end) = (chosen[other].start, chosen[other].end)
        Self.hold(&range.startLow, &range.startHigh, start, bounds[0], bounds[1])
        if hasEnds {
          Self.hold(&range.startLow, &range.startHigh, end, bounds[2], bounds[3])
          Self.hold(&range.endLow, &range.endHigh, start, bounds[4], bounds[5])
          Self.hold(&range.endLow, &range.endHigh, end, bounds[6], bounds[7])
        }
        rest &= rest &- 1
      }
    }
    return range
  }

  /// Narrows a range to at most `after` behind and at most `before` ahead of a time.
  @inline(__always)
  private static func hold(
    _ low: inout Int64, _ high: inout Int64, _ time: Int64, _ after: Int64, _ before: Int64
  ) {
    if after != TimeBounds.none {
      let (sum, overflow) = time.addingReportingOverflow(after)
      if !overflow, sum < high { high = sum }
    }
    if before != TimeBounds.none {
      let (difference, overflow) = time.subtractingReportingOverflow(before)
      if !overflow, difference > low { low = difference }
    }
  }
}
