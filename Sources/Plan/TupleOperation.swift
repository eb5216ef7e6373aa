public import DataModel

/// What a tuple node does.
///
/// A new case says here what the rest of the compiler and the host ask of it: what it reads, what
/// it hangs on, and why it is on the host; the engines have its work in a place of their own.
public enum TupleOperation: Sendable, Hashable {
  case source(Source)
  /// Rows as tuples.
  case rows(RowTuples)
  case filter(TuplePredicate)
  /// Passes the tuples that satisfy a condition over their fields and the rows in effect for them.
  case filterBeside(RowExpression)
  /// Passes the first tuple of each key in the window; tuples without the key do not pass.
  case distinct(key: [KeyComponent], window: Window)
  /// Adds columns to the tuples that have the key and enough tuples of it before them.
  case transform(Transform)
  /// Makes a tuple of each match of a pattern, whose edges are tuples of the pattern's own inputs;
  /// the node's input is the stream that SUBGRAPH names.
  case match(Pattern)
  /// Makes flow records of packets: what follows takes records, of the schema of such flows.
  case flows(FlowMaking)
  /// Passes the tuples of the node's input that any of these nodes behind it has passed.
  case anyOf([Int])
  /// Tuples of several streams as one stream.
  case gather(Gathering)
  /// The keys of item states, time and again.
  case ticks(ItemTicks)
  /// Makes a tuple of each entry of a group of repeated fields.
  case unfold(Unfolding)
  /// Adds a column: whether any entry of a group of repeated fields satisfies a condition.
  case examine(Examination)
  /// Passes, some time later, the tuples of the node's input that none of another followed.
  case unanswered(Unanswered)
}

// MARK: - What it reads

extension TupleOperation {
  /// The fields that it reads of its input's tuples.
  public var fields: Set<FieldID> {
    switch self {
    case .source, .rows, .match, .flows, .anyOf, .gather, .ticks: []
    case .filter(let predicate): predicate.fields
    case .filterBeside(let condition): condition.fields
    case .distinct(let key, _): Set(key.map(\.field))
    case .transform(let transform): transform.fields
    case .unanswered(let waiting): Set(waiting.key.map(\.field))
    case .unfold(let entries): entries.group.fields
    case .examine(let examination): examination.fields
    }
  }

  /// The expressions over tuples, rows in effect and rows that it evaluates.
  public var expressions: [RowExpression] {
    switch self {
    case .source, .filter, .distinct, .match, .flows, .anyOf, .gather, .ticks, .unanswered,
      .unfold, .examine:
      []
    case .filterBeside(let condition): [condition]
    case .transform(let transform): transform.columns.map { .tuple($0.value) }
    case .rows(let rows): rows.columns.map(\.value)
    }
  }

  /// The condition over the tuple's fields alone; nil where there is none.
  public var predicate: TuplePredicate? {
    if case .filter(let predicate) = self { predicate } else { nil }
  }

  /// The nodes, beside the node's input, whose tuples it takes.
  public var otherInputs: Set<Int> {
    switch self {
    case .match(let pattern): Set(pattern.edges.map(\.input))
    case .unanswered(let waiting): [waiting.other]
    case .anyOf(let nodes): Set(nodes)
    case .gather(let gathering): Set(gathering.inputs.map(\.node))
    case .source, .rows, .filter, .filterBeside, .distinct, .transform, .flows, .ticks, .unfold,
      .examine:
      []
    }
  }

  /// The fields that it reads of the tuples of a node beside its input; nil where it reads none of
  /// those tuples.
  public func fields(ofOther node: Int) -> Set<FieldID>? {
    guard otherInputs.contains(node) else { return nil }
    switch self {
    case .match(let pattern): return pattern.fields
    case .unanswered(let waiting): return Set(waiting.otherKey.map(\.field))
    case .gather(let gathering):
      return Set(gathering.inputs.filter { $0.node == node }.flatMap(\.columns))
    // A union of filters asks which have passed a tuple of its input.
    case .anyOf: return nil
    case .source, .rows, .filter, .filterBeside, .distinct, .transform, .flows, .ticks, .unfold,
      .examine:
      return nil
    }
  }

  /// The operation with the nodes that it takes tuples from beside its input, renamed.
  public func mappingInputs(_ transform: (Int) -> Int) -> TupleOperation {
    switch self {
    case .match(var pattern):
      for index in pattern.edges.indices {
        pattern.edges[index].input = transform(pattern.edges[index].input)
      }
      return .match(pattern)
    case .unanswered(var waiting):
      waiting.other = transform(waiting.other)
      return .unanswered(waiting)
    case .anyOf(let nodes): return .anyOf(nodes.map(transform))
    case .gather(var gathering):
      for index in gathering.inputs.indices {
        gathering.inputs[index].node = transform(gathering.inputs[index].node)
      }
      return .gather(gathering)
    case .source, .rows, .filter, .filterBeside, .distinct, .transform, .flows, .ticks, .unfold,
      .examine:
      return self
    }
  }

