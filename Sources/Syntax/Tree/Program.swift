public import Diagnostics

/// A name as written, with its place.
///
/// The text is empty where the parser found no name; `isMissing` says so, and an error was
/// reported there.
public struct Name: Hashable, Sendable {
  /// The name as written; names are case-sensitive.
  public let text: String
  /// Where it stands.
  public let range: SourceRange

  /// A name at a place.
  public init(_ text: String, _ range: SourceRange) {
    self.text = text
    self.range = range
  }

  /// Whether the program lacks a name here.
  public var isMissing: Bool { text.isEmpty }
}

/// A whole program: its statements in their order.
public struct Program: Sendable, Equatable {
  /// The statements, those with errors included.
  public let statements: [Statement]
  /// The whole text.
  public let range: SourceRange
}

/// One statement, up to and with its `;`.
public enum Statement: Sendable, Equatable {
  /// `WindowSize = 1000;`
  case setting(Setting)
  /// `Name = STREAM …;`, sources and side tables included
  case assignment(Assignment)
  /// `PARTITION S BY k1, k2;`
  case partition(Partition)
  /// `HASH k WITH f;`
  case hash(HashDirective)
  /// `SUBGRAPH ON … { … }` without a name
  case subgraph(Subgraph)
  /// `OUTPUT X …;`
  case output(Output)
  /// What could not be read; an error was reported.
  case invalid(SourceRange)

  /// The whole statement, its `;` included.
  public var range: SourceRange {
    switch self {
    case .setting(let node): node.range
    case .assignment(let node): node.range
    case .partition(let node): node.range
    case .hash(let node): node.range
    case .subgraph(let node): node.range
    case .output(let node): node.range
    case .invalid(let range): range
    }
  }
}

/// `Name = value;` with a value instead of a stream: a default for the statements that follow.
public struct Setting: Sendable, Equatable {
  /// Which default; the parser takes any name.
  public let name: Name
  /// The value: a literal, or an expression over literals.
  public let value: Expression
  /// The whole statement.
  public let range: SourceRange
}

/// `Name = …;` gives a stream, a feature, a pattern or a side table its name.
public struct Assignment: Sendable, Equatable {
  /// The name.
  public let name: Name
  /// What it names.
  public let value: StreamExpression
  /// The whole statement.
  public let range: SourceRange
}

/// `PARTITION S BY k1, k2;` says how a stream spreads over machines.
public struct Partition: Sendable, Equatable {
  /// The stream.
  public let input: StreamExpression
  /// The keys; not empty.
  public let keys: [Key]
  /// The whole statement.
  public let range: SourceRange
}

/// `HASH k WITH f;` names the hash function of a partition key.
public struct HashDirective: Sendable, Equatable {
  /// The key.
  public let key: Key
  /// The function's name.
  public let function: Name
  /// The whole statement.
  public let range: SourceRange
}

/// `OUTPUT X [(e [AS n], …)] [EVERY d] [TO sink(…), …];`
public struct Output: Sendable, Equatable {
  /// What is put out.
  public let input: StreamExpression
  /// The listed columns; nil without a list.
  public let columns: [OutputColumn]?
  /// The interval of `EVERY`.
  public let every: DurationLiteral?
  /// The sinks of `TO`; empty without it.
  public let sinks: [Call]
  /// The whole statement.
  public let range: SourceRange
}

/// One column of an output: `e [AS n]`.
public struct OutputColumn: Sendable, Equatable {
  /// The value.
  public let expression: Expression
  /// The name after `AS`.
  public let alias: Name?
  /// The whole column.
  public let range: SourceRange
}
