import Glibc
import Synchronization

/// The signals of a session: Ctrl-C, a closed window, a new size. Handlers only set flags and write
/// a byte into a pipe, so that whoever waits for keys wakes up.
enum ShellSignals {
  private static let interrupts = Atomic<Int>(0)
  private static let isOver = Atomic<Bool>(false)
  private static let isResized = Atomic<Bool>(false)
  private static let writeEnd = Atomic<Int32>(-1)
  private static let readEnd = Atomic<Int32>(-1)

  /// Begins to listen.
  static func install() {
    if readEnd.load(ordering: .relaxed) < 0 {
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0 else { return }
      for end in ends {
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
      }
      readEnd.store(ends[0], ordering: .relaxed)
      writeEnd.store(ends[1], ordering: .relaxed)
    }
    handle(SIGINT, flags: 0) { _ in
      ShellSignals.interrupts.wrappingAdd(1, ordering: .relaxed)
      ShellSignals.wake()
    }
    // A second one ends the process at once.
    for signal in [SIGTERM, SIGHUP] {
      handle(signal, flags: Int32(bitPattern: UInt32(SA_RESETHAND))) { _ in
        ShellSignals.isOver.store(true, ordering: .relaxed)
        ShellSignals.wake()
      }
    }
    handle(SIGWINCH, flags: Int32(SA_RESTART)) { _ in
      ShellSignals.isResized.store(true, ordering: .relaxed)
      ShellSignals.wake()
    }
  }

  private static func handle(
    _ signal: Int32, flags: Int32, _ handler: @escaping @convention(c) (Int32) -> Void
  ) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    action.sa_flags = flags
    sigaction(signal, &action, nil)
  }

  /// Wakes whoever waits; safe in a handler and on any thread.
  static func wake() {
    let saved = errno
    var byte: UInt8 = 0
    _ = write(writeEnd.load(ordering: .relaxed), &byte, 1)
    errno = saved
  }

  /// Whether Ctrl-C was pressed since the last call.
  static func takeInterrupt() -> Bool { interrupts.exchange(0, ordering: .relaxed) > 0 }

  /// Whether the session has to end: SIGTERM, or the window was closed.
  static var mustEnd: Bool { isOver.load(ordering: .relaxed) }

  /// Whether the window has another size since the last call.
  static func takeResize() -> Bool { isResized.exchange(false, ordering: .relaxed) }

  /// Waits until the descriptor can be read or something happened.
  static func wait(for descriptor: Int32) -> Bool {
    var polled = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: readEnd.load(ordering: .relaxed), events: Int16(POLLIN), revents: 0),
    ]
    _ = poll(&polled, 2, -1)
    if polled[1].revents != 0 {
      var bytes = [UInt8](repeating: 0, count: 64)
      while read(polled[1].fd, &bytes, bytes.count) > 0 {}
    }
    return polled[0].revents != 0
  }
}
