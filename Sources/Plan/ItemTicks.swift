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

  /// For plans and EXPLAIN.
  var text: String {
    "keys of i\(group) (\(key.map(\.text).joined(separator: ", "))), every \(every)"
  }
}

extension LogicalPlan {
  /// The ticks that a node's tuples are of; nil where they are none.
  public func ticks(before node: Int) -> ItemTicks? {
    if case .ticks(let ticks) = nodes[root(of: node)].operation { ticks } else { nil }
  }
}
