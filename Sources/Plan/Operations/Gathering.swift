public import DataModel

/// A union of streams whose tuples are not the same ones: of different sources, or with columns
/// that each has computed for itself. Every tuple of every input is a tuple of the union, with the
/// fields that all have, and the columns of its input under one name.
public struct Gathering: Sendable, Hashable {
  /// One of the united streams.
  public struct Input: Sendable, Hashable {
    /// The node whose tuples it takes.
    public var node: Int
    /// The input's own column for each of ``Gathering/columns``.
    public var columns: [FieldID]

    /// Creates an input.
    public init(node: Int, columns: [FieldID]) {
      self.node = node
      self.columns = columns
    }
  }

  /// The streams.
  public var inputs: [Input]
  /// Computed columns of the union's tuples.
  public var columns: [FieldID]

  /// Creates a union.
  public init(inputs: [Input], columns: [FieldID]) {
    self.inputs = inputs
    self.columns = columns
  }
}

extension LogicalPlan {
  /// Nodes whose tuples are united with others of the same source: they run side by side, on the
  /// host, so that a tuple that several have passes once.
  public var unitedNodes: Set<Int> {
    var found: Set<Int> = []
    for node in nodes {
      guard case .anyOf(let inputs) = node.operation else { continue }
      for input in inputs {
        var current: Int? = input
        while let index = current, index != node.input {
          found.insert(index)
          current = nodes[index].input
        }
      }
    }
    return found
  }
}

extension Gathering: OperationFacts {
  var operation: TupleOperation { .gather(self) }
  var fieldsOfInput: Set<FieldID> { [] }
  var otherInputs: Set<Int> { Set(inputs.map(\.node)) }
  func fields(ofOther node: Int) -> Set<FieldID>? {
    Set(inputs.filter { $0.node == node }.flatMap(\.columns))
  }
  mutating func renumber(by numbers: PartNumbers) {
    for index in inputs.indices { inputs[index].node = numbers.node(inputs[index].node) }
  }

  var handsOn: TuplesHandedOn { .united }
  func recordSchema(in plan: LogicalPlan) -> RecordSchema? { plan.recordSchema(of: inputs[0].node) }

  var memory: OperationMemory? { nil }

  var reasonForHost: String? {
    "UNION of streams with tuples of their own is made on the host"
  }
  func text(in plan: LogicalPlan, from input: String) -> String {
    let names = columns.isEmpty ? "" : " (\(columns.map(\.description).joined(separator: ", ")))"
    return "tuples of \(inputs.map { "n\($0.node)" }.joined(separator: ", "))" + names
  }
  func check(_ node: TupleNode, at index: Int, _ check: inout PlanCheck) {
    let lanes = columns.map(\.field.type.laneCount)
    for input in inputs {
      check.require(
        input.columns.map(\.field.type.laneCount) == lanes, "n\(index): columns of n\(input.node)")
    }
  }
}
