public import Diagnostics

/// Whatever may stand where a stream is expected: a name, or a statement's right side.
public indirect enum StreamExpression: Sendable, Equatable {
  /// `A`
  case reference(Name)
  /// `PacketStream("eth0")`: any call; the catalogue of sources knows the names.
  case source(Call)
  /// `VertexInfo("file")`
  case vertexInfo(Call)
  /// `UNION A, B`
  case union(Union)
  /// `STREAM S BY k`
  case keyed(KeyedStream)
  /// `DISTINCT S BY k WINDOW w`
  case distinct(Distinct)
  /// `FOREACH K GENERATE op(…)`
  case feature(Feature)
  /// `FOREACH K TRANSFORM (e) : n`
  case transform(Transform)
  /// `COLLAPSE T BY k FOR f`
  case collapse(Collapse)
  /// `FILTER X BY p`
  case filter(Filter)
  /// `TOP n X BY f`
  case top(Top)
  /// `JOIN A, B BY k`
  case join(Join)
  /// `SUBGRAPH ON S WITH … { … }`
  case subgraph(Subgraph)
  /// What could not be read; an error was reported.
  case invalid(SourceRange)

  /// The whole expression, without parentheses around it.
  public var range: SourceRange {
    switch self {
    case .reference(let name): name.range
    case .source(let node), .vertexInfo(let node): node.range
    case .union(let node): node.range
    case .keyed(let node): node.range
    case .distinct(let node): node.range
    case .feature(let node): node.range
    case .transform(let node): node.range
    case .collapse(let node): node.range
    case .filter(let node): node.range
    case .top(let node): node.range
    case .join(let node): node.range
    case .subgraph(let node): node.range
    case .invalid(let range): range
    }
  }
}

/// `UNION A, B`: the tuples of several streams of one schema.
public struct Union: Sendable, Equatable {
  /// The streams; at least two, unless an error was reported.
  public let inputs: [StreamExpression]
  /// The whole expression.
  public let range: SourceRange
}

/// `STREAM S BY k1 [AS n], k2 …`: one vertex per key.
public struct KeyedStream: Sendable, Equatable {
  /// The stream to key.
  public let input: StreamExpression
  /// The keys; not empty, unless an error was reported.
  public let keys: [Key]
  /// The whole expression.
  public let range: SourceRange
}

/// `DISTINCT S BY k1, k2 … WINDOW w [SLIDE s]`: the first tuple of each key in the window.
public struct Distinct: Sendable, Equatable {
  /// The stream.
  public let input: StreamExpression
  /// The keys; not empty, unless an error was reported.
  public let keys: [Key]
  /// The window; nil if the clause is missing.
  public let window: WindowClause?
  /// The whole expression.
  public let range: SourceRange
}

/// `FOREACH K GENERATE op(…) [WITHIN ε [CONFIDENCE p] | EXACT] [WINDOW w]`.
public struct Feature: Sendable, Equatable {
  /// The keyed or unkeyed stream.
  public let input: StreamExpression
  /// The operator and its arguments; the operator catalogue knows the names.
  public let call: Call
  /// The accuracy asked for.
  public let accuracy: AccuracyClause?
  /// The window.
  public let window: WindowClause?
  /// The whole expression.
  public let range: SourceRange
}

/// `FOREACH K TRANSFORM (e) : n, …`: a tuple per tuple with new fields.
public struct Transform: Sendable, Equatable {
  /// The keyed stream.
  public let input: StreamExpression
  /// The new fields; not empty, unless an error was reported.
  public let fields: [TransformField]
  /// The whole expression.
  public let range: SourceRange
}

/// A new field of a TRANSFORM: `(e) : n`.
public struct TransformField: Sendable, Equatable {
  /// The value.
  public let expression: Expression
  /// The field's name.
  public let name: Name
  /// The whole field.
  public let range: SourceRange
}

/// `COLLAPSE T BY k [FOR f1, f2]`: re-keys to part of the key.
public struct Collapse: Sendable, Equatable {
  /// The rows or tuples to re-key.
  public let input: StreamExpression
  /// The keys that stay.
  public let keys: [Key]
  /// The features of FOR; nil without the clause.
  public let features: [Path]?
  /// The whole expression.
  public let range: SourceRange
}

/// `FILTER X BY predicate`.
public struct Filter: Sendable, Equatable {
  /// What is filtered.
  public let input: StreamExpression
  /// The condition to pass.
  public let predicate: Expression
  /// The whole expression.
  public let range: SourceRange
}

/// `TOP n X BY f [PER k]`: the n keys with the largest f per window.
public struct Top: Sendable, Equatable {
  /// How many.
  public let count: IntegerLiteral
  /// The keyed stream.
  public let input: StreamExpression
  /// What is compared.
  public let measure: Expression
  /// The keys of PER; empty without the clause.
  public let groups: [Key]
  /// The whole expression.
  public let range: SourceRange
}

/// `JOIN A, B, … BY k [LEFT | OUTER | ANTI [AFTER d | BEFORE d]]`.
public struct Join: Sendable, Equatable {
  /// Which keys the result has.
  public enum Kind: String, Sendable, CaseIterable {
    /// Those of all inputs.
    case inner
    /// Those of the first input.
    case left
    /// Those of any input.
    case outer
    /// Those of the first input that no other has.
    case anti
  }

  /// On which side of a tuple an ANTI join looks for its partner.
  public enum Side: String, Sendable, CaseIterable {
    /// Within the time after the tuple.
    case after
    /// Within the time before it.
    case before
  }

  /// `AFTER d` or `BEFORE d`.
  public struct Reach: Sendable, Equatable {
    /// The side.
    public let side: Side
    /// How far.
    public let duration: DurationLiteral
    /// The whole clause.
    public let range: SourceRange
  }

  /// The inputs; at least two, unless an error was reported.
  public let inputs: [StreamExpression]
  /// The keys.
  public let keys: [Key]
  /// Which keys the result has.
  public let kind: Kind
  /// The time within which an ANTI join looks.
  public let reach: Reach?
  /// The whole expression.
  public let range: SourceRange
}

/// `SUBGRAPH ON S WITH source(f) AND target(g) [DISTINCT] { … }`: a pattern of edges.
public struct Subgraph: Sendable, Equatable {
  /// The stream whose tuples are the edges.
  public let input: StreamExpression
  /// The field that is an edge's source.
  public let source: Path
  /// The field that is an edge's target.
  public let target: Path
  /// Whether different vertices are different values: `DISTINCT { … }`.
  public let isDistinct: Bool
  /// The constraints in their order.
  public let constraints: [SubgraphConstraint]
  /// The whole expression.
  public let range: SourceRange
}

/// One line of a pattern.
public enum SubgraphConstraint: Sendable, Equatable {
  /// `a e b;`: an edge e from vertex a to vertex b.
  case edge(source: Name, edge: Name, target: Name, range: SourceRange)
  /// `start(e2) - start(e1) < 10;`, `node NOT IN Set;`, `e.Field == x;`, `info(a).x != info(b).x;`
  case predicate(Expression)
  /// What could not be read; an error was reported.
  case invalid(SourceRange)

  /// The whole constraint.
  public var range: SourceRange {
    switch self {
    case .edge(_, _, _, let range), .invalid(let range): range
    case .predicate(let expression): expression.range
    }
  }
}
