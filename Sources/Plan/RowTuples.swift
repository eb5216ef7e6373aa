public import DataModel

/// Rows used as tuples: at each close of a relation its rows, each with the last nanosecond of its
/// window for its time, in the order of their keys (language.md §3.2).
public struct RowTuples: Sendable, Hashable {
  /// A column of the tuples.
  public struct Column: Sendable, Hashable {
    /// The value, over the row.
    public var value: RowExpression
    /// The column that holds it.
    public var into: FieldID

    /// Creates a column.
    public init(_ value: RowExpression, into: FieldID) {
      self.value = value
      self.into = into
    }
  }

  /// Index of the relation.
  public var relation: Int
  /// The columns.
  public var columns: [Column]
  /// The column that holds the tuples' time.
  public var time: FieldID

  /// Creates a source of rows.
  public init(relation: Int, columns: [Column], time: FieldID) {
    self.relation = relation
    self.columns = columns
    self.time = time
  }
}
