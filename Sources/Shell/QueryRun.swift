import Compiler
import DataModel
import Glibc
import Plan
import Session
import Sinks
import Synchronization
import Threads

/// A query of the shell that runs, in the foreground or behind it, on a thread of its own.
final class QueryRun: @unchecked Sendable {
  // `result` and `ended` are written by the query's thread before `isDone`, and read after it.

  /// How it ended.
  enum Outcome {
    case finished(RunTotals)
    case failed(SessionError)
  }

  /// What is run.
  enum Work {
    /// Captures and records, each to its end, of a live source until it is stopped.
    case replay(RunConfiguration)
    /// A query among others on a hub, for at most so many seconds.
    case live(CompiledQuery, QueryOptions, LiveHub, seconds: Double?)
  }

  /// The number that `\ps` shows; 0 while it only ran in the foreground.
  var number = 0
  /// Whether the session has told of its end.
  var isEndTold = false
  /// What is run, in few words.
  let title: String
  /// Where its packets come from.
  let input: String
  /// Whether it runs until somebody stops it.
  let isLive: Bool
  /// Whether a program in the kernel sees its packets.
  let isAttached: Bool
  /// What its tuples are, in messages.
  let unit: String
  /// What it says.
  let channel: RowChannel

  private let isStopping = Atomic<Bool>(false)
  private let isDone = Atomic<Bool>(false)
  private var result: Outcome?
  private var thread: Thread?
  private let started = QueryRun.now()
  /// When it was over; written and read as `result` is.
  private var ended: Double?

  /// Starts a query; `ended` is called on its thread when it is over.
  init(
    _ work: Work, title: String, input: String, isWatched: Bool,
    ended: @escaping @Sendable () -> Void
  ) {
    self.title = title
    self.input = input
    switch work {
    case .live: (isLive, isAttached, unit) = (true, true, "packets")
    case .replay(let configuration):
      (isLive, isAttached) = (configuration.query.hasLiveSource, false)
      unit = configuration.input.unit
    }
    channel = RowChannel(isWatched: isWatched)
    thread = Thread { [self] in
      do throws(SessionError) { result = .finished(try perform(work)) } catch {
        result = .failed(error)
      }
      self.ended = Self.now()
      isDone.store(true, ordering: .releasing)
      channel.wake()
      ended()
    }
  }

  /// How it ended; nil while it runs.
  var outcome: Outcome? { isDone.load(ordering: .acquiring) ? result : nil }

  /// Asks it to end; its last window is still flushed.
  func stop() { isStopping.store(true, ordering: .relaxed) }

  /// Whether it was asked to end.
  var wasStopped: Bool { isStopping.load(ordering: .relaxed) }

  /// Waits until it has ended, and frees its thread; call once.
  func join() {
    thread?.join()
    thread = nil
  }

  /// Seconds that it has run.
  var elapsedSeconds: Double {
    (isDone.load(ordering: .acquiring) ? ended ?? Self.now() : Self.now()) - started
  }

  // MARK: On its thread

  private func perform(_ work: Work) throws(SessionError) -> RunTotals {
    let sink = ChannelSink(channel)
    remarkOnTargets(of: work)
    switch work {
    case .replay(var configuration):
      let channel = channel
      configuration.remark = { channel.put(.remark($0)) }
      return try Session.run(configuration, into: sink, shouldStop: { self.wasStopped })
    case .live(let query, let options, let hub, let seconds):
      let id = try hub.add(query, options, into: sink, isCancelled: { self.wasStopped })
      follow(id, hub, seconds)
      return try hub.remove(id)
    }
  }

  /// A session shows rows; TO is for runs, and is told of rather than passed over in silence.
  private func remarkOnTargets(of work: Work) {
    let query =
      switch work {
      case .replay(let configuration): configuration.query
      case .live(let query, _, _, _): query
      }
    for output in query.plan.outputs {
      let targets = output.targets.filter { $0 != .standardOutput }.map(\.description)
        .joined(separator: ", ")
      guard !targets.isEmpty else { continue }
      channel.put(
        .remark(
          "the rows of ‘\(output.name)’ are shown here, not sent TO \(targets)"
            + ": \\save FILE and salc run do that, \\o FILE writes the rows of a session"))
    }
  }

  /// Until somebody or something ends it.
  private func follow(_ id: QueryID, _ hub: LiveHub, _ seconds: Double?) {
    let began = Self.now()
    while !wasStopped {
      guard let status = hub.status(of: id), !status.isComplete, status.failure == nil,
        hub.interfaceGone == nil
      else { return }
      let elapsed = Self.now() - began
      channel.note(RunProgress(packets: status.packets, elapsedSeconds: elapsed))
      if let seconds, elapsed >= seconds { return }
      usleep(20_000)
    }
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
