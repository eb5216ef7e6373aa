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

extension RowTuples: OperationFacts {
  var operation: TupleOperation { .rows(self) }
  var fieldsOfInput: Set<FieldID> { [] }
  var expressions: [RowExpression] { columns.map(\.value) }
  var stateTaken: StateTaken? { .relation(relation) }
  mutating func renumber(by numbers: PartNumbers) {
    relation = numbers.relation(relation)
    columns = columns.map { Column($0.value.renumbered(by: numbers), into: $0.into) }
  }

  var handsOn: TuplesHandedOn { .entering }
  var memory: OperationMemory? { nil }

  var reasonForHost: String? { "the host has the rows" }
  func text(in plan: LogicalPlan, from input: String) -> String {
    let key = plan.relations.indices.contains(relation) ? plan.relations[relation].key : []
    let columns = columns.map { column -> String in
      let value = plan.text(column.value, key: key)
      return value == "\(column.into)" ? value : "\(value) AS \(column.into)"
    }
    return "rows r\(relation) as tuples (\(columns.joined(separator: ", ")))"
  }
  func check(_ node: TupleNode, at index: Int, _ check: inout PlanCheck) {
    let place = "n\(index)"
    guard check.plan.relations.indices.contains(relation) else {
      return check.violations.append("\(place): r\(relation)")
    }
    let key = check.plan.relations[relation].key
    for column in columns { check.row(column.value, key, place) }
  }
}
