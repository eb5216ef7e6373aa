import DataModel

/// A source of packets or records.
public enum Source: Sendable, Hashable {
  /// `PacketStream("eth0", …)`: interfaces, empty where the command line must name one.
  case interfaces([String])
  /// `PcapStream("f")`.
  case capture(String)
  /// `VastStream("f")` and the other sources of records.
  case records(RecordSource)
}

extension Source {
  /// The source that reads from another place: packets of a capture, records of anywhere; nil where
  /// the text names none.
  public func bound(to place: String) -> Source? {
    switch self {
    case .interfaces, .capture: .capture(place)
    case .records(let source):
      source.schema.origin(place).map { .records(RecordSource(source.schema, from: $0)) }
    }
  }
}

extension Source: OperationFacts {
  var operation: TupleOperation { .source(self) }
  var fieldsOfInput: Set<FieldID> { [] }
  mutating func renumber(by numbers: PartNumbers) {}

  var handsOn: TuplesHandedOn { .entering }
  func recordSchema(in plan: LogicalPlan) -> RecordSchema? {
    if case .records(let source) = self { source.schema } else { nil }
  }

  var memory: OperationMemory? { nil }
  func isSame(as other: TupleOperation, _ comparison: inout PlanComparison) -> Bool {
    if case .source = other { true } else { false }
  }

  var reasonForHost: String? { nil }
  func text(in plan: LogicalPlan, from input: String) -> String {
    switch self {
    case .interfaces(let names):
      "packets of \(names.isEmpty ? "an interface" : names.joined(separator: ", "))"
    case .capture(let file): "packets of \(file)"
    case .records(let source): source.text
    }
  }
  func check(_ node: TupleNode, at index: Int, _ check: inout PlanCheck) {}
}
