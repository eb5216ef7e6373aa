public import DataModel
public import Plan

/// What a run of the host graph is given beside its plan.
public struct HostConfiguration: Sendable {
  /// The seed of every hash, the same as the data path's.
  public var seed: UInt64
  /// The most keys of one aggregation and window, of one DISTINCT window, and of one set;
  /// tuples of further keys are summed in a remainder and reported.
  public var keyLimit: Int
  /// The most bytes that the distinct sets of one aggregation and window take.
  public var distinctBytesLimit: Int
  /// The most bytes that the entries of all item windows take; windows of further keys are short.
  public var itemBytesLimit: Int
  /// The most tuples of one SUBGRAPH that wait for late ones, and the most edges that one of its
  /// filters keeps; 40 bytes each, and its share of the tables by vertex and pair.
  public var edgeLimit: Int
  /// The most edges that SUBGRAPH tries for one tuple that may complete a match.
  public var patternStepLimit: Int
  /// What the plan's side tables say of vertices, in the plan's order.
  public var tables: [any VertexAttributes] = []

  /// Creates a configuration.
  public init(seed: UInt64, limits: HostLimits = HostLimits(), patternStepLimit: Int = 1 << 20) {
    self.seed = seed
    keyLimit = limits.keys
    distinctBytesLimit = limits.distinctBytes
    itemBytesLimit = limits.itemBytes
    edgeLimit = limits.edges
    self.patternStepLimit = patternStepLimit
  }
}
