import DataModel
import Threads

/// One sink of several, with a queue and a thread of its own: what it waits for, no other does.
///
/// Each row that was put in has reached the target, or counts as lost, by the time that
/// `finish` returns.
final class SinkLane: @unchecked Sendable {
  /// What goes through the queue.
  enum Item {
    case row(Row)
    /// Rows of a batch, in memory of their own.
    case rows(TupleRows)
    case loss(LossRecord)
    case progress(RunProgress)
    case end(RunTotals)

    /// The rows of it.
    var rowCount: Int {
      switch self {
      case .row: 1
      case .rows(let rows): rows.count
      case .loss, .progress, .end: 0
      }
    }

    /// What it takes of a queue's room: a result is 1, every eight columns of a row of a batch are.
    var weight: Int {
      if case .rows(let rows) = self { return rows.count * (rows.columns.count / 8 + 1) }
      return 1
    }
  }

  let target: SinkTarget
  /// The outputs whose rows the sink is sent.
  let taken: [Int]
  private let sink: any Sink
  private let limit: Int
  private let remark: @Sendable (String) -> Void
  private let monitor = Monitor()

  // All below: inside `monitor`.
  private var items: [Item] = []
  /// What they weigh.
  private var load = 0
  /// What came while the queue was full: from the first window's start to the last one's end.
  private var overflow: LossRecord?
  /// Whether someone waits for the queue to be empty and the sink flushed.
  private var isAsked = false
  private var isIdle = false
  private var isClosing = false
  /// Whether the lane's thread has ended, or not begun.
  private var isOver = true
  private var sent: UInt64 = 0
  private var written: UInt64 = 0
  private var unread: UInt64 = 0
  private var firstFailure: SinkError?
  /// Why the sink takes nothing at the moment.
  private var failure: SinkError?

  // The lane's thread alone.
  private var delivered: UInt64 = 0
  /// Results that the last look into the queue found.
  private var waiting: UInt64 = 0
  private var isClosed = false

  /// How long rows may lie in a sink's buffer while none follow.
  private static let idleMilliseconds = 50
  /// How long rows may lie there at all.
  private static let flushMilliseconds = 1000

  init(
    _ sink: any Sink, _ target: SinkTarget, taken: [Int], limit: Int,
    remark: @escaping @Sendable (String) -> Void
  ) {
    self.sink = sink
    self.target = target
    self.taken = taken
    self.limit = limit
    self.remark = remark
  }

  /// Begins, on the caller's thread; the lane's own thread works from then on.
  func begin(_ meta: RunMeta) throws(SinkError) {
    try sink.begin(meta)
    isOver = false
    Thread { self.work() }.detach()
  }

  /// Has threads write the sink's rows beside the lane's own; told before there are any.
  func takeHelp(of crew: Crew) { sink.takeHelp(of: crew) }

  /// Puts results in. Where the queue is full, waits while `mayWait` says so; what finds no room is
  /// counted.
  func put(_ batch: [Item], mayWait: () -> Bool) {
    monitor.locked {
      while load >= limit && failure == nil && mayWait() {
        monitor.wait(nanoseconds: 20 * Monitor.millisecond)
      }
      let hasRoom = load < limit
      for item in batch {
        sent &+= UInt64(item.rowCount)
        if hasRoom {
          items.append(item)
          load += item.weight
        } else {
          widen(to: item)
        }
      }
      monitor.signal()
    }
  }

  /// Why the sink takes nothing at the moment; nil where it does.
  var obstacle: SinkError? { monitor.locked { failure } }

  /// Whether all that was put in has been dealt with.
  var isSettled: Bool { monitor.locked { isIdle || isOver } }

  /// Waits until all that was put in has been dealt with, at most so long.
  func settle(milliseconds: Int) {
    let deadline = Monitor.now + milliseconds
    monitor.locked {
      isIdle = false
      isAsked = true
      monitor.signal()
      while !isIdle && !isOver && Monitor.now < deadline {
        monitor.wait(nanoseconds: 20 * Monitor.millisecond)
      }
    }
  }

  /// Has the sink told of the end, if there are totals, and the lane's thread stop then.
  func close(_ totals: RunTotals?) {
    monitor.locked {
      if let totals { items.append(.end(totals)) }
      isClosing = true
      isAsked = true
      monitor.signal()
    }
  }

