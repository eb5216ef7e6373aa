public import DataModel
public import Threads
import Glibc

/// Takes the results of a run: first the meta data, then rows and losses as windows close.
///
/// One file a sink; every sink tells the same as NDJSON does. Calls come from one thread.
public protocol Sink: AnyObject {
  /// What is about to run. Called again, between two windows, where a live query is replaced by one
  /// with other outputs; later rows are of those.
  func begin(_ meta: RunMeta) throws(SinkError)
  /// A result row, in the order of window ends.
  func row(_ row: Row) throws(SinkError)
  /// Rows of a tuple output, as many as one batch had, in order; their memory is the caller's.
  func rows(_ rows: TupleRows) throws(SinkError)
  /// What a window lost.
  func loss(_ record: LossRecord) throws(SinkError)
  /// How far the run is: told between rows, for displays.
  func progress(_ progress: RunProgress) throws(SinkError)
  /// Hands everything taken so far on.
  func flush() throws(SinkError)
  /// The totals; nothing follows.
  func end(_ totals: RunTotals) throws(SinkError)

  /// Threads that may write rows of tuples as text, beside the one that calls: told before them.
  /// What is written, and its order, are the same.
  func takeHelp(of crew: Crew)

  /// Rows that have reached the target for sure; nil where the sink does not know.
  var writtenRows: UInt64? { get }
  /// Rows that were shown, and that nobody had read when newer ones took their place or the run
  /// ended.
  var unreadRows: UInt64 { get }
  /// What became of the rows, target by target, once the run has ended.
  var reports: [SinkReport] { get }
}

extension Sink {
  /// One after the other.
  public func rows(_ rows: TupleRows) throws(SinkError) {
    for place in 0..<rows.count { try row(rows.row(place)) }
  }

  /// Most sinks take rows where they are called.
  public func takeHelp(of crew: Crew) {}

  /// What was taken without an error counts as written.
  public var writtenRows: UInt64? { nil }
  /// Most sinks keep what they were given.
  public var unreadRows: UInt64 { 0 }
  /// A sink alone has nothing to tell that its errors do not.
  public var reports: [SinkReport] { [] }
}

/// What became of the rows that a sink was sent.
public struct SinkReport: Sendable, Hashable {
  /// The sink.
  public var target: SinkTarget
  /// Rows that reached the target.
  public var rows: UInt64
  /// Rows that did not: the sink was too slow, or failed.
  public var lost: UInt64
  /// Rows that were shown, and that nobody had read when newer ones took their place or the run
  /// ended.
  public var unread: UInt64
  /// The first failure; nil where there was none.
  public var failure: SinkError?

  /// Creates a report.
  public init(
    target: SinkTarget, rows: UInt64, lost: UInt64 = 0, unread: UInt64 = 0,
    failure: SinkError? = nil
  ) {
    self.target = target
    self.rows = rows
    self.lost = lost
    self.unread = unread
    self.failure = failure
  }
}

/// What a run is, known before its first row.
public struct RunMeta: Sendable, Hashable {
  /// The query's text.
  public var query: String
  /// Names and columns of its outputs, in row order (`Row.output`).
  public var outputs: [OutputSchema]
  /// Where the operators run, in words: `kernel`, `host` or `split`.
  public var placement: String
  /// How the program is attached: `native`, `generic`, `replay`; nil without a program.
  public var attach: String?
  /// The seed of the run's hashes.
  public var seed: UInt64
  /// Where each output goes; empty for standard output alone.
  public var targets: [[SinkTarget]]
  /// The outputs whose rows this sink is sent; all others it only hears of.
  public var taken: [Int]

  /// Creates the meta data of a sink that takes all outputs.
  public init(
    query: String, outputs: [OutputSchema], placement: String, attach: String?, seed: UInt64,
    targets: [[SinkTarget]] = []
  ) {
    self.targets = targets.isEmpty ? Array(repeating: [], count: outputs.count) : targets
    taken = Array(outputs.indices)
    self.query = query
    self.outputs = outputs
    self.placement = placement
    self.attach = attach
    self.seed = seed
  }
}

/// The totals of a run.
public struct RunTotals: Sendable, Hashable {
  /// Packets that reached the query.
  public var packets: UInt64
  /// Rows that were printed.
  public var rows: UInt64
  /// Lost tuples by cause; causes that did not occur are absent.
  public var lost: [LossCause: UInt64]
  /// Tuples that features left out because they have no key, by feature: no loss.
  public var unkeyed: [String: UInt64] = [:]
  /// Those of `lost` whose keys found no room in windows of items. Known where the run is, and not
  /// sent to those who share it.
  public var itemTuplesWithoutKey: UInt64 = 0
  /// Elapsed time in seconds.
  public var elapsedSeconds: Double
  /// What became of the rows, where they went to several sinks or to another than standard output.
  public var sinks: [SinkReport] = []

  /// Creates totals.
  public init(
    packets: UInt64 = 0, rows: UInt64 = 0, lost: [LossCause: UInt64] = [:],
    elapsedSeconds: Double = 0
  ) {
    self.packets = packets
    self.rows = rows
    self.lost = lost
    self.elapsedSeconds = elapsedSeconds
  }

  /// All lost tuples.
  public var lostTuples: UInt64 { lost.values.reduce(0, &+) }
}

/// Why a sink could not go on.
public enum SinkError: Error, Hashable, Sendable {
  /// The reader is gone (EPIPE): the run ends quietly.
  case closed
  /// The target refused the bytes; `errno` and what was being done.
  case failed(errno: Int32, doing: String)
  /// The run was asked to end while nobody read: so many rows were not written.
  case stalled(rows: UInt64)
  /// The target cannot be used, or no longer; says which, why and what helps.
  case refused(String)
}

extension SinkError: CustomStringConvertible {
  /// What failed and what helps, for the user's eyes.
  public var description: String {
    switch self {
    case .closed: "the reader of the output is gone"
    case .stalled(let rows): "nobody reads the output; rows lost at the sink: \(rows)"
    case .failed(let code, let doing): "\(doing): \(String(cString: strerror(code)))"
    case .refused(let reason): reason
    }
  }
}
