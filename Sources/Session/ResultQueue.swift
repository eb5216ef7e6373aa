import DataModel
import Glibc

/// Results between the turn's thread and the sink's, so that a slow sink never holds up a turn.
/// Beyond its limit rows are dropped, and one record says which windows lost how many.
final class ResultQueue: @unchecked Sendable {
  /// What goes through the queue.
  enum Item {
    case row(Row)
    case loss(LossRecord)
  }

  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let limit: Int
  private var items: [Item] = []
  /// What came while the queue was full: from the first window's start to the last one's end.
  private var overflow: LossRecord?

  init(limit: Int = 1 << 18) {
    self.limit = limit
    mutex = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Puts an item in, or counts it where the queue is full.
  func put(_ item: Item) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard items.count >= limit else {
      items.append(item)
      return
    }
    switch item {
    case .row(let row):
      widen(to: LossRecord(start: row.start, end: row.end, lost: [.sink: 1]))
    case .loss(let record): widen(to: record)
    }
  }

  /// Takes everything out; what was dropped since the last time comes last.
  func takeAll() -> [Item] {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    let taken = items + (overflow.map { [.loss($0)] } ?? [])
    items = []
    overflow = nil
    return taken
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
