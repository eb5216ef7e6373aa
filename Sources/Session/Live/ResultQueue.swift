import DataModel
import Sinks
import Threads

/// Results between the turn's thread and the sink's, so that a slow sink never holds up a turn.
/// Beyond its limit rows are dropped, and one record says which windows lost how many.
final class ResultQueue: @unchecked Sendable {
  /// What goes through the queue.
  enum Item {
    case row(Row)
    case loss(LossRecord)
    /// Other outputs from here on.
    case meta(RunMeta)
  }

  private let monitor = Monitor()
  private let limit: Int
  private var items: [Item] = []
  private var isClosed = false
  /// What came while the queue was full: from the first window's start to the last one's end.
  private var overflow: LossRecord?

  init(limit: Int = 1 << 18) { self.limit = limit }

  /// Puts an item in, or counts it where the queue is full.
  func put(_ item: Item) {
    monitor.locked {
      guard items.count >= limit else {
        items.append(item)
        return
      }
      switch item {
      case .row(let row):
        widen(to: LossRecord(start: row.start, end: row.end, lost: [.sink: 1]))
      case .loss(let record): widen(to: record)
      case .meta: items.append(item)
      }
    }
  }

  /// Wakes the reader where there is something to read.
  func wake() {
    monitor.locked { if !items.isEmpty { monitor.signal() } }
  }

  /// Says that nothing more comes.
  func close() {
    monitor.locked {
      isClosed = true
      monitor.signal()
    }
  }

  /// Takes everything out, after at most so long a wait for something; what was dropped since the
  /// last time comes last. The second value says whether nothing more comes.
  func takeAll(waitingAtMost nanoseconds: Int) -> (items: [Item], isLast: Bool) {
    monitor.locked {
      if items.isEmpty && !isClosed { monitor.wait(nanoseconds: nanoseconds) }
      let taken = items + (overflow.map { [.loss($0)] } ?? [])
      items = []
      overflow = nil
      return (taken, isClosed)
    }
  }

  private func widen(to record: LossRecord) {
    var sum = overflow ?? LossRecord(start: record.start, end: record.end, lost: [:])
    sum.start = min(sum.start, record.start)
    sum.end = max(sum.end, record.end)
    sum.uncertain &+= record.uncertain
    for (cause, count) in record.lost { sum.lost[cause, default: 0] &+= count }
    sum.reason = "the sink was too slow for these windows"
    overflow = sum
  }
}
