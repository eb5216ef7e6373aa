public import Diagnostics

/// A key: `DestIp`, `DestIp/24`, `X/24/48`, `SourceIp AS Host`, `DestPort ELSE 0`.
public struct Key: Sendable, Equatable {
  /// The field, or a call; the parser takes any operand.
  public let expression: Expression
  /// The mask after `/`.
  public let mask: PrefixMask?
  /// The value after ELSE, for tuples without the field.
  public let fallback: Expression?
  /// The name after AS.
  public let alias: Name?
  /// The whole key.
  public let range: SourceRange
}

/// A mask as written: `/n` or `/n/m`.
public struct PrefixMask: Sendable, Equatable {
  /// The first number: bits of IPv4 if two are given (language.md §2 for one).
  public let first: IntegerLiteral
  /// The second number: bits of IPv6.
  public let second: IntegerLiteral?
  /// The whole mask, its `/` included.
  public let range: SourceRange
}

/// `WINDOW 1s`, `WINDOW 60s SLIDE 5s`, `WINDOW 10000 ITEMS`.
public struct WindowClause: Sendable, Equatable {
  /// How far a window reaches.
  public enum Length: Sendable, Equatable {
    /// A span of time.
    case time(DurationLiteral)
    /// The key's last tuples.
    case items(IntegerLiteral)
  }

  /// How far the window reaches.
  public let length: Length
  /// The step of a sliding window.
  public let slide: DurationLiteral?
  /// The whole clause.
  public let range: SourceRange
}

/// `WITHIN ε [CONFIDENCE p]`, `WITHIN RANK ε [CONFIDENCE p]` or `EXACT`.
public struct AccuracyClause: Sendable, Equatable {
  /// What is asked for.
  public enum Requirement: Sendable, Equatable {
    /// An error of at most `error`, relative to the true value.
    case relative(error: Ratio, confidence: Ratio?)
    /// An error of at most `error` in rank.
    case rank(error: Ratio, confidence: Ratio?)
    /// No error.
    case exact
  }

  /// What is asked for.
  public let requirement: Requirement
  /// The whole clause.
  public let range: SourceRange
}

/// A call with its arguments: a source, an operator, a sink, or a function in an expression.
public struct Call: Sendable, Equatable {
  /// What is called.
  public let name: Name
  /// The arguments in their order.
  public let arguments: [Argument]
  /// The whole call.
  public let range: SourceRange
}

/// An argument of a call: `e`, or `label: e`.
public struct Argument: Sendable, Equatable {
  /// The name before `:`.
  public let label: Name?
  /// The value.
  public let value: Expression
  /// The whole argument.
  public let range: SourceRange
}
