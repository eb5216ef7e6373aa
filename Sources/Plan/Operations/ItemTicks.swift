public import DataModel

/// `OUTPUT … EVERY d`: at each multiple of a time that tuples came in since the last one, a tuple
/// for every key of a group of item states, in the order of the keys. What is read of it is the key
/// and the key's current values.
///
/// A tick is due when no tuple of before it can come any more, as a window's close is.
public struct ItemTicks: Sendable, Hashable {
  /// Index of the group.
  public var group: Int
  /// The time between two ticks, as a tumbling window.
  public var every: Window
  /// The group's key, in columns of the tuples.
  public var key: [KeyComponent]

  /// Creates ticks of a group.
  public init(group: Int, every: Window, key: [KeyComponent]) {
    self.group = group
    self.every = every
    self.key = key
  }
}

extension LogicalPlan {
  /// The ticks that a node's tuples are of; nil where they are none.
  public func ticks(before node: Int) -> ItemTicks? {
    if case .ticks(let ticks) = nodes[root(of: node)].operation { ticks } else { nil }
  }
}

extension ItemTicks: OperationFacts {
  var operation: TupleOperation { .ticks(self) }
  var fieldsOfInput: Set<FieldID> { [] }
  var stateTaken: StateTaken? { .items(group) }
  mutating func renumber(by numbers: PartNumbers) { group = numbers.items(group) }

  var handsOn: TuplesHandedOn { .entering }

  var memory: OperationMemory? {
    OperationMemory(
      reasonForOneThread: "it lists the keys of all shares", window: every, showsOrder: false,
      needsOrder: false, settles: false, goesOn: false)
  }

  var reasonForHost: String? { "item windows are on the host" }
  func text(in plan: LogicalPlan, from input: String) -> String {
    "keys of i\(group) \(key.listText), every \(every)"
  }
  func check(_ node: TupleNode, at index: Int, _ check: inout PlanCheck) {
    guard check.plan.items.indices.contains(group) else {
      return check.violations.append("n\(index) prints i\(group)")
    }
    check.require(
      check.plan.items[group].key.map(\.type) == key.map(\.type), "n\(index): key of i\(group)")
  }
}