  /// What became of the rows up to now.
  var report: SinkReport {
    monitor.locked {
      let isOver = firstFailure == .closed && target == .standardOutput
      return SinkReport(
        target: target, rows: written, lost: isOver ? 0 : sent - min(sent, written),
        unread: unread, failure: isOver ? nil : firstFailure)
    }
  }

  // MARK: the lane's thread

  private func work() {
    var nextFlush = Monitor.now + Self.flushMilliseconds
    var isClean = true
    while true {
      let batch = take(isClean)
      for item in batch { attempt { () throws(SinkError) in try deliver(item) } }
      if !batch.isEmpty { isClean = false }
      if !isClean && (batch.isEmpty || Monitor.now >= nextFlush) {
        attempt { () throws(SinkError) in try sink.flush() }
        isClean = batch.isEmpty
        nextFlush = Monitor.now + Self.flushMilliseconds
      }
      if isDone(isClean) { return }
    }
  }

  /// The next results; none where nothing came for a while, or someone asks for a flush.
  private func take(_ isClean: Bool) -> [Item] {
    monitor.locked {
      if items.isEmpty && overflow == nil && !isAsked {
        monitor.wait(nanoseconds: (isClean ? 1000 : Self.idleMilliseconds) * Monitor.millisecond)
      }
      waiting = UInt64(load)
      load = 0
      let batch = items + (overflow.map { [.loss($0)] } ?? [])
      items.removeAll(keepingCapacity: batch.count <= 4096)
      overflow = nil
      if !batch.isEmpty { monitor.signal() }
      return batch
    }
  }

  /// Notes how far the sink has come; whether the lane's thread may end.
  private func isDone(_ isClean: Bool) -> Bool {
    monitor.locked {
      written = sink.writtenRows ?? delivered
      unread = sink.unreadRows
      guard items.isEmpty, overflow == nil, isClean else { return false }
      isIdle = true
      isAsked = false
      isOver = isClosing
      monitor.signal()
      return isOver
    }
  }

  private func deliver(_ item: Item) throws(SinkError) {
    if isClosed { return }
    switch item {
    case .row(let row):
      try sink.row(row)
      delivered &+= 1
    case .rows(let rows):
      try sink.rows(rows)
      delivered &+= UInt64(rows.count)
    case .loss(let record): try sink.loss(record)
    case .progress(var progress):
      progress.waitingResults = waiting
      try sink.progress(progress)
    case .end(let totals): try sink.end(totals)
    }
  }

  /// Notes a failure, and its end; the sink is asked again with the next results.
  private func attempt(_ body: () throws(SinkError) -> Void) {
    do {
      try body()
      // A row that is only buffered proves nothing.
      let now = sink.writtenRows ?? delivered
      let hasRecovered = monitor.locked { () -> Bool in
        guard let ended = failure, ended != .closed, now > written else { return false }
        failure = nil
        return true
      }
      if hasRecovered { remark("\(target) takes rows again") }
    } catch {
      if error == .closed { isClosed = true }
      let isNews = monitor.locked { () -> Bool in
        defer {
          failure = error
          firstFailure = firstFailure ?? error
        }
        return failure == nil
      }
      if isNews && !(isClosed && target == .standardOutput) {
        remark("\(error); the rows that \(target) does not get are counted")
      }
    }
  }

  private func widen(to item: Item) {
    var record: LossRecord
    switch item {
    case .row(let row): record = LossRecord(start: row.start, end: row.end, lost: [.sink: 1])
    case .rows(let rows):
      let times = (0..<rows.count).map(rows.time)
      guard let first = times.min(), let last = times.max() else { return }
      record = LossRecord(start: first, end: last, lost: [.sink: UInt64(rows.count)])
    case .loss(let loss): record = loss
    case .progress, .end: return
    }
    if let sum = overflow {
      record.start = min(sum.start, record.start)
      record.end = max(sum.end, record.end)
      record.uncertain &+= sum.uncertain
      record.lost.merge(sum.lost, uniquingKeysWith: &+)
    }
    record.reason = "the sink was too slow for these windows"
    overflow = record
  }
}
