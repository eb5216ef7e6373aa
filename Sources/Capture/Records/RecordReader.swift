public import DataModel

/// What was wrong with the records of a source, so far.
public struct RecordIssues: Sendable, Equatable {
  /// Lines or datagrams that were no record.
  public var malformed: UInt64 = 0
  /// The first of them, with its line number and what is wrong with it.
  public var firstMalformed: String?
  /// Fields that could not be read and count as missing.
  public var unreadable: UInt64 = 0
  /// The first of them.
  public var firstUnreadable: String?

  /// What to tell at the end of a run; empty where all was well.
  public var remarks: [String] {
    var result: [String] = []
    if malformed > 0 {
      result.append("\(malformed) malformed, the first: \(firstMalformed ?? "unknown")")
    }
    if unreadable > 0 {
      result.append(
        "\(unreadable) fields could not be read and are missing, the first: "
          + (firstUnreadable ?? "unknown"))
    }
    return result
  }
}

/// Records being read from front to back, a batch at a time.
public protocol RecordReader: AnyObject {
  /// Fills `batch` with the next records, all selected, in the order of arrival; false at the end.
  /// An interruption (`CaptureError.isInterruption`) loses nothing, and reading may go on.
  func nextBatch(into batch: TupleBatch) throws(CaptureError) -> Bool
  /// What was wrong so far.
  var issues: RecordIssues { get }
  /// Bytes of the file read so far, and its length (0 where that is not known).
  var progress: (read: UInt64, total: UInt64) { get }
}
