public import DataModel

/// Which state of a query goes on in another one that takes its place, because it means the same
/// there: aggregations with equal inputs, key, window and form, with everything that the filters
/// before them ask.
public struct StateSuccession: Sendable, Hashable {
  /// A part of the old plan and the part of the new one that goes on with its state.
  public struct Pair: Sendable, Hashable {
    /// Index in the old plan.
    public let old: Int
    /// Index in the new plan.
    public let new: Int
  }

  /// Aggregations.
  public private(set) var aggregations: [Pair] = []
  /// DISTINCT nodes and conditions beside rows.
  public private(set) var nodes: [Pair] = []
  /// Sets with their members.
  public private(set) var sets: [Pair] = []
  /// Windows of all other state of either plan: it begins, or ends, at an edge of all of them.
  public private(set) var otherWindows: [Window] = []

  /// Compares two plans.
  public init(from old: LogicalPlan, to new: LogicalPlan) {
    var comparison = PlanComparison(old: old, new: new)
    aggregations = Self.pairs(old.aggregations.count, new.aggregations.count) {
      comparison.isSame(aggregation: $0, $1)
    }
    nodes = Self.pairs(old.nodes.count, new.nodes.count) {
      old.nodes[$0].operation.facts.memory?.goesOn == true && comparison.isSame(node: $0, $1)
    }
    sets = Self.pairs(old.sets.count, new.sets.count) { comparison.isSame(set: $0, $1) }
    for (index, aggregation) in old.aggregations.enumerated()
    where !aggregations.contains(where: { $0.old == index }) {
      otherWindows.append(aggregation.window)
    }
    for (index, aggregation) in new.aggregations.enumerated()
    where !aggregations.contains(where: { $0.new == index }) {
      otherWindows.append(aggregation.window)
    }
    for (index, node) in old.nodes.enumerated() where !nodes.contains(where: { $0.old == index }) {
      if let window = node.operation.window { otherWindows.append(window) }
    }
    for (index, node) in new.nodes.enumerated() where !nodes.contains(where: { $0.new == index }) {
      if let window = node.operation.window { otherWindows.append(window) }
    }
  }

  /// The first moment after `time` at which all other windows end; nil where there are none, so
  /// that the change can be made at once. Where their common edges are more than a day apart, the
  /// next edge of the longest.
  public func edge(after time: Int64) -> Int64? {
    guard let longest = otherWindows.max() else { return nil }
    let day: Int64 = 86_400_000_000_000
    var common: Int64 = 1
    for window in otherWindows where common > 0 {
      let divisor = Window(dividing: [Window(length: common), window])?.length ?? 1
      let (product, overflow) = common.multipliedReportingOverflow(by: window.length / divisor)
      common = overflow || product > day ? 0 : product
    }
    let span = Window(length: common > 0 ? common : longest.length)
    return span.start(of: time) + span.length
  }

  /// Each new part with the first old one that is the same and not taken yet.
  private static func pairs(
    _ old: Int, _ new: Int, _ isSame: (Int, Int) -> Bool
  ) -> [Pair] {
    var taken: Set<Int> = []
    return (0..<new).compactMap { index in
      guard let match = (0..<old).first(where: { !taken.contains($0) && isSame($0, index) })
      else { return nil }
      taken.insert(match)
      return Pair(old: match, new: index)
    }
  }
}
