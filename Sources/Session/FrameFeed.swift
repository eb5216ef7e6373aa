import Capture
import DataModel
import HostRuntime
import Plan

/// The frames of a capture as tuples, in batches that lie in one pane each: decoded where they are
/// evaluated, or ahead of it by a thread of its own.
final class FrameFeed {
  /// What is to be known of a batch.
  struct Note {
    /// Whether it begins a pane that is newer than all before, and the newest pane.
    var isNew: Bool
    var pane: Int64
    /// Whether it is the last of what was read at once.
    var isLast: Bool
    /// Bytes of the file read so far.
    var offset: UInt64
  }

  /// Decodes; of the thread that reads.
  private final class Decoding {
    let capture: CaptureFile
    var decoder: PacketDecoder
    var panes: PaneCursor
    private var frames = FrameBatch()
    private var start = 0

    init(_ capture: CaptureFile, fields: [FieldID], pane: Window?) {
      self.capture = capture
      decoder = PacketDecoder(fields: fields)
      panes = PaneCursor(pane)
    }

    func fill(_ batch: TupleBatch) throws(CaptureError) -> Note? {
      while start >= frames.count {
        guard try capture.nextBatch(into: &frames) else { return nil }
        start = 0
      }
      let end = panes.run(in: frames, from: start)
      decoder.decode(frames, rows: start..<end, into: batch)
      start = end
      return Note(
        isNew: panes.isNew, pane: panes.current, isLast: end == frames.count,
        offset: capture.fileOffset)
    }
  }

  private let decoding: Decoding
  private let ahead: BatchesAhead<Note>?
  private let fields: [FieldID]
  private var rotation: BatchRotation
  /// The tuples that were decoded last, until the next are.
  private(set) var batch: TupleBatch
  private(set) var note = Note(isNew: false, pane: .min, isLast: false, offset: 0)

  /// Tuples for a graph, whose threads may read a batch on after it was pushed.
  init(
    _ capture: CaptureFile, fields: [FieldID], pane: Window?, isAhead: Bool, for graph: HostGraph
  ) {
    self.fields = fields
    rotation = BatchRotation(graph)
    let decoding = Decoding(capture, fields: fields, pane: pane)
    self.decoding = decoding
    batch = TupleBatch(fields: fields)
    guard isAhead else {
      ahead = nil
      return
    }
    ahead = BatchesAhead(fields: fields) { batch throws(CaptureError) in
      try decoding.fill(batch)
    }
  }

  deinit { ahead?.leave() }

  /// Decodes the next batch; false at the end, or where `shouldStop` says so while it waits.
  func next(_ shouldStop: () -> Bool) throws(CaptureError) -> Bool {
    guard let ahead else {
      batch = rotation.exchange(batch) ?? TupleBatch(fields: fields)
      guard let found = try decoding.fill(batch) else { return false }
      note = found
      return true
    }
    guard let filled = try ahead.next(shouldStop) else { return false }
    if let free = rotation.exchange(batch) { ahead.give(free) } else { ahead.hold() }
    batch = filled.batch
    note = filled.note
    return true
  }

  /// How far frames stand behind newer ones; known once all are read.
  var disorder: Disorder {
    if let ahead, !ahead.isOver { return Disorder() }
    return decoding.panes.disorder
  }
}
