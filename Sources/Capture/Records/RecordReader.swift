public import DataModel

/// Records being read from front to back, a batch at a time.
public protocol RecordReader: AnyObject {
  /// Fills `batch` with the next records, all selected, in the order of arrival; false at the end.
  /// An interruption (`CaptureError.isInterruption`) loses nothing, and reading may go on;
  /// so does the idleness of a live source (`CaptureError.isIdle`), in which only time passes.
  func nextBatch(into batch: TupleBatch) throws(CaptureError) -> Bool
  /// What was wrong so far.
  var issues: RecordIssues { get }
  /// Bytes of the file read so far, and its length (0 where that is not known).
  var progress: (read: UInt64, total: UInt64) { get }
}
