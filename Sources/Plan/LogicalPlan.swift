public import DataModel
public import Diagnostics
public import Operators

/// What a program means, independent of where it runs: a graph of tuple nodes, aggregations over
/// them, features of the aggregations, row relations, sets that rows feed back, and outputs.
///
/// Nodes refer to earlier nodes by index, so every array is in topological order. Sets are the one
/// way back: a filter may ask a set that a later relation feeds, always later in tuple time.
public struct LogicalPlan: Sendable, Hashable {
  /// Streams of tuples; node 0 is the first source.
  public var nodes: [TupleNode] = []
  /// Keyed, windowed state over nodes.
  public var aggregations: [Aggregation] = []
  /// Keyed state over the last tuples of each key.
  public var items: [ItemGroup] = []
  /// Values of such state, one current value for each key.
  public var itemFeatures: [ItemFeature] = []
  /// Values computed from an aggregation's state.
  public var features: [Feature] = []
  /// Streams of rows.
  public var relations: [Relation] = []
  /// Sets of keys that relations feed back to filters.
  public var sets: [SetSpecification] = []
  /// What files say of vertices.
  public var tables: [SideTable] = []
  /// What the program prints.
  public var outputs: [Output] = []
  /// Delay from a window's close to its set's taking effect, nanoseconds (`SetLag`).
  public var setLag: Int64 = 100_000_000
  /// Nanoseconds of tuple time from a window's end until its rows are in effect: a window closes
  /// ``lateness`` after its end, and rows take effect ``setLag`` after the close.
  public var effectLag: Int64 { setLag + lateness }
  /// How long windows stay open behind the newest time, nanoseconds (`Lateness`).
  public var lateness: Int64 = 0

  /// An empty plan, to be filled by Semantics and checked by ``PlanVerifier``.
  public init() {}

  /// Whether the order in which tuples of different panes come can be seen in the answer: where
  /// tuples are printed or asked rows in effect, and where a node or a window of items remembers
  /// what came before.
  public var showsTupleOrder: Bool {
    // Matches of a pattern, and what ANTI AFTER held back, come in the order of their times.
    let remembers = nodes.indices.contains { index in
      nodes[index].operation.showsOrder && !isSettled(index)
    }
    let printsTuples = outputs.contains { output in
      if case .tuples(let node, _) = output.content { !isSettled(node) } else { false }
    }
    return remembers || printsTuples || !items.isEmpty
  }

  /// The pane: the longest length that divides every window and slide, and the lateness, so that a
  /// window closes where a pane begins; nil where there are no windows.
  ///
  /// A lateness that would cut panes below ``leastPane`` does not, and windows close up to a pane
  /// later than it says.
  public var pane: Window? {
    let windows = aggregations.map(\.window) + nodes.compactMap(\.operation.window)
    guard let whole = Window(dividing: windows), lateness > 0 else {
      return Window(dividing: windows)
    }
    let cut = Window(dividing: windows + [Window(length: lateness)])
    return cut.map { $0.length >= Self.leastPane ? $0 : whole } ?? whole
  }

  /// A turn of the data path takes a few milliseconds.
  private static let leastPane: Int64 = 10_000_000
}

/// A stream of tuples.
public struct TupleNode: Sendable, Hashable {
  /// What the node does.
  public var operation: TupleOperation
  /// The node whose tuples it takes; nil for sources and rows.
  public var input: Int?
  /// The name in the program, or of the enclosing statement.
  public var name: String
  /// The statement's place in the text.
  public var range: SourceRange

  /// Creates a node.
  public init(_ operation: TupleOperation, input: Int?, name: String, range: SourceRange) {
    self.operation = operation
    self.input = input
    self.name = name
    self.range = range
  }
}

/// A source of packets or records.
public enum Source: Sendable, Hashable {
  /// `PacketStream("eth0", …)`: interfaces, empty where the command line must name one.
  case interfaces([String])
  /// `PcapStream("f")`.
  case capture(String)
  /// `VastStream("f")` and the other sources of records.
  case records(RecordSource)
}

/// Keyed, windowed state over the tuples of one node.
public struct Aggregation: Sendable, Hashable {
  /// What an aggregation keeps for each key.
  public enum Form: Sendable, Hashable {
    /// A table of accumulator words; reductions as in the layout's order.
    case words(AccumulatorLayout)
    /// The set of distinct items of a key.
    case distinct(items: [KeyComponent], precision: Int)
    /// A table over key and items with the count, or the sum of a weight.
    case tally(items: [KeyComponent], weight: TupleExpression?)
  }

