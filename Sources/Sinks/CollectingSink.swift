public import DataModel

/// Keeps what a run says, for comparing answers; memory grows with the rows.
public final class CollectingSink: Sink {
  /// The rows so far, in the order of window ends.
  public private(set) var rows: [Row] = []
  /// The losses so far.
  public private(set) var losses: [LossRecord] = []
  /// What the run is; nil until it begins.
  public private(set) var meta: RunMeta?

  /// Holds nothing yet.
  public init() {}

  public func begin(_ meta: RunMeta) throws(SinkError) { self.meta = meta }
  public func row(_ row: Row) throws(SinkError) { rows.append(row) }
  public func loss(_ record: LossRecord) throws(SinkError) { losses.append(record) }
  public func flush() throws(SinkError) {}
  public func end(_ totals: RunTotals) throws(SinkError) {}
}
