public import DataModel

/// What a tuple node does.
///
/// What the compiler asks of an operation is in a file of its own here; the engines have its work,
/// each in a place of their own.
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

  /// What is to be known of it: the one place that lists the operations.
  var facts: any OperationFacts {
    switch self {
    case .source(let source): source
    case .rows(let rows): rows
    case .filter(let condition): Filtering(condition)
    case .filterBeside(let condition): FilteringBeside(condition)
    case .distinct(let key, let window): Distinguishing(key, window)
    case .transform(let transform): transform
    case .match(let pattern): pattern
    case .flows(let making): making
    case .anyOf(let nodes): Uniting(nodes)
    case .gather(let gathering): gathering
    case .ticks(let ticks): ticks
    case .unfold(let entries): entries
    case .examine(let examination): examination
    case .unanswered(let waiting): waiting
    }
  }
}

// MARK: - What it reads

extension TupleOperation {
  /// The fields that it reads of its input's tuples.
  public var fields: Set<FieldID> { facts.fieldsOfInput }

  /// What it evaluates over tuples, rows in effect and rows, its conditions among it.
  public var expressions: [RowExpression] { facts.expressions }

  /// The condition over the tuple's fields alone by which it passes tuples; nil where it has none.
  public var predicate: TuplePredicate? { facts.predicate }

  /// The nodes, beside the node's input, whose tuples it takes.
  public var otherInputs: Set<Int> { facts.otherInputs }

  /// The fields that it reads of the tuples of a node beside its input; nil where it reads none of
  /// those tuples.
  public func fields(ofOther node: Int) -> Set<FieldID>? {
    otherInputs.contains(node) ? facts.fields(ofOther: node) : nil
  }

  /// The aggregation whose state it reads.
  public var aggregation: Int? {
    if case .aggregation(let index) = facts.stateTaken { index } else { nil }
  }

  /// The relation whose rows it takes.
  public var relation: Int? {
    if case .relation(let index) = facts.stateTaken { index } else { nil }
  }

  /// The group of item states whose keys it takes.
  public var items: Int? { if case .items(let index) = facts.stateTaken { index } else { nil } }

  /// The operation with the new numbers of what it names by index.
  public func renumbered(by numbers: PartNumbers) -> TupleOperation {
    var facts = facts
    facts.renumber(by: numbers)
    return facts.operation
  }
}

// MARK: - What it hands on

extension TupleOperation {
  /// Whether it has no input: its tuples come from elsewhere.
  public var isRoot: Bool {
    let handsOn = facts.handsOn
    return handsOn == .entering || handsOn == .united
  }

  /// Whether its tuples are some of its input's, as they are.
  public var choosesTuples: Bool { facts.handsOn == .chosen }

  /// Whether it hands on tuples of its own making, with columns of their own, and takes what they
  /// are made of elsewhere.
  public var makesTuples: Bool {
    let handsOn = facts.handsOn
    return handsOn == .made || handsOn == .united
  }

  /// Whether it makes several tuples of one, which come behind the batch of that.
  public var isUnfolding: Bool { facts.handsOn == .several }

  /// Whether it is a union of streams with tuples of their own.
  public var isGathering: Bool { facts.handsOn == .united }

  /// Whether it holds tuples back to see if others follow.
  public var isUnanswered: Bool { facts.handsOn == .delayed }

  /// Whether it finds matches of a pattern.
  public var isMatch: Bool { if case .match = self { true } else { false } }

  /// Whether it is a TRANSFORM.
  var isTransform: Bool { if case .transform = self { true } else { false } }

  /// Whether it makes flow records of packets, which reach it through their aggregation alone.
  public var makesFlows: Bool { if case .flows = self { true } else { false } }

  /// How many conditions select its tuples.
  var selectivity: Int { facts.selectivity }
}

// MARK: - What it keeps, and where it runs

extension TupleOperation {
  /// The window of `distinct`, the step of a pattern and of what waits, and the time between
  /// ticks.
  public var window: Window? { facts.memory?.window }

  /// Whether its tuples come when no earlier one can come any more, in the order of their times.
  var settles: Bool { facts.memory?.settles ?? false }

  /// Whether its answer shows the order in which tuples of different panes come: it remembers what
  /// came before, or asks what has come so far.
  public var showsOrder: Bool { facts.memory?.showsOrder ?? false }

  /// Whether on the host it needs tuples one by one in their order, from one stream.
  public var needsOrder: Bool { facts.memory?.needsOrder ?? false }

  /// Why its state is not spread over threads; nil where it has none of its own.
  public var reasonForOneThread: String? { facts.memory?.reasonForOneThread }

  /// Why it is on the host, whatever the target; nil where the data path has it.
  public var reasonForHost: String? { facts.reasonForHost }
}
