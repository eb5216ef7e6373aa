import Capture
import Compiler
import DataModel
import HostRuntime
import Plan

/// One of several sources: a batch of its tuples, and how far they were handed on.
final class MergeInput {
  /// The source's node.
  let node: Int
  /// The source's name in the query.
  let name: String
  /// Whether time passes without tuples.
  let isLive: Bool
  /// Room for a part of a batch.
  let part: TupleBatch
  private let batch: TupleBatch
  private let slice: TupleBatch
  private let reader: any TupleReading
  private var next = 0
  private var warning: UnreadWarning
  /// Tuples that were handed on.
  private var handedOn: UInt64 = 0
  /// The newest time of the tuples that were handed on.
  private(set) var newest = Int64.min
  private var quiet = QuietClock()
  private var losses = RecordLosses()
  /// No tuple follows.
  private(set) var isEnded = false
  /// Why no tuple follows, where the source did not simply end.
  private(set) var damage: CaptureError?
  /// When an idle live source is looked at again.
  private var nextLook = Int64.min

  /// So long an idle source is left alone while others have tuples, because looking at it may take
  /// a tenth of a second; the system keeps what comes.
  private static let lookSpacing: Int64 = 900_000_000

  init(
    _ node: Int, _ graph: HostGraph, _ configuration: RunConfiguration
  ) throws(SessionError) {
    let plan = configuration.query.plan
    self.node = node
    name = plan.nodes[node].name
    let fields = graph.projectedFields(ofSource: node)
    batch = TupleBatch(fields: fields)
    slice = TupleBatch(fields: fields)
    part = TupleBatch(fields: fields)
    guard case .source(let source) = plan.nodes[node].operation else {
      preconditionFailure("sources are merged")
    }
    switch source {
    case .capture(let path):
      do { reader = try CaptureTuples(path, fields) } catch { throw .capture(error) }
      isLive = false
    case .records(let records):
      reader = RecordTuples(
        try records.origin.open(records.schema, fields, configuration), of: records)
      isLive = records.origin.isLive
    case .interfaces:
      throw .unsupported(
        "\(name) reads an interface, which is a query's only source; several interfaces are one: "
          + "PacketStream(\"eth0\", \"eth1\")")
    }
    warning = UnreadWarning(name, isLive: isLive, configuration)
  }

  /// The time of the tuple that stands first; nil where none is known.
  var head: Int64? { next < batch.count ? batch.times[next] : nil }

  var progress: (read: UInt64, total: UInt64) { reader.progress }

  var remarks: [String] { reader.issues?.remarks ?? [] }

  /// Reads on where all tuples are handed on; whether the source was asked.
  func fill(mayWait: Bool, at now: Int64) throws(SessionError) -> Bool {
    guard next >= batch.count else { return false }
    // All of it is in the graph's hold.
    for done in [batch, slice, part] { done.texts?.release() }
    guard !isEnded else { return false }
    if isLive, !mayWait, now < nextLook { return false }
    do {
      let isMore = try reader.nextBatch(into: batch)
      next = 0
      if !isMore {
        isEnded = true
        batch.count = 0
        damage = reader.complaint(records: handedOn)
      }
    } catch {
      next = 0
      batch.count = 0
      if error.isInterruption { return true }
      if error.isIdle {
        nextLook = now + Self.lookSpacing
      } else {
        damage = error
        isEnded = true
      }
    }
    return true
  }

  /// The tuples from the first on whose times are not after `limit`; at least the first.
  func take(through limit: Int64, order: inout UInt64, at now: Int64) -> TupleBatch {
    var end = next + 1
    while end < batch.count, batch.times[end] <= limit { end += 1 }
    let taken: TupleBatch
    if next == 0, end == batch.count {
      taken = batch
    } else {
      let rows = (next..<end).map { UInt16(truncatingIfNeeded: $0) }
      rows.withUnsafeBufferPointer { slice.take($0, of: batch) }
      taken = slice
    }
    for row in 0..<taken.count {
      taken.orders[row] = order
      newest = max(newest, taken.times[row])
      if isLive { quiet.note(taken.times[row], at: now) }
      order += 1
    }
    next = end
    handedOn += UInt64(taken.count)
    return taken
  }

  /// The time of a live source while nothing comes.
  func time(at now: Int64) -> Int64? { quiet.time(at: now) }

  func tellLosses(_ graph: HostGraph, pane: Int64) {
    guard let issues = reader.issues else { return }
    losses.tell(issues, graph, pane: pane)
    warning.tell(issues, records: handedOn)
  }
}

/// A source of tuples that is read from front to back.
private protocol TupleReading: AnyObject {
  /// Fills the batch with the next tuples; false at the end.
  func nextBatch(into batch: TupleBatch) throws(CaptureError) -> Bool
  var progress: (read: UInt64, total: UInt64) { get }
  var issues: RecordIssues? { get }
  /// What to say where it has ended and gave so many tuples, if they are too few.
  func complaint(records: UInt64) -> CaptureError?
}

/// Flow records.
private final class RecordTuples: TupleReading {
  private let reader: any RecordReader
  private let source: RecordSource

  init(_ reader: any RecordReader, of source: RecordSource) {
    self.reader = reader
    self.source = source
  }

  func nextBatch(into batch: TupleBatch) throws(CaptureError) -> Bool {
    try reader.nextBatch(into: batch)
  }

  var progress: (read: UInt64, total: UInt64) { reader.progress }
  var issues: RecordIssues? { reader.issues }
  func complaint(records: UInt64) -> CaptureError? {
    RecordReaders.complaint(
      of: "\(source.origin)", source.schema, reader.issues, records: records)
  }
}

/// Packets of a capture.
private final class CaptureTuples: TupleReading {
  private let capture: CaptureFile
  private var decoder: PacketDecoder
  private var frames = FrameBatch()

  init(_ path: String, _ fields: [FieldID]) throws(CaptureError) {
    capture = try CaptureFile(path: path)
    decoder = PacketDecoder(fields: fields)
  }

  func nextBatch(into batch: TupleBatch) throws(CaptureError) -> Bool {
    guard try capture.nextBatch(into: &frames) else { return false }
    decoder.decode(frames, rows: 0..<frames.count, into: batch)
    return true
  }

  var progress: (read: UInt64, total: UInt64) { (capture.fileOffset, capture.fileLength) }
  var issues: RecordIssues? { nil }
  func complaint(records: UInt64) -> CaptureError? { nil }
}
