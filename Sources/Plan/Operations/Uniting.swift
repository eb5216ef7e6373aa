import DataModel

/// `UNION` of streams of the same tuples: those of the node's input that any of the nodes behind it
/// has passed.
struct Uniting: OperationFacts {
  var nodes: [Int]

  init(_ nodes: [Int]) { self.nodes = nodes }

  var operation: TupleOperation { .anyOf(nodes) }
  var fieldsOfInput: Set<FieldID> { [] }
  /// It asks which have passed a tuple of its input, and reads none of theirs.
  var otherInputs: Set<Int> { Set(nodes) }
  mutating func renumber(by numbers: PartNumbers) { nodes = nodes.map(numbers.node) }

  var handsOn: TuplesHandedOn { .chosen }

  var memory: OperationMemory? { nil }

  var reasonForHost: String? { "UNION asks which of its streams have a tuple" }
  func text(in plan: LogicalPlan, from input: String) -> String {
    "any of \(nodes.map { "n\($0)" }.joined(separator: ", "))"
  }
  func check(_ node: TupleNode, at index: Int, _ check: inout PlanCheck) {
    for node in nodes {
      check.require(
        check.plan.root(of: node) == check.plan.root(of: index),
        "n\(index) is of other tuples: n\(node)")
    }
  }
}
