public import DataModel

/// Writes nothing: what a query costs without its text.
public final class NullSink: Sink {
  /// Creates it.
  public init() {}

  public func begin(_ meta: RunMeta) throws(SinkError) {}
  public func row(_ row: Row) throws(SinkError) {}
  public func rows(_ rows: TupleRows) throws(SinkError) {}
  public func loss(_ record: LossRecord) throws(SinkError) {}
  public func progress(_ progress: RunProgress) throws(SinkError) {}
  public func flush() throws(SinkError) {}
  public func end(_ totals: RunTotals) throws(SinkError) {}
}
