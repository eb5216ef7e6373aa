public import DataModel
public import Diagnostics
public import Operators

/// State over the last tuples of each key of a stream, for features that change with every tuple.
///
/// Where ``latest`` has components, it is a table instead (COLLAPSE): of each key the last tuple of
/// every value of those, which the next one of the same value takes the place of.
///
/// The key is looked up once for everything that is kept of it. Such state hangs on the order in
/// which tuples arrive, so it is on the host (language.md §3.4).
public struct ItemGroup: Sendable, Hashable {
  /// The node whose tuples are folded.
  public var input: Int
  /// The key; empty for one state of all tuples.
  public var key: [KeyComponent]
  /// What tells the rows of a key's table apart; empty for windows of a key's last tuples.
  public var latest: [KeyComponent]
  /// What is kept for each key.
  public var states: [ItemState]

  /// Creates a group.
  public init(
    input: Int, key: [KeyComponent], latest: [KeyComponent] = [], states: [ItemState] = []
  ) {
    self.input = input
    self.key = key
    self.latest = latest
    self.states = states
  }
}

/// One state of a key of an ``ItemGroup``.
public struct ItemState: Sendable, Hashable {
  /// What is kept.
  public enum Form: Sendable, Hashable {
    /// Reductions of the window's tuples; `first` and `last` are by arrival.
    case words(AccumulatorLayout)
    /// How often each item occurs in the window, or the sum of its weight there.
    case counts(items: [KeyComponent], weight: TupleExpression? = nil)
    /// How often each item occurs in the older half of the window, and in the newer one.
    case halves(items: [KeyComponent])
    /// The most frequent items of closed basic windows of this many tuples, `count` of each.
    ///
    /// - Source: Golab, DeHaan, Demaine, López-Ortiz, Munro, *Identifying frequent items in
    ///   sliding windows over on-line packet streams*, IMC 2003.
    case basicWindows(items: [KeyComponent], length: Int, count: Int)
    /// Sums within an error, in less room than the window's values take.
    case histogram(ItemHistogram)
  }

  /// The window: so many of the key's last tuples; of a table the most rows of a key.
  public var items: Int
  /// What is kept.
  public var form: Form

  /// Creates a state.
  public init(items: Int, form: Form) {
    self.items = items
    self.form = form
  }
}

/// An exponential histogram of an expression over the last tuples of a key.
public struct ItemHistogram: Sendable, Hashable {
  /// What is added up.
  public var operand: TupleExpression
  /// The window and the error.
  public var shape: ExponentialHistogramShape

  /// Creates a histogram.
  public init(_ operand: TupleExpression, _ shape: ExponentialHistogramShape) {
    self.operand = operand
    self.shape = shape
  }

  /// Bits of the operand's values.
  private var bits: Int {
    guard let range = operand.range else { return 63 }
    let most = max(range.lowerBound.magnitude, range.upperBound.magnitude)
    return 128 - most.leadingZeroBitCount
  }

  /// The most buckets of a key.
  public var bucketsMax: Int { shape.bucketsMax(bits: bits) }

  /// For plans and EXPLAIN: what it keeps and the memory that takes.
  var text: String {
    let bytes = shape.bytesMax(bits: bits)
    return "exponential histogram of \(operand.text), \(shape.measure) within "
      + "\(shape.epsilon * 100) %, at most \(bytes) octets a key"
  }
}

/// A feature with one current value for each key: an operator's call on a state.
public struct ItemFeature: Sendable, Hashable {
  /// The name in the program.
  public var name: String
  /// Index of the group, and of the state in it.
  public var group: Int
  public var state: Int
  /// The call.
  public var call: OperatorCall
  /// How many tuples of its key ago the value is of; 0 is the current one.
  public var back = 0
  /// The type of its value.
  public var type: ScalarType
  /// The statement's place in the text.
  public var range: SourceRange

  /// The most tuples that a value is read back.
  public static let backMax = 1024

  /// Creates a feature.
  public init(
    name: String, group: Int, state: Int, call: OperatorCall, type: ScalarType,
    range: SourceRange
  ) {
    self.name = name
    self.group = group
    self.state = state
    self.call = call
    self.type = type
    self.range = range
  }
}

extension ItemGroup {
  /// The fields that a tuple needs to be folded.
  public var fields: Set<FieldID> {
    states.reduce(into: Set((key + latest).map(\.field))) { $0.formUnion($1.fields) }
  }
}

extension ItemState {
  /// The fields that a tuple needs to be folded.
  public var fields: Set<FieldID> {
    switch form {
    case .words(let layout):
      layout.reductions.reduce(into: []) { $0.formUnion($1.operand?.fields ?? []) }
    case .counts(let items, let weight):
      Set(items.map(\.field)).union(weight?.fields ?? [])
    case .halves(let items), .basicWindows(let items, _, _): Set(items.map(\.field))
    case .histogram(let histogram): histogram.operand.fields
    }
  }
}

extension RowExpression {
  /// The item features whose current values it asks, with the keys asked for.
  public var current: [(feature: Int, key: [KeyComponent])] {
    parts.compactMap { part in
      if case .tuple(.current(let feature, let key)) = part { (feature, key) } else { nil }
    }
  }
}

extension LogicalPlan {
  /// The item features that a node's condition and its outputs ask, with the keys asked for.
  public func currentFeatures(askedBy node: Int) -> [(feature: Int, key: [KeyComponent])] {
    expressions(besideTuplesOf: node).flatMap(\.current)
  }

  /// The nodes whose tuples have to be in the order of arrival, in one stream, on the host.
  public var orderedNodes: Set<Int> {
    var found = Set(items.map(\.input))
    for index in nodes.indices
    where nodes[index].operation.isTransform || !currentFeatures(askedBy: index).isEmpty {
      found.insert(index)
    }
    return found
  }

  /// A group of item states on one line.
  public func text(of group: ItemGroup) -> String {
    let states = group.states.map { state in
      let what: String
      switch state.form {
      case .words(let layout): what = layout.reductions.map(\.text).joined(separator: ", ")
      case .counts(let items, let weight):
        let sums = weight.map { "sums of \($0.text)" } ?? "counts"
        what = "\(sums) of \(items.listText)"
      case .histogram(let histogram): what = histogram.text
      case .halves(let items):
        what = "halves of \(items.listText)"
      case .basicWindows(let items, let length, let count):
        what =
          "\(count) most frequent \(items.listText) "
          + "of each \(length)"
      }
      return group.latest.isEmpty ? "last \(state.items): \(what)" : what
    }
    let what = group.latest.isEmpty ? "items" : "latest of \(group.latest.listText) in"
    return "\(what) n\(group.input) by \(group.key.listText) \(states.joined(separator: "; "))"
  }
}
