import DataModel
import Glibc
import Sinks

/// What a query says, on its way from the query's thread to the shell's.
///
/// In the foreground the query waits where the shell is slow; in the background nobody looks, and
/// the oldest rows make way, counted.
final class RowChannel: @unchecked Sendable {
  /// Something that a query said.
  enum Item {
    case begin(RunMeta)
    case row(Row)
    case loss(LossRecord)
    case flush
    case remark(String)
  }

  /// What is known of a query at any time.
  struct Counts {
    var rows: UInt64 = 0
    var lost: UInt64 = 0
    var packets: UInt64 = 0
    /// Rows that made way unseen.
    var unseen: UInt64 = 0
    var attach: String?
    /// How far it was when it last said so.
    var progress: RunProgress?
  }

  /// Items that may wait.
  static let limit = 4096

  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let hasChanged: UnsafeMutablePointer<pthread_cond_t>
  private var items: [Item] = []
  private var begin: RunMeta?
  private var isWatched: Bool
  private var isClosed = false
  private var tally = Counts()

  /// A channel that somebody reads from, or not yet.
  init(isWatched: Bool) {
    self.isWatched = isWatched
    mutex = .allocate(capacity: 1)
    hasChanged = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(hasChanged, nil)
  }

  deinit {
    pthread_cond_destroy(hasChanged)
    pthread_mutex_destroy(mutex)
    hasChanged.deallocate()
    mutex.deallocate()
  }

  /// What is known now.
  var counts: Counts { locked { tally } }

  /// Begins or ends to watch; a new watcher is told the meta data again.
  func watch(_ isWatched: Bool) {
    locked {
      if isWatched, !self.isWatched, let begin { items.insert(.begin(begin), at: 0) }
      self.isWatched = isWatched
      pthread_cond_broadcast(hasChanged)
    }
  }

  /// No more items are taken; whoever waits goes on.
  func close() {
    locked {
      isClosed = true
      pthread_cond_broadcast(hasChanged)
    }
  }

  /// Puts an item in.
  func put(_ item: Item) {
    locked {
      note(item)
      while isWatched && items.count >= Self.limit && !isClosed {
        pthread_cond_wait(hasChanged, mutex)
      }
      if isClosed { return }
      if !isWatched {
        if case .begin = item { return }
        if items.count >= Self.limit {
          if case .row = items.removeFirst() { tally.unseen &+= 1 }
        }
      }
      items.append(item)
      pthread_cond_broadcast(hasChanged)
    }
  }

  /// Notes how far the query is.
  func note(_ progress: RunProgress) {
    locked {
      tally.packets = progress.packets
      tally.progress = progress
    }
  }

  /// Notes how many packets the query has seen.
  func note(packets: UInt64) { locked { tally.packets = packets } }

  /// Takes what is there, waiting for at most so many milliseconds.
  func take(milliseconds: Int) -> [Item] {
    locked {
      if items.isEmpty && !isClosed {
        var until = timespec()
        clock_gettime(CLOCK_REALTIME, &until)
        until.tv_nsec += milliseconds % 1000 * 1_000_000
        until.tv_sec += milliseconds / 1000 + until.tv_nsec / 1_000_000_000
        until.tv_nsec %= 1_000_000_000
        pthread_cond_timedwait(hasChanged, mutex, &until)
      }
      let taken = items
      items = []
      pthread_cond_broadcast(hasChanged)
      return taken
    }
  }

  /// Wakes whoever waits in ``take(milliseconds:)``.
  func wake() { locked { _ = pthread_cond_broadcast(hasChanged) } }

  private func note(_ item: Item) {
    switch item {
    case .begin(let meta):
      begin = meta
      tally.attach = meta.attach
    case .row: tally.rows &+= 1
    case .loss(let record): tally.lost &+= record.lost.values.reduce(0, &+)
    case .flush, .remark: break
    }
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}

/// The sink of a query in the shell: hands everything to its channel.
final class ChannelSink: Sink {
  private let channel: RowChannel

  init(_ channel: RowChannel) { self.channel = channel }

  func begin(_ meta: RunMeta) { channel.put(.begin(meta)) }
  func row(_ row: Row) { channel.put(.row(row)) }
  func loss(_ record: LossRecord) { channel.put(.loss(record)) }
  func progress(_ progress: RunProgress) { channel.note(progress) }
  func flush() { channel.put(.flush) }
  func end(_ totals: RunTotals) {
    channel.note(packets: totals.packets)
    channel.put(.flush)
  }
}
