import DataModel
import Glibc

/// Results between the turn's thread and the sink's, so that a slow sink never holds up a turn.
/// Beyond its limit rows are dropped and counted.
final class ResultQueue: @unchecked Sendable {
  /// What goes through the queue.
  enum Item {
    case row(Row)
    case loss(LossRecord)
  }

  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let limit: Int
  private var items: [Item] = []
  private var droppedRows: UInt64 = 0

  init(limit: Int = 1 << 18) {
    self.limit = limit
    mutex = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Puts an item in; false where the queue was full and the row is lost.
  func put(_ item: Item) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    // Losses always fit: what is lost must be told.
    if case .row = item, items.count >= limit {
      droppedRows &+= 1
      return
    }
    items.append(item)
  }

  /// Takes everything out, with the number of rows dropped since the last time.
  func takeAll() -> (items: [Item], droppedRows: UInt64) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    let taken = (items, droppedRows)
    items = []
    droppedRows = 0
    return taken
  }
}

/// A dedicated thread; the data path knows no tasks and no actors.
struct Thread {
  private var handle = pthread_t()

  /// Starts a thread that runs `body` to its end.
  init(_ body: @escaping @Sendable () -> Void) {
    final class Box {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let box = Unmanaged.passRetained(Box(body)).toOpaque()
    let result = pthread_create(
      &handle, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, box)
    precondition(result == 0, "a thread can be made")
  }

  /// Puts the calling thread before all ordinary ones, where the process may: a tick then waits
  /// for no other thread. For threads that sleep nearly always.
  static func runAheadOfOthers() {
    var parameters = sched_param(sched_priority: 1)
    _ = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters)
  }

  /// Waits for the end.
  func join() { pthread_join(handle, nil) }
}
