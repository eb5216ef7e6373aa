import Glibc
import Synchronization
import Terminal

/// SIGINT and SIGTERM as a flag that the run asks; a second one ends the process as usual, and
/// gives the terminal back before.
final class StopSignals: Sendable {
  init() {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
      guard raised.exchange(true, ordering: .relaxed) else { return }
      TerminalGuard.restoreInSignalHandler()
      signal(number, SIG_DFL)
      raise(number)
    }
    sigaction(SIGINT, &action, nil)
    sigaction(SIGTERM, &action, nil)
  }

  /// Whether one has come.
  var isRaised: Bool { raised.load(ordering: .relaxed) }
}

private let raised = Atomic<Bool>(false)
