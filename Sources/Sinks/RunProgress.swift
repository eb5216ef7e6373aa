/// How far a run is, for displays; told to sinks about ten times a second.
public struct RunProgress: Sendable, Hashable {
  /// What has flowed out of a part of the plan since the run began.
  public struct Flow: Sendable, Hashable {
    /// The part as EXPLAIN names it: `n0`, `a1`, `o0`.
    public var node: String
    /// How many.
    public var count: UInt64
    /// What was counted: `packets`, `tuples`, `partials`, `rows`.
    public var unit: String

    /// Creates a count.
    public init(node: String, count: UInt64, unit: String) {
      self.node = node
      self.count = count
      self.unit = unit
    }
  }

  /// Packets that have reached the query.
  public var packets: UInt64
  /// Bytes of the capture that were read; 0 where there is none.
  public var readBytes: UInt64
  /// Bytes of the capture; 0 where that is not known, or there is none.
  public var totalBytes: UInt64
  /// Seconds since the run began.
  public var elapsedSeconds: Double
  /// What is known of the plan's parts.
  public var flows: [Flow]
  /// Results that waited with this one for a sink that has a queue of its own.
  public var waitingResults: UInt64 = 0

  /// Creates a progress.
  public init(
    packets: UInt64, readBytes: UInt64 = 0, totalBytes: UInt64 = 0, elapsedSeconds: Double,
    flows: [Flow] = []
  ) {
    self.packets = packets
    self.readBytes = readBytes
    self.totalBytes = totalBytes
    self.elapsedSeconds = elapsedSeconds
    self.flows = flows
  }
}

extension Sink {
  /// How far the run is; most sinks do not care.
  public func progress(_ progress: RunProgress) throws(SinkError) {}
}
