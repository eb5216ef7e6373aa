public import DataModel

/// k values to which a field's values are nearest in sum: the optimum, which one dimension allows.
///
/// In one dimension the values of a centre are neighbours, so the best split of the sorted values
/// is found by dynamic programming whose best last split moves monotonically.
/// - Cost: k n log² n steps for n distinct values.
/// - Bound: the sum of distances is the least possible. `WITHIN ε` rounds values first (a grid
///   coreset), each by d or less: where D is the sum of all d and S the sum of distances of rounded
///   values, the centres' own sum of distances is at most S + D, and that of any k centres at least
///   S − D. Both are the row's bound.
/// - Source: Grønlund, Larsen, Mathiasen, Nielsen, Schneider, Song, "Fast exact k-means, k-medians
///   and Bregman divergence clustering in 1D", 2017; grid: Har-Peled, Mazumdar, STOC 2004.
public struct KMedians: StreamOperator {
  public let name = "kmedians"
  public let summary =
    "k values with the least sum of distances to a field's values, and how many each stands for."
  public let parameters = [Parameter("field", .values), Parameter("k", .integer(1...100))]
  public let boundSummary =
    Tally.bound + "; WITHIN ε rounds each value by at most 2 ε of it first (grid coreset), and the "
    + "bound holds the sums of distances of these centres and of the best ones"
  public let example =
    "M = FOREACH (STREAM P BY IpProtocol) GENERATE kmedians(frame.len, 3) WITHIN 2% WINDOW 10s;"

  public func resultType(_ call: OperatorCall) -> ScalarType { .ranking }
  public func state(_ call: OperatorCall) -> StateForm { Tally.rounded(call) }
  public func accuracyProblem(_ call: OperatorCall) -> String? { Tally.roundingProblem(call) }

  public func evaluate(_ call: OperatorCall, _ state: KeyState) -> Estimate {
    guard let k = call.integer(1) else { preconditionFailure("kmedians has a k") }
    let (values, total) = Tally.values(state)
    let clusters = Clusters(values)
    let ranges = clusters.best(min(Int(k), values.count))
    let centres = ranges.map { range in
      (item: [call.fieldValue(values[clusters.median(range)].value)], count: clusters.weight(range))
    }
    let ranking = Tally.ranking(centres, total: total)
    guard let rounding = Tally.rounding(call) else { return Estimate(ranking) }
    let cost = Double(clusters.cost(ranges)) / call.unit
    let moved = values.reduce(0.0) { sum, entry in
      let bucket = rounding.values(of: entry.value)
      return sum + Double(entry.count) * (Double(bucket.upperBound) - Double(bucket.lowerBound))
    }
    return Estimate(
      ranking, .approximate,
      bound: Bound(low: max(0, cost - moved / call.unit), high: cost + moved / call.unit))
  }
}

/// Sorted values with weights, cut into runs.
private struct Clusters {
  private let values: [Int64]
  /// Sums of weights, and of weight times value, before each value.
  private var weights: [Int128] = [0]
  private var moments: [Int128] = [0]

  init(_ values: [(value: Int64, count: Int64)]) {
    self.values = values.map(\.value)
    for (value, count) in values {
      weights.append(weights[weights.count - 1] + Int128(count))
      moments.append(moments[moments.count - 1] + Int128(count) * Int128(value))
    }
  }

  func weight(_ range: Range<Int>) -> Int64 {
    Int64(clamping: weights[range.upperBound] - weights[range.lowerBound])
  }

  /// The first value with at least half the run's weight at or before it.
  func median(_ range: Range<Int>) -> Int {
    let half = weights[range.lowerBound] + weights[range.upperBound]
    var (low, high) = (range.lowerBound, range.upperBound - 1)
    while low < high {
      let middle = (low + high) / 2
      if 2 * weights[middle + 1] >= half { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The sum of distances to the medians of several runs.
  func cost(_ ranges: [Range<Int>]) -> Int128 {
    ranges.reduce(0) { $0 + cost($1.lowerBound, $1.upperBound) }
  }

  /// The sum of distances to the median.
  private func cost(_ from: Int, _ to: Int) -> Int128 {
    let middle = median(from..<to)
    let value = Int128(values[middle])
    let below = value * (weights[middle] - weights[from]) - (moments[middle] - moments[from])
    let above = (moments[to] - moments[middle]) - value * (weights[to] - weights[middle])
    return below + above
  }

  /// k runs of least cost; of equal ones those whose later runs begin first.
  func best(_ k: Int) -> [Range<Int>] {
    let n = values.count
    guard k > 0 else { return [] }
    var costs = (0...n).map { $0 == 0 ? 0 : cost(0, $0) }
    var starts: [[Int]] = []
    for runs in 1..<max(k, 1) {
      var next = costs
      var begin = [Int](repeating: 0, count: n + 1)
      // Ends still to do, each with the starts between which its best one lies.
      var open = [(ends: (runs + 1)...n, from: runs, to: n - 1)]
      while let (ends, from, to) = open.popLast() {
        let end = (ends.lowerBound + ends.upperBound) / 2
        var best: (cost: Int128, start: Int)?
        for start in from...min(to, end - 1) {
          let sum = costs[start] + cost(start, end)
          if sum < best?.cost ?? .max { best = (sum, start) }
        }
        guard let best else { preconditionFailure("a run has a value") }
        next[end] = best.cost
        begin[end] = best.start
        if end > ends.lowerBound { open.append((ends.lowerBound...(end - 1), from, best.start)) }
        if end < ends.upperBound { open.append(((end + 1)...ends.upperBound, best.start, to)) }
      }
      costs = next
      starts.append(begin)
    }
    var ranges: [Range<Int>] = []
    var end = n
    for begin in starts.reversed() {
      ranges.append(begin[end]..<end)
      end = begin[end]
    }
    ranges.append(0..<end)
    return ranges.reversed()
  }
}
