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

  /// For plans and EXPLAIN, behind the input.
  var text: String {
    let names = named.sorted().map { group.members[$0].name }
    return "a tuple for each entry of \(group.name)"
      + (names.isEmpty || group.members.count == 1
        ? "" : " with \(names.joined(separator: " or "))")
  }

  /// Why the host does it.
  var reasonForHost: String {
    group.bytes == nil
      ? "one packet gives several tuples, which the host makes"
      : "records within \(group.name.prefix { $0 != "." }.uppercased()) messages are read on the "
        + "host, of their first \(PacketBytes.limit) bytes"
  }
}

/// Whether any entry of a group of repeated fields satisfies a condition: a column for every tuple.
public struct Examination: Sendable, Hashable {
  /// The entries, and the columns by which the condition names their fields.
  public var entries: Unfolding
  /// What is asked of each, over fields of the tuple too.
  public var condition: TuplePredicate
  /// The boolean column that holds the answer; never missing.
  public var into: FieldID

  /// Creates an operation.
  public init(_ entries: Unfolding, satisfying condition: TuplePredicate, into: FieldID) {
    (self.entries, self.condition, self.into) = (entries, condition, into)
  }

  /// The fields that it reads of its input's tuples.
  public var fields: Set<FieldID> {
    entries.group.fields.union(condition.fields.subtracting(entries.columns))
  }

  /// For plans and EXPLAIN, behind the input.
  var text: String { "\(into) is whether any entry of \(entries.group.name): \(condition.text)" }
}
