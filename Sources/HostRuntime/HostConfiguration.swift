public import DataModel
public import Plan
public import Threads

/// What a run of the host graph is given beside its plan.
public struct HostConfiguration: Sendable {
  /// The seed of every hash, the same as the data path's.
  public var seed: UInt64
  /// What the graph keeps at most; what is beyond is counted.
  public var limits: HostLimits
  /// The most edges that SUBGRAPH tries for one tuple that may complete a match.
  public var patternStepLimit: Int
  /// Threads that evaluate beside the caller's, and how many they are with it; the rows are the
  /// same. Nil where the caller is alone.
  public var crew: (crew: Crew, threads: Int)?
  /// What the plan's side tables say of vertices, in the plan's order.
  public var tables: [any VertexAttributes] = []

  /// Creates a configuration.
  public init(seed: UInt64, limits: HostLimits = HostLimits(), patternStepLimit: Int = 1 << 20) {
    self.seed = seed
    self.limits = limits
    self.patternStepLimit = patternStepLimit
  }
}
