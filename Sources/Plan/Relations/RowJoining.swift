import DataModel

/// Which keys a join of rows has.
public enum JoinKind: String, Sendable, Hashable {
  /// Those of all inputs.
  case inner
  /// Those of the first input.
  case left
  /// Those of any input.
  case outer
  /// Those of the first input that no other has.
  case anti
}

/// A relation that takes part in a join.
public struct JoinInput: Sendable, Hashable {
  /// Index of the relation.
  public var relation: Int
  /// For each column of the relation's key the column of the join's key that equals it.
  public var columns: [Int]

  /// Creates an input; `columns` holds every column of the join's key once.
  public init(relation: Int, columns: [Int]) {
    self.relation = relation
    self.columns = columns
  }
}

/// `JOIN` of rows: the keys that some of several relations of one window have at the same close.
struct RowJoining: RelationFacts {
  private let kind: JoinKind
  private var joined: [JoinInput]

  init(_ kind: JoinKind, _ joined: [JoinInput]) { (self.kind, self.joined) = (kind, joined) }

  var operation: Relation.Operation { .join(kind, joined) }
  var inputs: [Int] { joined.map(\.relation) }
  mutating func renumber(by numbers: PartNumbers) {
    for index in joined.indices {
      joined[index].relation = numbers.relation(joined[index].relation)
    }
  }

  func keyCounts(of relation: Relation, in plan: LogicalPlan) -> KeyCounts {
    KeyCounts(of: relation.key)
  }
  func isSame(as other: Relation.Operation, _ comparison: inout PlanComparison) -> Bool {
    guard case .join(kind, let others) = other, joined.map(\.columns) == others.map(\.columns)
    else { return false }
    return comparison.isSame(relations: inputs, others.map(\.relation))
  }

  var reasonForHost: String { "rows meet where their windows are whole" }
  func text(of relation: Relation, in plan: LogicalPlan) -> String {
    let names = inputs.map { "r\($0)" }.joined(separator: ", ")
    return "\(kind.rawValue) join of \(names) by \(relation.key.listText)"
  }
  func check(_ relation: Relation, at index: Int, _ check: inout PlanCheck) {
    let place = "r\(index) \(relation.name)"
    check.require(joined.count > 1, "\(place): joins nothing")
    for input in joined {
      guard (0..<index).contains(input.relation) else {
        check.violations.append("\(place) reads r\(input.relation)")
        continue
      }
      let other = check.plan.relations[input.relation]
      check.require(other.window == relation.window, "\(place): window of r\(input.relation)")
      check.require(
        input.columns.sorted() == Array(relation.key.indices)
          && input.columns.map { relation.key[$0].type } == other.key.map(\.type),
        "\(place): key of r\(input.relation)")
    }
  }
}
