/// All that the plan and its readers ask of an operation on rows: each operation is a file of this
/// folder, and a line in ``Relation/Operation/facts``.
///
/// What a member says is written at the member of ``Relation/Operation`` that has its name.
protocol RelationFacts: Sendable {
  /// The operation whose facts they are.
  var operation: Relation.Operation { get }

  var domain: Int? { get }
  var inputs: [Int] { get }
  var expressions: [RowExpression] { get }
  /// Gives everything that it names by index its new number.
  mutating func renumber(by numbers: PartNumbers)

  /// How many values each of its key's columns can have, and how many rows a window.
  func keyCounts(of relation: Relation, in plan: LogicalPlan) -> KeyCounts
  /// Whether it has in one plan the rows that another has in a second.
  func isSame(as other: Relation.Operation, _ comparison: inout PlanComparison) -> Bool

  var reasonForHost: String { get }
  /// One line without the window and the name.
  func text(of relation: Relation, in plan: LogicalPlan) -> String
  /// Checks what it promises as relation `index`.
  func check(_ relation: Relation, at index: Int, _ check: inout PlanCheck)
}

extension RelationFacts {
  var domain: Int? { nil }
  var expressions: [RowExpression] { [] }
  var reasonForHost: String { "works on rows" }
}

extension Relation.Operation {
  /// What is to be known of it: the one place that lists the operations.
  var facts: any RelationFacts {
    switch self {
    case .keys(let domain): RowsOfKeys(domain)
    case .filter(let input, let condition): RowFiltering(input, condition)
    case .top(let input, let count, let by, let per): RowsOfTop(input, count, by, per)
    case .join(let kind, let inputs): RowJoining(kind, inputs)
    case .collapse(let input, let columns): RowCollapsing(input, columns)
    }
  }

  /// The aggregation whose keys it takes; nil where it takes rows.
  public var domain: Int? { facts.domain }

  /// The relations whose rows it takes, in order.
  public var inputs: [Int] { facts.inputs }

  /// The expressions that it evaluates for each row.
  public var expressions: [RowExpression] { facts.expressions }

  /// Why the host does it.
  public var reasonForHost: String { facts.reasonForHost }

  /// The operation with the new numbers of what it names by index.
  public func renumbered(by numbers: PartNumbers) -> Relation.Operation {
    var facts = facts
    facts.renumber(by: numbers)
    return facts.operation
  }
}

extension PlanCheck {
  /// Checks a relation with the key and window of its one input.
  mutating func input(_ input: Int, of index: Int, _ relation: Relation) {
    guard (0..<index).contains(input) else { return violations.append("r\(index) reads r\(input)") }
    require(plan.relations[input].key == relation.key, "r\(index): key of its input")
    require(plan.relations[input].window == relation.window, "r\(index): window of its input")
  }
}
