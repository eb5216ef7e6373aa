public import DataModel

/// New columns for every tuple of a keyed stream, from its own fields and those of earlier tuples
/// of its key; a key's first tuples, which have not enough before them, do not pass.
public struct Transform: Sendable, Hashable {
  /// A field of the tuple so many places before, among those of the key.
  public struct Previous: Sendable, Hashable {
    /// The field.
    public var field: FieldID
    /// How many tuples back, at least 1.
    public var back: Int
    /// The column that holds it.
    public var into: FieldID

    /// Creates a column of earlier values.
    public init(field: FieldID, back: Int, into: FieldID) {
      self.field = field
      self.back = back
      self.into = into
    }
  }

  /// A new column.
  public struct Column: Sendable, Hashable {
    /// The value, over fields of the tuple, columns of earlier values, and features.
    public var value: TupleColumnExpression
    /// The column that holds it.
    public var into: FieldID

    /// Creates a column.
    public init(_ value: TupleColumnExpression, into: FieldID) {
      self.value = value
      self.into = into
    }
  }

  /// The key; empty for all tuples.
  public var key: [KeyComponent]
  /// What is kept of earlier tuples.
  public var previous: [Previous]
  /// The new columns.
  public var columns: [Column]

  /// Creates a transformation.
  public init(key: [KeyComponent], previous: [Previous], columns: [Column]) {
    self.key = key
    self.previous = previous
    self.columns = columns
  }

  /// How many earlier tuples of its key a tuple needs.
  public var depth: Int { previous.map(\.back).max() ?? 0 }

  /// The fields that it reads of its input's tuples.
  public var fields: Set<FieldID> {
    let own = Set(previous.map(\.into))
    let read = columns.reduce(into: Set(key.map(\.field) + previous.map(\.field))) {
      $0.formUnion($1.value.fields)
    }
    return read.subtracting(own)
  }
}

extension LogicalPlan {
  /// The transformations that a node's tuples have passed, the nearest first.
  public func transforms(before node: Int) -> [Transform] {
    var found: [Transform] = []
    var current: Int? = node
    while let index = current, nodes.indices.contains(index) {
      if case .transform(let transform) = nodes[index].operation { found.append(transform) }
      if case .match = nodes[index].operation { break }
      current = nodes[index].input
    }
    return found
  }
}

extension Transform: OperationFacts {
  var operation: TupleOperation { .transform(self) }
  var fieldsOfInput: Set<FieldID> { fields }
  var expressions: [RowExpression] { columns.map { .tuple($0.value) } }
  mutating func renumber(by numbers: PartNumbers) {
    columns = columns.map { Column($0.value.renumbered(by: numbers), into: $0.into) }
  }

  var handsOn: TuplesHandedOn { .extended }

  var memory: OperationMemory? {
    OperationMemory(
      reasonForOneThread: "the columns of a tuple are read by what follows", window: nil,
      showsOrder: true, needsOrder: true, settles: false, goesOn: false)
  }
  func hostState(at index: Int, in plan: LogicalPlan, _ limits: HostLimits) -> HostState? {
    let ring = previous.count * 2 * depth * 8
    return HostState(
      entry: "key",
      entryBytes: HostState.tableBytes(KeyLayout(key).wordCount + 2) + 2 * ring + 16,
      entriesMax: key.isEmpty ? 1 : limits.keys)
  }

  var reasonForHost: String? { "TRANSFORM hangs on the order in which tuples arrive" }
  func text(in plan: LogicalPlan, from input: String) -> String {
    let columns = columns.map { "\(plan.text($0.value)) AS \($0.into)" }
    return "transform\(input) by \(key.listText): \(columns.joined(separator: ", "))"
  }
  func check(_ node: TupleNode, at index: Int, _ check: inout PlanCheck) {
    let place = "n\(index)"
    check.components(key, place)
    check.require(!columns.isEmpty, "\(place) computes nothing")
    for column in columns { check.column(column.value, place) }
  }
}
