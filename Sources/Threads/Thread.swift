import Glibc

/// A dedicated thread: of a run, a sink, a view. There are no tasks and no actors.
public struct Thread {
  private var handle = pthread_t()

  /// Starts a thread that runs `body` to its end.
  public init(_ body: @escaping @Sendable () -> Void) {
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
  public static func runAheadOfOthers() {
    var parameters = sched_param(sched_priority: 1)
    _ = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters)
  }

  /// Lets the thread end by itself.
  public func detach() { pthread_detach(handle) }

  /// Waits for the end.
  public func join() { pthread_join(handle, nil) }
}
