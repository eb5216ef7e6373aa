import DataModel
import Plan

/// Conditions between fields of several edges (`e1.SrcTotalBytes > 3 * e2.SrcTotalBytes`), which a
/// search holds to as soon as the edges are bound.
///
/// They are those of the filter behind the pattern, which is asked again of every match: here are
/// only comparisons of linear expressions, which leave out most of what would be tried.
/// - Cost: 2 ns a field and partial match.
struct JointConditions {
  /// A multiple of a number that a partial match has.
  private struct Term {
    /// The edge, and the place of a field in the store; −1 for its start, −2 for its end.
    let edge: Int
    let field: Int
    var factor: Int64
  }

  /// A sum of terms and a constant.
  private struct Linear {
    var constant: Int64 = 0
    var terms: [Term] = []
  }

  private struct Condition {
    let comparison: Comparison
    /// A bit for each edge that it speaks of.
    let edges: UInt32
    /// Its terms among ``terms``: those of the left side, then those of the right.
    let first: Int
    let middle: Int
    let end: Int
    let left: Int64
    let right: Int64
  }

  private static let start = -1
  private static let end = -2

  private let count: Int
  private let conditions: UnsafeMutablePointer<Condition>
  private let terms: UnsafeMutablePointer<Term>
  /// Those of the store, which outlives the search.
  private let columns: UnsafePointer<TupleStore.Column>

  /// The conditions of the filters behind a pattern's node; nil where none can be held to early.
  init?(of pattern: Pattern, at node: Int, in plan: LogicalPlan, _ held: TupleStore) {
    var found: [Condition] = []
    var all: [Term] = []
    for predicate in plan.soleFilters(behind: node).flatMap(\.conjuncts) {
      guard case .compare(let comparison, let left, let right) = predicate,
        let a = Self.linear(left, pattern, held), let b = Self.linear(right, pattern, held)
      else { continue }
      let first = all.count
      all += a.terms + b.terms
      found.append(
        Condition(
          comparison: comparison,
          edges: all[first...].reduce(0) { $0 | 1 << UInt32($1.edge) },
          first: first, middle: first + a.terms.count, end: all.count, left: a.constant,
          right: b.constant))
    }
    if found.isEmpty { return nil }
    count = found.count
    conditions = .allocate(capacity: count)
    conditions.initialize(from: found, count: count)
    terms = .allocate(capacity: max(1, all.count))
    terms.initialize(from: all, count: all.count)
    columns = UnsafePointer(held.columns)
  }

  func deallocate() {
    conditions.deallocate()
    terms.deallocate()
  }

  /// Whether the conditions that the last edge completes hold.
  @inline(__always)
  func hold(
    last: Int, bound mask: UInt32, _ chosen: UnsafePointer<GraphEdge>,
    _ places: UnsafePointer<Int32>
  ) -> Bool {
    for index in 0..<count {
      let edges = conditions[index].edges
      guard edges & ~mask == 0, edges &>> UInt32(last) & 1 != 0 else { continue }
      if !holds(conditions[index], chosen, places) { return false }
    }
    return true
  }

  /// Whether a condition holds; a missing operand makes it false.
  @inline(__always)
  private func holds(
    _ condition: Condition, _ chosen: UnsafePointer<GraphEdge>, _ places: UnsafePointer<Int32>
  ) -> Bool {
    // Semantics admits only expressions whose values stay within Int64; what wraps on the way to
    // the same sum comes back.
    var (left, right) = (condition.left, condition.right)
    for index in condition.first..<condition.end {
      let term = terms[index]
      var value: Int64
      if term.field >= 0 {
        let place = Int(places[term.edge])
        let column = columns[term.field]
        if column.validity[place] == 0 { return false }
        value = Int64(bitPattern: column.lane0[place])
      } else {
        let edge = chosen[term.edge]
        value = term.field == Self.start ? edge.start : edge.end
      }
      value = value &* term.factor
      if index < condition.middle { left = left &+ value } else { right = right &+ value }
    }
    return condition.comparison.holds(left, right)
  }

  // MARK: Making them

  /// An expression as a sum of multiples; nil where it is none.
  private static func linear(
    _ expression: TupleExpression, _ pattern: Pattern, _ held: TupleStore
  ) -> Linear? {
    switch expression {
    case .constant(let value): return Linear(constant: value)
    case .field(let id):
      return term(id, pattern, held).map { Linear(terms: [$0]) }
    case .negate(let operand): return linear(operand, pattern, held).map { times($0, -1) }
    case .binary(let operation, let left, let right):
      guard let a = linear(left, pattern, held), let b = linear(right, pattern, held) else {
        return nil
      }
      switch operation {
      case .add: return plus(a, b)
      case .subtract: return plus(a, times(b, -1))
      case .multiply where a.terms.isEmpty: return times(b, a.constant)
      case .multiply where b.terms.isEmpty: return times(a, b.constant)
      default: return nil
      }
    }
  }

  private static func plus(_ a: Linear, _ b: Linear) -> Linear {
    Linear(constant: a.constant &+ b.constant, terms: a.terms + b.terms)
  }

  private static func times(_ sum: Linear, _ factor: Int64) -> Linear {
    Linear(
      constant: sum.constant &* factor,
      terms: sum.terms.map { Term(edge: $0.edge, field: $0.field, factor: $0.factor &* factor) })
  }

  private static func term(
    _ id: FieldID, _ pattern: Pattern, _ held: TupleStore
  ) -> Term? {
    for edge in pattern.edges.indices {
      if pattern.column(ofStart: edge) == id { return Term(edge: edge, field: start, factor: 1) }
      if pattern.column(ofEnd: edge) == id { return Term(edge: edge, field: end, factor: 1) }
    }
    for (index, column) in pattern.carried.enumerated()
    where pattern.column(ofCarried: index) == id {
      return held.fields.firstIndex(of: column.field).map {
        Term(edge: column.edge, field: $0, factor: 1)
      }
    }
    return nil
  }
}

extension LogicalPlan {
  /// The conditions of the filters that all tuples of a node go through, one behind the other,
  /// before anybody else sees them.
  func soleFilters(behind node: Int) -> [TuplePredicate] {
    var found: [TuplePredicate] = []
    var at = node
    while let next = soleReader(of: at), case .filter(let predicate) = nodes[next].operation {
      found.append(predicate)
      at = next
    }
    return found
  }

  /// The node that alone reads a node's tuples; nil where there is none, or something else.
  private func soleReader(of node: Int) -> Int? {
    let isReadElsewhere =
      aggregations.contains { $0.input == node } || items.contains { $0.input == node }
      || outputs.contains { output in
        if case .tuples(node, _) = output.content { true } else { false }
      }
    let readers = nodes.indices.filter { nodes[$0].input == node }
    let isAskedFor = nodes.contains { $0.operation.otherInputs.contains(node) }
    return isReadElsewhere || isAskedFor || readers.count != 1 ? nil : readers[0]
  }
}