  /// The aggregation whose state it reads.
  public var aggregation: Int? {
    if case .flows(let making) = self { making.aggregation } else { nil }
  }

  /// The relation whose rows it takes.
  public var relation: Int? { if case .rows(let rows) = self { rows.relation } else { nil } }

  /// The group of item states whose keys it takes.
  public var items: Int? { if case .ticks(let ticks) = self { ticks.group } else { nil } }

  /// The window of `distinct`, the step of a pattern and of what waits, and the time between
  /// ticks.
  public var window: Window? {
    switch self {
    case .distinct(_, let window): window
    case .match(let pattern): pattern.tick
    case .unanswered(let waiting): waiting.tick
    case .ticks(let ticks): ticks.every
    case .source, .rows, .filter, .filterBeside, .transform, .flows, .anyOf, .gather, .unfold,
      .examine:
      nil
    }
  }
}

// MARK: - What it is

extension TupleOperation {
  /// Whether it has no input: its tuples come from elsewhere.
  public var isRoot: Bool {
    switch self {
    case .source, .rows, .gather, .ticks: true
    case .filter, .filterBeside, .distinct, .transform, .match, .flows, .anyOf, .unanswered,
      .unfold, .examine:
      false
    }
  }

  /// Whether its tuples are some of its input's, as they are.
  public var choosesTuples: Bool {
    switch self {
    case .filter, .filterBeside, .distinct, .anyOf: true
    case .source, .rows, .transform, .match, .flows, .gather, .ticks, .unanswered, .unfold,
      .examine:
      false
    }
  }

  /// Whether it finds matches of a pattern.
  public var isMatch: Bool { if case .match = self { true } else { false } }

  /// Whether it is a TRANSFORM.
  var isTransform: Bool { if case .transform = self { true } else { false } }

  /// Whether it makes flow records of packets, which reach it through their aggregation alone.
  public var makesFlows: Bool { if case .flows = self { true } else { false } }

  /// Whether it hands on tuples of its own making, with columns of their own, and takes what they
  /// are made of elsewhere.
  public var makesTuples: Bool { makesFlows || isMatch || isGathering }

  /// Whether it makes several tuples of one, which come behind the batch of that.
  public var isUnfolding: Bool { if case .unfold = self { true } else { false } }

  /// Whether it is a union of streams with tuples of their own.
  public var isGathering: Bool { if case .gather = self { true } else { false } }

  /// Whether its tuples come when no earlier one can come any more, in the order of their times.
  public var settles: Bool { isMatch || isUnanswered }

  /// Whether it holds tuples back to see if others follow.
  public var isUnanswered: Bool { if case .unanswered = self { true } else { false } }

  /// Whether its answer shows the order in which tuples of different panes come: it remembers what
  /// came before, or asks what has come so far.
  public var showsOrder: Bool {
    switch self {
    case .distinct, .transform, .filterBeside: true
    case .source, .rows, .filter, .match, .flows, .anyOf, .gather, .ticks, .unanswered, .unfold,
      .examine:
      false
    }
  }

  /// Whether on the host it needs tuples one by one in their order, from one stream.
  public var needsOrder: Bool {
    switch self {
    case .distinct, .transform, .unanswered: true
    case .filterBeside(let condition): !condition.current.isEmpty
    case .source, .rows, .filter, .match, .flows, .anyOf, .gather, .ticks, .unfold, .examine: false
    }
  }

  /// How many conditions select its tuples.
  public var selectivity: Int {
    switch self {
    case .filter(.and(let parts)): parts.count
    case .filter, .filterBeside, .distinct, .unanswered: 1
    case .source, .rows, .transform, .match, .flows, .anyOf, .gather, .ticks, .unfold, .examine: 0
    }
  }

  /// Why it is on the host, whatever the target; nil where the data path has it.
  public var reasonForHost: String? {
    switch self {
    case .source, .filter, .distinct: nil
    case .flows: "the host joins the flows of all panes and CPUs"
    case .rows: "the host has the rows"
    case .filterBeside: "it compares tuples with rows, and the host has the rows"
    case .match: "SUBGRAPH finds matches when no earlier tuple can come any more"
    case .unanswered: "ANTI AFTER waits for what no later tuple can change"
    case .unfold(let entries): entries.reasonForHost
    case .examine(let examination): examination.entries.reasonForHost
    case .transform: "TRANSFORM hangs on the order in which tuples arrive"
    case .anyOf: "UNION asks which of its streams have a tuple"
    case .gather: "UNION of streams with tuples of their own is made on the host"
    case .ticks: "item windows are on the host"
    }
  }
}