  /// The node whose tuples are folded.
  public var input: Int
  /// The key; empty for global features.
  public var key: [KeyComponent]
  /// The window, tumbling or sliding.
  public var window: Window
  /// What is kept.
  public var form: Form
  /// What the host keeps of a tally's items; nil where it keeps all.
  public var summary: TallySummary?
  /// The names of the features, for comments and EXPLAIN.
  public var name: String
  /// The first statement's place in the text.
  public var range: SourceRange

  /// Creates an aggregation.
  public init(
    input: Int, key: [KeyComponent], window: Window, form: Form, summary: TallySummary? = nil,
    name: String, range: SourceRange
  ) {
    self.input = input
    self.summary = summary
    self.key = key
    self.window = window
    self.form = form
    self.name = name
    self.range = range
  }

  /// The components of a table entry's key: the key's, then the items' of a tally or distinct set.
  ///
  /// Items carry one more component, a bit that is 1 where an item is missing: such entries say
  /// only that the key had tuples. It is not part of `key + items` but follows them.
  public var tableTypes: [ScalarType] {
    switch form {
    case .words: key.map(\.type)
    case .distinct(let items, _), .tally(let items, _):
      key.map(\.type) + items.map(\.type) + [.bool]
    }
  }

  /// The items of a distinct set or tally; none of words.
  public var items: [KeyComponent] {
    switch form {
    case .words: []
    case .distinct(let items, _), .tally(let items, _): items
    }
  }

  /// The fields that a tuple needs to be folded.
  public var fields: Set<FieldID> {
    let operands = accumulators.reductions.compactMap(\.operand)
    return operands.reduce(into: Set((key + items).map(\.field))) { $0.formUnion($1.fields) }
  }

  /// The layout of a table entry's key (see ``tableTypes``).
  public var tableLayout: KeyLayout { KeyLayout(types: tableTypes) }

  /// Whether the state hangs on the order in which tuples arrive; such state stays on the host,
  /// so it never shares a table with state that need not.
  public var needsArrivalOrder: Bool {
    accumulators.reductions.contains(where: \.needsArrivalOrder)
  }

  /// The accumulator words of a table entry: of a tally the count, or count and Σweight.
  public var accumulators: AccumulatorLayout {
    switch form {
    case .words(let layout): layout
    case .distinct: AccumulatorLayout([.tuples])
    case .tally(_, let weight): AccumulatorLayout(weight.map { [.sum($0)] } ?? [])
    }
  }
}

/// One value for each key and window: an operator's call on an aggregation.
public struct Feature: Sendable, Hashable {
  /// The name in the program.
  public var name: String
  /// Index of the aggregation.
  public var aggregation: Int
  /// The call.
  public var call: OperatorCall
  /// The result's type.
  public var type: ScalarType
  /// How many windows earlier it is read (`F.prev(n)`); 0 is the row's own window.
  public var back = 0
  /// The statement's place in the text.
  public var range: SourceRange

  /// Creates a feature.
  public init(
    name: String, aggregation: Int, call: OperatorCall, type: ScalarType, range: SourceRange
  ) {
    self.name = name
    self.aggregation = aggregation
    self.call = call
    self.type = type
    self.range = range
  }
}

/// A stream of rows: at each close of `window`, the keys of `domain` that pass.
public struct Relation: Sendable, Hashable {
  /// What the relation does.
  public enum Operation: Sendable, Hashable {
    /// The keys that the aggregation of this index has in the window.
    case keys(domain: Int)
    /// The rows of the input that satisfy the condition.
    case filter(input: Int, RowExpression)
    /// The n rows of the input with the largest value, within each value of the `per` key columns;
    /// ties by key.
    case top(input: Int, count: Int, by: RowExpression, per: [Int])
    /// The keys that some of several relations of one window have at the same close.
    case join(JoinKind, [JoinInput])
    /// The distinct values of some columns of the input's keys.
    case collapse(input: Int, columns: [Int])
  }

  /// What it does.
  public var operation: Operation
  /// The key's components; every relation over the same keyed stream has the same.
  public var key: [KeyComponent]
  /// The window at whose closes rows appear.
  public var window: Window
  /// The name in the program.
  public var name: String
  /// The statement's place in the text.
  public var range: SourceRange

