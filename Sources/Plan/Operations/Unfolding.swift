public import DataModel

/// A tuple for every entry of a group of repeated fields, with the columns of the tuple that it is
/// of and one for each field of the group; a tuple without entries gives none, and an entry without
/// any of the fields that the program names is none.
public struct Unfolding: Sendable, Hashable {
  /// The group.
  public var group: RepeatedGroup
  /// The columns that the group's members go into, in their order.
  public var columns: [FieldID]
  /// The members that are named, of which an entry has one; none where each entry counts.
  public var named: Set<Int>

  /// Creates an operation; `columns` are derived, one a member.
  public init(_ group: RepeatedGroup, naming named: Set<Int> = [], into columns: [FieldID]) {
    precondition(columns.count == group.members.count, "each member of a group has a column")
    self.group = group
    self.named = named
    self.columns = columns
  }
}

extension Unfolding: OperationFacts {
  var operation: TupleOperation { .unfold(self) }
  var fieldsOfInput: Set<FieldID> { group.fields }
  mutating func renumber(by numbers: PartNumbers) {}

  var handsOn: TuplesHandedOn { .several }

  var memory: OperationMemory? { nil }

  var reasonForHost: String? {
    group.bytes == nil
      ? "one packet gives several tuples, which the host makes"
      : "records within \(group.name.prefix { $0 != "." }.uppercased()) messages are read on the "
        + "host, of their first \(PacketBytes.limit) bytes"
  }
  func text(in plan: LogicalPlan, from input: String) -> String {
    let names = named.sorted().map { group.members[$0].name }
    return "unfold\(input) into a tuple for each entry of \(group.name)"
      + (names.isEmpty || group.members.count == 1
        ? "" : " with \(names.joined(separator: " or "))")
  }
  func check(_ node: TupleNode, at index: Int, _ check: inout PlanCheck) {}
}
