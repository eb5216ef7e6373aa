public import DataModel
public import Diagnostics

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
