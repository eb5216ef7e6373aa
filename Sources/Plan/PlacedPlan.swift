public import DataModel

/// A plan with a place for every tuple node and aggregation: the cut between data path and host.
///
/// The nodes in the data path are closed under inputs. Where a host node or aggregation, a tuple
/// output, or a set's test follows a node of the data path, that node exports its tuples.
public struct PlacedPlan: Sendable, Hashable {
  /// The plan.
  public let plan: LogicalPlan
  /// The place of each tuple node.
  public let nodes: [Placement]
  /// The place of each aggregation.
  public let aggregations: [Placement]
  /// Nodes whose tuples go to the host, with the fields that the host needs of them.
  public let exports: [Export]

  /// Creates a placed plan; Planning's `place` does, after checking the rules above.
  public init(
    plan: LogicalPlan, nodes: [Placement], aggregations: [Placement], exports: [Export]
  ) {
    self.plan = plan
    self.nodes = nodes
    self.aggregations = aggregations
    self.exports = exports
  }
}

/// Where a node runs.
public enum Placement: Sendable, Hashable {
  /// In the XDP program.
  case dataPath
  /// In the XDP program as a filter that only drops what the host would drop too, and in full on
  /// the host behind it (DISTINCT: first-seen tables of several CPUs pass duplicates).
  case prefiltered
  /// On the host, and why.
  case host(reason: String)

  /// Whether the data path takes part.
  public var isInDataPath: Bool { if case .host = self { false } else { true } }
}

/// Tuples that leave the data path.
public struct Export: Sendable, Hashable {
  /// The node whose tuples leave.
  public let node: Int
  /// The fields in record order.
  public let fields: [FieldID]
  /// Whether records carry the arrival order beside the time.
  public let needsOrder: Bool

  /// Creates an export.
  public init(node: Int, fields: [FieldID], needsOrder: Bool) {
    self.node = node
    self.fields = fields
    self.needsOrder = needsOrder
  }

  /// 64-bit words of a record: time, order, one validity word a started eight fields, then the
  /// fields' own, in their order.
  public var wordCount: Int {
    2 + (fields.count + 7) / 8 + fields.reduce(0) { $0 + Self.words(of: $1) }
  }

  /// 64-bit words of a field in a record: its lanes, then the bytes that records are read from.
  public static func words(of field: FieldID) -> Int {
    field.field.type.laneCount + (field.bytes == nil ? 0 : PacketBytes.words)
  }
}
