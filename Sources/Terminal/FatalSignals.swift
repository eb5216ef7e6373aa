import Glibc
import Synchronization

/// Signals that end or stop the process while a terminal is held: the terminal first, then what
/// the signal would have done anyway.
///
/// SIGINT and SIGTERM are the command's, which ends the run on the first one and calls
/// `TerminalGuard.restoreInSignalHandler()` before it obeys the second.
enum FatalSignals {
  /// Crashes (a Swift trap is SIGILL or SIGTRAP), and what a terminal that goes away sends.
  private static let fatal = [
    SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS, SIGHUP, SIGQUIT, SIGALRM, SIGXCPU,
  ]
  private static let numberLimit = 65
  /// What was there before, by number.
  private nonisolated(unsafe) static let before: UnsafeMutablePointer<sigaction> = {
    let actions = UnsafeMutablePointer<sigaction>.allocate(capacity: numberLimit)
    actions.initialize(repeating: sigaction(), count: numberLimit)
    return actions
  }()
  private static let isInstalled = Atomic<Bool>(false)
  private static let hasExitHandler = Atomic<Bool>(false)

  static func install() {
    guard !isInstalled.exchange(true, ordering: .acquiringAndReleasing) else { return }
    if !hasExitHandler.exchange(true, ordering: .acquiringAndReleasing) {
      atexit { TerminalState.release() }
    }
    giveThisThreadASignalStack()
    for number in fatal {
      sigaction(number, nil, before + Int(number))
      // What the caller of the process told it to ignore (nohup), it ignores.
      if isIgnored(number) { continue }
      set(number) { number in
        TerminalState.release()
        sigaction(number, FatalSignals.before + Int(number), nil)
        // Held back until this handler returns; then it ends the process, or its crash is told.
        raise(number)
      }
    }
    sigaction(SIGTSTP, nil, before + Int(SIGTSTP))
    if !isIgnored(SIGTSTP) { set(SIGTSTP, FatalSignals.stop) }
  }

  static func remove() {
    guard isInstalled.exchange(false, ordering: .acquiringAndReleasing) else { return }
    for number in fatal + [SIGTSTP] { sigaction(number, before + Int(number), nil) }
  }

  /// Ctrl-Z: gives the terminal to the shell, stops, and goes on here when the shell says `fg`.
  private static let stop: @convention(c) (Int32) -> Void = { number in
    guard TerminalState.pause() else { return }
    var ours = sigaction()
    sigaction(number, FatalSignals.before + Int(number), &ours)
    var mask = sigset_t()
    var old = sigset_t()
    sigemptyset(&mask)
    sigaddset(&mask, number)
    raise(number)
    pthread_sigmask(SIG_UNBLOCK, &mask, &old)
    pthread_sigmask(SIG_SETMASK, &old, nil)
    sigaction(number, &ours, nil)
    TerminalState.resume()
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    // SIG_IGN is the address 1, which Swift sees as an optional closure: compare the bits.
    let handler = before[Int(number)].__sigaction_handler.sa_handler
    return unsafeBitCast(handler, to: UInt.self) == 1
  }

  private static func set(_ number: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    action.sa_flags = Int32(SA_ONSTACK) | Int32(SA_RESTART)
    sigaction(number, &action, nil)
  }

  /// A stack that has overflown cannot run its own handler.
  private static func giveThisThreadASignalStack() {
    var present = stack_t()
    guard sigaltstack(nil, &present) == 0, present.ss_flags & Int32(SS_DISABLE) != 0
    else { return }
    let bytes = 1 << 16
    var stack = stack_t()
    stack.ss_sp = .allocate(byteCount: bytes, alignment: 16)
    stack.ss_size = bytes
    sigaltstack(&stack, nil)
  }
}
