import DataModel
import Sinks
import Threads

/// A query's results on their way to its sink, by a thread of their own: a slow sink holds up
/// neither the turn nor another query.
final class QueryFeed: @unchecked Sendable {
  // `results` is used by the feeding thread until that is joined, then by who joined it.

  /// What has gone to the sink.
  struct Counts {
    var rows: UInt64 = 0
    var windows = 0
    var lost: [LossCause: UInt64] = [:]
    var failure: SessionError?
  }

  let queue: ResultQueue
  /// Whether rows go to sinks that were opened for the query's outputs as they are.
  let hasOpenSinks: Bool
  private let results: ResultStream
  private let monitor = Monitor()
  private var seen = Counts()
  /// How far the query is, as the turn's thread sees it.
  private var progress = RunProgress(packets: 0, elapsedSeconds: 0)
  private let clock = Clock()
  private var started: Int64 = 0
  private var thread: Thread?

  /// How long a sink waits at most between two calls of `flush`.
  private static let flushNanoseconds = 100_000_000

  init(_ sink: any Sink, limit: Int) {
    queue = ResultQueue(limit: limit)
    hasOpenSinks = sink is SinkSet || (sink as? SharedSender)?.hasOpenSinks == true
    results = ResultStream(sink)
  }

  var counts: Counts { monitor.locked { seen } }

  /// Begins to feed the sink, whose `begin` has been called.
  func start() {
    started = clock.now
    thread = Thread { self.run() }
  }

  /// Notes how far the query is; the sink is told of it in time.
  func note(packets: UInt64, _ flows: [RunProgress.Flow]) {
    monitor.locked {
      progress.packets = packets
      progress.flows = flows
    }
  }

  private func tell() {
    var progress = monitor.locked { self.progress }
    progress.elapsedSeconds = Double(clock.now - started) / 1e9
    results.tell(progress)
  }

  private func run() {
    var isLast = false
    var nextTold = started
    while !isLast {
      let taken = queue.takeAll(waitingAtMost: Self.flushNanoseconds)
      isLast = taken.isLast
      var failure: SessionError?
      for item in taken.items {
        switch item {
        case .row(let row): results.take(row)
        case .loss(let record): results.take(record)
        case .meta(let meta): results.begin(meta)
        }
      }
      if clock.now >= nextTold || isLast {
        tell()
        nextTold = clock.now + Int64(Self.flushNanoseconds)
      }
      do { try results.flush() } catch { failure = error }
      let totals = results.totals
      let windows = results.closedWindows
      monitor.locked {
        seen = Counts(
          rows: totals.rows, windows: windows, lost: totals.lost, failure: failure)
      }
    }
  }

  /// Waits until everything has gone to the sink, then ends it with the totals. A sink that never
  /// began has no end.
  func finish(
    packets: UInt64, unkeyed: [String: UInt64], itemTuplesWithoutKey: UInt64,
    elapsedSeconds: Double
  ) throws(SessionError) -> RunTotals {
    guard let thread else { return results.totals }
    queue.close()
    thread.join()
    results.count(packets: packets)
    results.take(unkeyed: unkeyed)
    results.take(itemTuplesWithoutKey: itemTuplesWithoutKey)
    return try results.end(elapsedSeconds: elapsedSeconds)
  }
}
