public import DataModel
public import Diagnostics

/// One output of the program.
public struct Output: Sendable, Hashable {
  /// What is printed.
  public enum Content: Sendable, Hashable {
    /// Rows of the relation of this index; a column for each expression.
    case rows(relation: Int, [RowExpression])
    /// Tuples of the node of this index: a column for each expression.
    case tuples(node: Int, [TupleColumnExpression])
  }

  /// The name.
  public var name: String
  /// What is printed.
  public var content: Content
  /// Names and types of the columns.
  public var schema: OutputSchema
  /// Where the rows go; standard output where it is empty.
  public var targets: [SinkTarget]
  /// The statement's place in the text.
  public var range: SourceRange

  /// Creates an output.
  public init(
    name: String, content: Content, schema: OutputSchema, targets: [SinkTarget] = [],
    range: SourceRange
  ) {
    self.name = name
    self.content = content
    self.schema = schema
    self.targets = targets
    self.range = range
  }
}
