import DataModel
import Diagnostics
import Plan

/// A checked expression: names resolved, units made equal, operands of fitting types.
///
/// It does not yet say where it is evaluated: over a tuple (``Resolver/predicate(_:in:)``) or over
/// a row (``Resolver/rowExpression(_:in:)``).
struct Typed {
  var node: TypedNode
  var type: ScalarType
  /// Its place in the text.
  var range: SourceRange

  init(_ node: TypedNode, _ type: ScalarType, _ range: SourceRange) {
    self.node = node
    self.type = type
    self.range = range
  }
}

/// The forms of ``Typed``.
indirect enum TypedNode {
  /// The rational `numerator / denominator`, the denominator positive; times in nanoseconds.
  case number(Int64, Int64)
  case truth(Bool)
  /// An address or a network.
  case network(IPPrefix)
  case mac(UInt64)
  case text(String)
  case field(FieldID)
  /// A column of the stream's key.
  case key(Int)
  case feature(Int)
  case ranked(Int, RankedMember, Int)
  /// The current value of an item feature, and what a ranking of that kind has.
  case current(Int)
  case currentRanked(Int, RankedMember, Int)
  case arithmetic(ArithmeticOperator, Typed, Typed)
  /// Real division.
  case quotient(Typed, Typed)
  case negate(Typed)
  case compare(Comparison, Typed, Typed)
  /// Constants only in the list.
  case oneOf(Typed, [Typed], negated: Bool)
  case inNetworks(Typed, [IPPrefix], negated: Bool)
  case inSet(SetID, [Typed], within: Int64, negated: Bool)
  case and([Typed])
  case or([Typed])
  case not(Typed)
}

extension Typed {
  /// The operands.
  var children: [Typed] {
    switch node {
    case .number, .truth, .network, .mac, .text, .field, .key, .feature, .ranked, .current,
      .currentRanked:
      []
    case .arithmetic(_, let a, let b), .quotient(let a, let b), .compare(_, let a, let b): [a, b]
    case .negate(let a), .not(let a), .inNetworks(let a, _, _): [a]
    case .oneOf(let a, let list, _): [a] + list
    case .inSet(_, let parts, _, _), .and(let parts), .or(let parts): parts
    }
  }

  /// Features in the order of the text, each once.
  var features: [Int] {
    var result: [Int] = []
    func visit(_ part: Typed) {
      switch part.node {
      case .feature(let index), .ranked(let index, _, _):
        if !result.contains(index) { result.append(index) }
      default: part.children.forEach(visit)
      }
    }
    visit(self)
    return result
  }

  /// Whether a part satisfies the condition.
  func contains(_ condition: (Typed) -> Bool) -> Bool {
    condition(self) || children.contains { $0.contains(condition) }
  }

  /// Features of item windows, in the order of the text.
  var currentFeatures: [Int] {
    switch node {
    case .current(let index), .currentRanked(let index, _, _): [index]
    default: children.flatMap(\.currentFeatures)
    }
  }

  /// Whether a part is a current value, which tuples have and rows have not.
  var hasCurrent: Bool {
    contains {
      switch $0.node {
      case .current, .currentRanked: true
      default: false
      }
    }
  }

  /// Whether a part is a column of real numbers.
  var hasReals: Bool {
    contains { if case .field(let id) = $0.node { id.field.type == .float } else { false } }
  }

  /// Whether it is a column that the program computes.
  var isComputedColumn: Bool {
    if case .field(let id) = node { id.derived != nil } else { false }
  }

  /// Whether a part is a field of the tuple or a current value.
  var isOfTuple: Bool {
    hasCurrent || contains { if case .field = $0.node { true } else { false } }
  }

  /// Whether it is true or false rather than a number, an address or a name.
  var isCondition: Bool {
    switch node {
    case .truth, .compare, .oneOf, .inNetworks, .inSet, .and, .or, .not: true
    default: type == .bool
    }
  }

  /// Whether it stands for a value that a tuple or a row has as such.
  var isConstant: Bool {
    switch node {
    case .number, .truth, .network, .mac, .text: true
    default: false
    }
  }

  /// Whether it is a number without unit.
  var isBareNumber: Bool {
    switch type {
    case .unsigned, .signed, .float: true
    default: false
    }
  }
}

/// What names an expression may use.
struct Scope {
  /// The stream's key.
  var key: [KeyComponent] = []
  /// Whether fields of the tuple may be named.
  var hasTuples = false
  /// Whether features may be named.
  var hasFeatures = false
  /// The tuple node, where there are tuples.
  var node: Int?
  /// Columns of keys that the tuples had before.
  var earlier: [KeyComponent] = []

  /// Predicates over tuples of a stream.
  init(_ stream: TupleStream) {
    key = stream.components
    hasTuples = true
    hasFeatures = true
    node = stream.node
    earlier = stream.earlier
  }

  /// The stream that the scope's tuples are.
  var stream: TupleStream { TupleStream(node: node ?? 0, key: key, earlier: earlier) }

  /// Predicates over rows with a key.
  init(rowsBy key: [KeyComponent]) {
    self.key = key
    hasFeatures = true
  }

  /// Settings and fall-back values.
  init(constantsOnly: Bool) { precondition(constantsOnly, "a scope is of tuples, rows or neither") }
}
