public import DataModel
public import Diagnostics

/// A stream of rows: at each close of `window`, the keys of `domain` that pass.
public struct Relation: Sendable, Hashable {
  /// What the relation does.
  public enum Operation: Sendable, Hashable {
    /// The keys that the aggregation of this index has in the window.
    case keys(domain: Int)
    /// The rows of the input that satisfy the condition.
    case filter(input: Int, RowExpression)
    /// The n rows of the input with the largest value, within each value of the `per` key columns;
    /// ties by key.
    case top(input: Int, count: Int, by: RowExpression, per: [Int])
    /// The keys that some of several relations of one window have at the same close.
    case join(JoinKind, [JoinInput])
    /// The distinct values of some columns of the input's keys.
    case collapse(input: Int, columns: [Int])
  }

  /// What it does.
  public var operation: Operation
  /// The key's components; every relation over the same keyed stream has the same.
  public var key: [KeyComponent]
  /// The window at whose closes rows appear.
  public var window: Window
  /// The name in the program.
  public var name: String
  /// The statement's place in the text.
  public var range: SourceRange

  /// Creates a relation.
  public init(
    _ operation: Operation, key: [KeyComponent], window: Window, name: String, range: SourceRange
  ) {
    self.operation = operation
    self.key = key
    self.window = window
    self.name = name
    self.range = range
  }
}

/// A set of keys that a relation feeds: its keys of a closed window, from close + lag on, until
/// the next window's take effect.
public struct SetSpecification: Sendable, Hashable {
  /// Index of the relation.
  public var relation: Int
  /// The relation's key columns that form the set's key, by position.
  public var columns: [Int]
  /// The types of those columns; keys that ask the set are packed by them.
  public var types: [ScalarType]

  /// Creates a specification.
  public init(relation: Int, columns: [Int], types: [ScalarType]) {
    self.relation = relation
    self.columns = columns
    self.types = types
  }
}
