import CTerminal
import Glibc
import Synchronization

/// What has to be undone on a terminal, where a signal handler can reach it.
///
/// Everything here is safe in a signal handler: plain memory made once, `write`, `tcsetattr`.
enum TerminalState {
  /// The terminal's descriptors, its settings before and while it is held, and what is written on
  /// the way in and out.
  struct Held {
    var input: Int32
    var output: Int32
    var before: termios
    var raw: termios
    var enter: StaticString
    var leave: StaticString
  }

  /// Valid while `isHeld`.
  private nonisolated(unsafe) static let held: UnsafeMutablePointer<Held> = .allocate(capacity: 1)
  private static let isHeld = Atomic<Bool>(false)
  private static let isPaused = Atomic<Bool>(false)
  /// Raised when the terminal came back after a stop: everything has to be drawn again.
  static let isStale = Atomic<Bool>(false)

  /// Whether the screen is ours now: else nothing may be drawn.
  static var isOurs: Bool {
    isHeld.load(ordering: .acquiring) && !isPaused.load(ordering: .acquiring)
  }

  /// Puts the terminal into its new state; false where one is held already.
  static func hold(_ new: Held) -> Bool {
    guard !isHeld.load(ordering: .acquiring) else { return false }
    held.initialize(to: new)
    isHeld.store(true, ordering: .releasing)
    enter()
    return true
  }

  /// Undoes; the second and further calls do nothing.
  static func release() {
    guard isHeld.exchange(false, ordering: .acquiringAndReleasing) else { return }
    leave()
  }

  /// Undoes for the time that the process is stopped; false where nothing is held.
  static func pause() -> Bool {
    guard isHeld.load(ordering: .acquiring) else { return false }
    isPaused.store(true, ordering: .releasing)
    leave()
    return true
  }

  static func resume() {
    guard isHeld.load(ordering: .acquiring) else { return }
    enter()
    isPaused.store(false, ordering: .releasing)
    isStale.store(true, ordering: .releasing)
  }

  // MARK: The watcher

  private static let notStarted: Int32 = -2
  /// Where a process listens that undoes in our place when SIGKILL ends us; -1 where there is none.
  private static let watcher = Atomic<Int32>(notStarted)

  /// Starts the watcher, once; what the terminal is like now is what it will be given back as.
  static func watch(input: Int32, output: Int32) {
    guard watcher.load(ordering: .acquiring) == notStarted else { return }
    watcher.store(salc_watch_terminal(input, output), ordering: .releasing)
  }

  /// Tells the watcher what to write if we end before the next call; “” for nothing.
  private static func tellWatcher(_ text: StaticString) {
    let descriptor = watcher.load(ordering: .acquiring)
    // A static string ends with a NUL, which ends the message.
    guard descriptor >= 0 else { return }
    send(descriptor, text.utf8Start, text.utf8CodeUnitCount + 1, Int32(MSG_NOSIGNAL))
  }

  private static func enter() {
    tellWatcher(held.pointee.leave)
    // Never TCSADRAIN: a terminal that takes no bytes would hold us up for ever.
    tcsetattr(held.pointee.input, TCSANOW, &held.pointee.raw)
    put(held.pointee.enter)
  }

  private static func leave() {
    put(held.pointee.leave)
    // Keys that nobody has read belong to the view, not to the shell behind it.
    tcflush(held.pointee.input, TCIFLUSH)
    tcsetattr(held.pointee.input, TCSANOW, &held.pointee.before)
    tellWatcher("")
  }

  /// The terminal may take no bytes (a stopped reader): then what cannot be written is left out.
  private static func put(_ text: StaticString) {
    var sent = 0
    while sent < text.utf8CodeUnitCount {
      var poller = pollfd(fd: held.pointee.output, events: Int16(POLLOUT), revents: 0)
      guard poll(&poller, 1, 200) == 1 else { return }
      let count = write(
        held.pointee.output, text.utf8Start + sent, text.utf8CodeUnitCount - sent)
      if count < 0 && errno != EINTR && errno != EAGAIN { return }
      if count > 0 { sent += count }
    }
  }
}
