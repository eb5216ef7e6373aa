public import Diagnostics

/// An expression over the fields and features of a stream.
///
/// Parentheses leave no node; they only widen the range of what holds them.
public indirect enum Expression: Sendable, Equatable {
  /// `10`, `"http"`, `1s`, `10.0.0.0/8`, `true`
  case literal(Literal)
  /// `DestIp`, `tcp.flags.syn`, `Top1.key`
  case path(Path)
  /// `div(a, b)`, `start(e1)`
  case call(Call)
  /// `F.prev(1)`, `Top1.value(0)`
  case method(MethodCall)
  /// `info(x).domain`, `F.prev(1).key`: a member of something that is not a plain path
  case member(Member)
  /// `-a`, `NOT a`
  case unary(Unary)
  /// `a + b`, `a == b`, `a AND b`, `payload CONTAINS "x"`
  case binary(Binary)
  /// `a [NOT] IN b [WITHIN d]`
  case membership(Membership)
  /// `a [NOT] BETWEEN b AND c`
  case between(Between)
  /// `{a, b}`, or `(a, b)`
  case list(ListExpression)
  /// A statement in parentheses: `x IN (FILTER …)`
  case stream(StreamExpression)
  /// What could not be read; an error was reported.
  case invalid(SourceRange)

  /// The whole expression.
  public var range: SourceRange {
    switch self {
    case .literal(let node): node.range
    case .path(let node): node.range
    case .call(let node): node.range
    case .method(let node): node.range
    case .member(let node): node.range
    case .unary(let node): node.range
    case .binary(let node): node.range
    case .membership(let node): node.range
    case .between(let node): node.range
    case .list(let node): node.range
    case .stream(let node): node.range
    case .invalid(let range): range
    }
  }
}

/// Names joined by dots: `ip.src`.
public struct Path: Sendable, Hashable {
  /// The names; at least one.
  public let components: [Name]
  /// From the first name to the last.
  public let range: SourceRange

  /// A path of at least one name.
  public init(_ components: [Name], _ range: SourceRange) {
    precondition(!components.isEmpty, "a path has at least one name")
    self.components = components
    self.range = range
  }

  /// The names joined by dots, without white space.
  public var text: String { components.map(\.text).joined(separator: ".") }
}

/// `base.name(arguments)`.
public struct MethodCall: Sendable, Equatable {
  /// What the method belongs to.
  public let base: Expression
  /// The method.
  public let name: Name
  /// The arguments in their order.
  public let arguments: [Argument]
  /// The whole call.
  public let range: SourceRange
}

/// `base.name`, where base is not a path.
public struct Member: Sendable, Equatable {
  /// What the member belongs to.
  public let base: Expression
  /// The member.
  public let name: Name
  /// The whole expression.
  public let range: SourceRange
}

/// An operator before its operand.
public enum UnaryOperator: String, Sendable, CaseIterable {
  case minus = "-"
  case not = "NOT"
}

/// An operator and the operand after it.
public struct Unary: Sendable, Equatable {
  /// The operator.
  public let op: UnaryOperator
  /// Where the operator stands.
  public let operatorRange: SourceRange
  /// The operand.
  public let operand: Expression
  /// The whole expression.
  public let range: SourceRange
}

/// An operator between two operands; the raw value is its canonical spelling.
public enum BinaryOperator: String, Sendable, CaseIterable {
  case or = "OR"
  case and = "AND"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case contains = "CONTAINS"
  case add = "+"
  case subtract = "-"
  case bitOr = "|"
  case bitXor = "^"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
  case bitAnd = "&"
  case shiftLeft = "<<"
  case shiftRight = ">>"

  /// Whether the result says how the operands compare.
  public var isComparison: Bool {
    switch self {
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contains: true
    default: false
    }
  }
}

/// Two operands and the operator between them.
public struct Binary: Sendable, Equatable {
  /// The operator.
  public let op: BinaryOperator
  /// Where the operator stands.
  public let operatorRange: SourceRange
  /// The operand before it.
  public let left: Expression
  /// The operand after it.
  public let right: Expression
  /// The whole expression.
  public let range: SourceRange
}

/// `a [NOT] IN b [WITHIN d]`; for several columns `a` is a list.
public struct Membership: Sendable, Equatable {
  /// What is looked for.
  public let element: Expression
  /// Where: a list, a prefix, a path that names a set or a field, or a statement.
  public let set: Expression
  /// Whether the condition is NOT IN.
  public let isNegated: Bool
  /// The time of WITHIN.
  public let within: DurationLiteral?
  /// Where `IN` or `NOT IN` stands.
  public let operatorRange: SourceRange
  /// The whole expression.
  public let range: SourceRange
}

/// `a [NOT] BETWEEN b AND c`, both ends included.
public struct Between: Sendable, Equatable {
  /// What is compared.
  public let operand: Expression
  /// The smallest value inside.
  public let lower: Expression
  /// The largest value inside.
  public let upper: Expression
  /// Whether the condition is NOT BETWEEN.
  public let isNegated: Bool
  /// The whole expression.
  public let range: SourceRange
}

/// `{a, b}` with any number of elements, or `(a, b)` with at least two.
public struct ListExpression: Sendable, Equatable {
  /// The elements in their order.
  public let elements: [Expression]
  /// Whether braces stand around it.
  public let isBraced: Bool
  /// The whole list with its brackets.
  public let range: SourceRange
}
