import Glibc

/// A lock with a condition to wait for. Whoever holds it inherits the priority of whoever waits, so
/// the clock's thread never waits behind an ordinary one for long.
public final class Monitor: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>

  /// Makes one.
  public init() {
    mutex = .allocate(capacity: 1)
    changed = .allocate(capacity: 1)
    var kind = pthread_mutexattr_t()
    pthread_mutexattr_init(&kind)
    pthread_mutexattr_setprotocol(&kind, Int32(PTHREAD_PRIO_INHERIT))
    let result = pthread_mutex_init(mutex, &kind)
    precondition(result == 0, "a lock can be made")
    pthread_mutexattr_destroy(&kind)
    var clock = pthread_condattr_t()
    pthread_condattr_init(&clock)
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC)
    pthread_cond_init(changed, &clock)
    pthread_condattr_destroy(&clock)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Runs `body` alone among all that use this monitor; not to be nested.
  public func locked<Result: ~Copyable, Failure>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Waits inside ``locked(_:)`` until somebody signals, or so many nanoseconds have passed.
  public func wait(nanoseconds: Int) {
    var end = timespec()
    clock_gettime(CLOCK_MONOTONIC, &end)
    let sum = end.tv_nsec + nanoseconds
    end.tv_sec += sum / 1_000_000_000
    end.tv_nsec = sum % 1_000_000_000
    pthread_cond_timedwait(changed, mutex, &end)
  }

  /// Wakes everybody who waits.
  public func signal() { pthread_cond_broadcast(changed) }

  /// Wakes one of those who wait.
  public func signalOne() { pthread_cond_signal(changed) }

  /// Nanoseconds of as many milliseconds.
  public static let millisecond = 1_000_000

  /// Milliseconds of a clock that no one sets.
  public static var now: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
  }
}
