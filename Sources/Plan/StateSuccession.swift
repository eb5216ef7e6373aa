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
      old.nodes[$0].operation.hasState && comparison.isSame(node: $0, $1)
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

extension TupleOperation {
  fileprivate var hasState: Bool {
    switch self {
    case .source, .rows, .filter, .transform, .match, .anyOf, .gather, .ticks, .unanswered,
      .unfold, .examine:
      false
    case .filterBeside, .distinct, .flows: true
    }
  }
}

/// Whether parts of two plans mean the same.
///
/// Sets lead back from rows to filters, so a comparison may meet itself: two sets are the same
/// unless something tells them apart.
private struct PlanComparison {
  let old: LogicalPlan
  let new: LogicalPlan
  private var assumed: Set<[Int]> = []

  init(old: LogicalPlan, new: LogicalPlan) {
    self.old = old
    self.new = new
  }

  mutating func isSame(node a: Int, _ b: Int) -> Bool {
    let (x, y) = (old.nodes[a], new.nodes[b])
    switch (x.operation, y.operation) {
    case (.source, .source): return true
    case (.filter(let p), .filter(let q)): guard isSame(p, q) else { return false }
    case (.filterBeside(let p), .filterBeside(let q)):
      // Item windows of a new plan begin anew, and so does what hangs on them.
      guard p.current.isEmpty, q.current.isEmpty, isSame(p, q) else { return false }
    case (.distinct, .distinct): guard x.operation == y.operation else { return false }
    case (.flows(let p), .flows(let q)):
      guard p.hasRules(of: q) else { return false }
    default: return false
    }
    guard let inputA = x.input, let inputB = y.input else { return false }
    return isSame(node: inputA, inputB)
  }

  mutating func isSame(aggregation a: Int, _ b: Int) -> Bool {
    let (x, y) = (old.aggregations[a], new.aggregations[b])
    return x.key == y.key && x.window == y.window && x.form == y.form
      && x.summary == y.summary && old.lateness == new.lateness && isSame(node: x.input, y.input)
  }

  mutating func isSame(set a: Int, _ b: Int) -> Bool {
    guard assumed.insert([a, b]).inserted else { return true }
    let (x, y) = (old.sets[a], new.sets[b])
    let isSame =
      x.columns == y.columns && x.types == y.types && old.effectLag == new.effectLag
      && self.isSame(relation: x.relation, y.relation)
    assumed.remove([a, b])
    return isSame
  }

  private mutating func isSame(relation a: Int, _ b: Int) -> Bool {
    let (x, y) = (old.relations[a], new.relations[b])
    guard x.key == y.key, x.window == y.window else { return false }
    switch (x.operation, y.operation) {
    case (.keys(let p), .keys(let q)): return isSame(aggregation: p, q)
    case (.filter(let p, let first), .filter(let q, let second)):
      return isSame(first, second) && isSame(relation: p, q)
    case (.top(let p, let m, let first, let s), .top(let q, let n, let second, let t)):
      return m == n && s == t && isSame(first, second) && isSame(relation: p, q)
    case (.collapse(let p, let s), .collapse(let q, let t)):
      return s == t && isSame(relation: p, q)
    case (.join(let kind, let inputs), .join(let other, let others)):
      return kind == other && inputs.map(\.columns) == others.map(\.columns)
        && isSame(relations: inputs.map(\.relation), others.map(\.relation))
    default: return false
    }
  }

  private mutating func isSame(relations a: [Int], _ b: [Int]) -> Bool {
    guard a.count == b.count else { return false }
    for (x, y) in zip(a, b) where !isSame(relation: x, y) { return false }
    return true
  }

  private mutating func isSame(_ a: TuplePredicate, _ b: TuplePredicate) -> Bool {
    let (x, y) = (Anonymous(a), Anonymous(b))
    return x.predicate == y.predicate && isSame(sets: x.sets, y.sets)
  }

  private mutating func isSame(_ a: RowExpression, _ b: RowExpression) -> Bool {
    let (x, y) = (Anonymous(a), Anonymous(b))
    guard x.expression == y.expression, isSame(sets: x.sets, y.sets),
      x.features.count == y.features.count, x.relations.count == y.relations.count
    else { return false }
    for (p, q) in zip(x.features, y.features) {
      guard old.features[p].call == new.features[q].call,
        old.features[p].back == new.features[q].back,
        isSame(aggregation: old.features[p].aggregation, new.features[q].aggregation)
      else { return false }
    }
    for (p, q) in zip(x.relations, y.relations) where !isSame(relation: p, q) { return false }
    return true
  }

  private mutating func isSame(sets a: [Int], _ b: [Int]) -> Bool {
    guard a.count == b.count else { return false }
    for (x, y) in zip(a, b) where !isSame(set: x, y) { return false }
    return true
  }

  /// An expression without the indices in it, and the indices in their order.
  private struct Anonymous {
    var predicate: TuplePredicate?
    var expression: RowExpression?
    var features: [Int] = []
    var relations: [Int] = []
    var sets: [Int] = []

    init(_ predicate: TuplePredicate) { self.predicate = hide(predicate) }

    init(_ expression: RowExpression) {
      var found = Anonymous(features: [])
      let hidden = expression.mapped { part in
        switch part {
        case .feature(let index, let key):
          found.features.append(index)
          return .feature(0, key: key)
        case .inSet(let id, let key, let within, let isNegated):
          found.sets.append(id.index)
          return .inSet(SetID(index: 0), key, within: within, negated: isNegated)
        case .inEffect(let index, let key, let inner):
          found.relations.append(index)
          return .inEffect(0, key: key, inner)
        case .whereRow(let index, let key, let inner, let absent):
          found.relations.append(index)
          return .whereRow(of: 0, key: key, inner, otherwise: absent)
        case .tuple(.condition(let condition)):
          return .tuple(.condition(found.hide(condition)))
        default: return part
        }
      }
      found.expression = hidden
      self = found
    }

    private init(features: [Int]) { self.features = features }

    private mutating func hide(_ predicate: TuplePredicate) -> TuplePredicate {
      var found = sets
      let hidden = predicate.mappingSets {
        found.append($0.index)
        return SetID(index: 0)
      }
      sets = found
      return hidden
    }
  }
}
