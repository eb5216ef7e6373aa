import Capture
import DataModel
import HostRuntime

/// The records of a source, batch by batch: read where they are evaluated, or ahead of it by a
/// thread of its own.
final class RecordFeed {
  /// What is known of the source once a batch was read.
  private struct State {
    var issues: RecordIssues
    var progress: (read: UInt64, total: UInt64)
  }

  private let reader: any RecordReader
  private let ahead: BatchesAhead<State>?
  private var state: State
  private let fields: [FieldID]
  private var rotation: BatchRotation
  /// The records that were read last; until the next are.
  private(set) var batch: TupleBatch

  /// Records for a graph, whose threads may read a batch on after it was pushed.
  init(_ reader: any RecordReader, fields: [FieldID], isAhead: Bool, for graph: HostGraph) {
    self.reader = reader
    self.fields = fields
    rotation = BatchRotation(graph)
    state = Self.state(of: reader)
    batch = TupleBatch(fields: fields)
    guard isAhead else {
      ahead = nil
      return
    }
    ahead = BatchesAhead(fields: fields) { batch throws(CaptureError) in
      try reader.nextBatch(into: batch) ? Self.state(of: reader) : nil
    }
  }

  deinit { ahead?.leave() }

  private static func state(of reader: any RecordReader) -> State {
    State(issues: reader.issues, progress: reader.progress)
  }

  /// Reads the next batch; false at the end, or where `shouldStop` says so while it waits.
  func next(_ shouldStop: () -> Bool) throws(CaptureError) -> Bool {
    // What was pushed is in the graph's hold, and folded before its windows close.
    batch.texts?.release()
    guard let ahead else {
      defer { state = Self.state(of: reader) }
      batch = rotation.exchange(batch) ?? TupleBatch(fields: fields)
      return try reader.nextBatch(into: batch)
    }
    let filled: BatchesAhead<State>.Filled?
    do { filled = try ahead.next(shouldStop) } catch {
      // The reader has ended, and may have noted lines since the last batch.
      state = Self.state(of: reader)
      throw error
    }
    guard let filled else {
      if ahead.isOver { state = Self.state(of: reader) }
      return false
    }
    if let free = rotation.exchange(batch) { ahead.give(free) } else { ahead.hold() }
    batch = filled.batch
    state = filled.note
    return true
  }

  /// What was wrong with the source up to the batch at hand.
  var issues: RecordIssues { state.issues }

  /// How far it is read.
  var progress: (read: UInt64, total: UInt64) { state.progress }
}
