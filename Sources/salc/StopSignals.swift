import Glibc
import Synchronization

/// SIGINT and SIGTERM as a flag that the run asks; a second one ends the process as usual.
final class StopSignals: Sendable {
  init() {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in raised.store(true, ordering: .relaxed) }
    action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
    sigaction(SIGINT, &action, nil)
    sigaction(SIGTERM, &action, nil)
  }

  /// Whether one has come.
  var isRaised: Bool { raised.load(ordering: .relaxed) }
}

private let raised = Atomic<Bool>(false)
