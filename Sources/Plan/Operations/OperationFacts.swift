import DataModel

/// All that the plan and its readers ask of an operation on tuples: each operation is a file of
/// this folder, and a line in ``TupleOperation/facts``.
///
/// What a member says is written at the member of ``TupleOperation`` that has its name. Those
/// without a default are what an operation must not forget.
protocol OperationFacts: Sendable {
  /// The operation whose facts they are.
  var operation: TupleOperation { get }

  // What it reads.
  /// See ``TupleOperation/fields``.
  var fieldsOfInput: Set<FieldID> { get }
  var expressions: [RowExpression] { get }
  var predicate: TuplePredicate? { get }
  var otherInputs: Set<Int> { get }
  func fields(ofOther node: Int) -> Set<FieldID>?
  /// The state that it takes its tuples from; nil where it takes them from nodes.
  var stateTaken: StateTaken? { get }
  /// Gives everything that it names by index its new number.
  mutating func renumber(by numbers: PartNumbers)

  // What it hands on.
  var handsOn: TuplesHandedOn { get }
  /// The columns of records that it makes; nil where its tuples have what its input's have.
  func recordSchema(in plan: LogicalPlan) -> RecordSchema?
  var selectivity: Int { get }

  // What it keeps.
  /// Nil where it looks at each tuple alone.
  var memory: OperationMemory? { get }
  /// What it keeps at most, as node `index`; nil where that is nothing.
  func hostState(at index: Int, in plan: LogicalPlan, _ limits: HostLimits) -> HostState?
  /// Takes a step that divides every window of the plan, where what it keeps is settled in steps.
  mutating func settle(in tick: Window)
  /// Whether it does in one plan what another does in a second, their inputs left aside; false
  /// where nobody goes on with what it keeps.
  func isSame(as other: TupleOperation, _ comparison: inout PlanComparison) -> Bool

  // What is said of it.
  var reasonForHost: String? { get }
  /// One line without the name; `input` is " n3", or empty where it has none.
  func text(in plan: LogicalPlan, from input: String) -> String
  func searchText(in plan: LogicalPlan) -> String
  /// Checks what it promises as node `index`.
  func check(_ node: TupleNode, at index: Int, _ check: inout PlanCheck)
}

/// A part of a plan, other than a node, that an operation takes tuples from.
enum StateTaken: Sendable, Hashable {
  case aggregation(Int)
  case relation(Int)
  case items(Int)
}

/// The tuples that an operation hands on.
enum TuplesHandedOn: Sendable, Hashable {
  /// Those that come from elsewhere: it has no input.
  case entering
  /// Some of its input's, as they are.
  case chosen
  /// Its input's, with columns more.
  case extended
  /// Its input's, some time later.
  case delayed
  /// Several of each of its input's, which come behind the batch of that.
  case several
  /// Tuples of its own making, with columns of their own, made of what it takes elsewhere.
  case made
  /// Tuples of several streams as its own; it has no input.
  case united
}

/// What hangs on an operation's keeping something of tuples for those that come later.
struct OperationMemory: Sendable {
  /// See ``TupleOperation/reasonForOneThread``.
  var reasonForOneThread: String
  /// See ``TupleOperation/window``.
  var window: Window?
  /// See ``TupleOperation/showsOrder``.
  var showsOrder: Bool
  /// See ``TupleOperation/needsOrder``.
  var needsOrder: Bool
  /// See ``TupleOperation/settles``.
  var settles: Bool
  /// Whether it goes on in a plan that takes this one's place and has the same operation.
  var goesOn: Bool
}

// MARK: - Defaults: of an operation that reads its input's tuples alone

extension OperationFacts {
  var expressions: [RowExpression] { [] }
  var predicate: TuplePredicate? { nil }
  var otherInputs: Set<Int> { [] }
  func fields(ofOther node: Int) -> Set<FieldID>? { nil }
  var stateTaken: StateTaken? { nil }
  func recordSchema(in plan: LogicalPlan) -> RecordSchema? { nil }
  var selectivity: Int { 0 }
  func hostState(at index: Int, in plan: LogicalPlan, _ limits: HostLimits) -> HostState? { nil }
  mutating func settle(in tick: Window) {}
  func isSame(as other: TupleOperation, _ comparison: inout PlanComparison) -> Bool { false }
  func searchText(in plan: LogicalPlan) -> String { "" }
}
