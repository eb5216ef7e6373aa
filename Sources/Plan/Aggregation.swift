public import DataModel
public import Diagnostics
public import Operators

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