  /// Creates a relation.
  public init(
    _ operation: Operation, key: [KeyComponent], window: Window, name: String, range: SourceRange
  ) {
    self.operation = operation
    self.key = key
    self.window = window
    self.name = name
    self.range = range
  }
}

/// An expression over one row: its key and features. Evaluated on the host, once a row.
///
/// Beside tuples (``TupleOperation/filterBeside(_:)``, ``TupleColumnExpression/beside(_:)``) there
/// is no row: such expressions are made of constants, ``tuple(_:)`` and ``inEffect(_:key:_:)``.
public indirect enum RowExpression: Sendable, Hashable {
  /// The key column of this index.
  case key(Int)
  /// The feature, at this row's key projected to the feature's key columns by position.
  case feature(Int, key: [Int])
  /// The expression's value where the relation has a row at this row's key projected to its key,
  /// else what stands in for it: a joined row's part that may be absent.
  case whereRow(of: Int, key: [Int], RowExpression, otherwise: Value)
  /// `F.value(i)`, `F.count(i)`, `F.key(i)` of a ranking.
  case ranked(RowExpression, RankedMember, Int)
  case constant(Value)
  /// What the tuple at hand has.
  case tuple(TupleColumnExpression)
  /// An expression over the row that the relation has for the tuple's key: that of the last close
  /// which the plan's set lag has let take effect at the tuple's time. Missing where it has none.
  case inEffect(Int, key: [KeyComponent], RowExpression)
  /// Numbers are exact rationals where they can be; `/` is real division.
  case binary(RowOperator, RowExpression, RowExpression)
  case negate(RowExpression)
  case compare(Comparison, RowExpression, RowExpression)
  case isOneOf(RowExpression, [Value], negated: Bool)
  case inPrefixes(RowExpression, [IPPrefix], negated: Bool)
  /// Whether the key columns are in the set (the one effective at the window's end).
  case inSet(SetID, [Int], within: Int64, negated: Bool)
  case and([RowExpression])
  case or([RowExpression])
  case not(RowExpression)
}

/// What `.value(i)`, `.count(i)` and `.key(i)` read.
public enum RankedMember: String, Sendable, Hashable {
  case share = "value"
  case count
  case key
}

/// Arithmetic in row expressions: ``ArithmeticOperator`` and real division.
public enum RowOperator: Sendable, Hashable {
  case integer(ArithmeticOperator)
  case realDivide
}

/// A set of keys that a relation feeds: its keys of a closed window, from close + lag on, until
/// the next window's take effect.
public struct SetSpecification: Sendable, Hashable {
  /// Index of the relation.
  public var relation: Int
  /// The relation's key columns that form the set's key, by position.
  public var columns: [Int]
  /// The types of those columns; keys that ask the set are packed by them.
  public var types: [ScalarType]

  /// Creates a specification.
  public init(relation: Int, columns: [Int], types: [ScalarType]) {
    self.relation = relation
    self.columns = columns
    self.types = types
  }
}

/// One output of the program.
public struct Output: Sendable, Hashable {
  /// What is printed.
  public enum Content: Sendable, Hashable {
    /// Rows of the relation of this index; a column for each expression.
    case rows(relation: Int, [RowExpression])
    /// Tuples of the node of this index: a column for each expression.
    case tuples(node: Int, [TupleColumnExpression])
  }

  /// The name.
  public var name: String
  /// What is printed.
  public var content: Content
  /// Names and types of the columns.
  public var schema: OutputSchema
  /// Where the rows go; standard output where it is empty.
  public var targets: [SinkTarget]
  /// The statement's place in the text.
  public var range: SourceRange

  /// Creates an output.
  public init(
    name: String, content: Content, schema: OutputSchema, targets: [SinkTarget] = [],
    range: SourceRange
  ) {
    self.name = name
    self.content = content
    self.schema = schema
    self.targets = targets
    self.range = range
  }
}

/// A column of a tuple output, or a tuple's part of a condition beside rows.
public enum TupleColumnExpression: Sendable, Hashable {
  /// A field of any type.
  case field(FieldID)
  /// A field as a key has it: masked, or with what stands in for a missing value.
  case component(KeyComponent)
  /// A number.
  case number(TupleExpression)
  /// Whether the tuple satisfies a condition.
  case condition(TuplePredicate)
  /// An expression over the tuple and the rows in effect for it.
  case beside(RowExpression)
  /// The value that the item feature of this index has for a key of the tuple, this tuple counted.
  case current(Int, key: [KeyComponent])
}
