import Compiler
import Plan
import Threads

/// One query taking another's place: at once where all state goes on, else at a window's edge until
/// which both run.
final class Replacement: @unchecked Sendable {
  let old: LiveQuery
  let new: LiveQuery
  let succession: StateSuccession
  /// The edge from which the new query's windows are shown; set by the turn's thread.
  var edge = Int64.min
  private let monitor = Monitor()
  private var state = State.waiting

  private enum State { case waiting, begun, done, cancelled }

  init(_ old: LiveQuery, _ new: LiveQuery) {
    self.old = old
    self.new = new
    succession = StateSuccession(from: old.query.placed.plan, to: new.query.placed.plan)
  }

  /// The pane's start from which every window of either query that ends at the edge is closed.
  var due: Int64 {
    edge &+ max(old.query.placed.plan.lateness, new.query.placed.plan.lateness)
  }

  /// Whether nothing has to be waited for.
  var isImmediate: Bool { succession.otherWindows.isEmpty }

  /// Claims the change for the turn's thread; false where it was cancelled.
  func begin() -> Bool {
    monitor.locked {
      guard state == .waiting else { return false }
      state = .begun
      return true
    }
  }

  /// The new query has taken the place.
  func finish() { set(.done) }

  /// The old query stays; false where the change has begun.
  func cancel() -> Bool {
    monitor.locked {
      guard state == .waiting else { return false }
      state = .cancelled
      monitor.signal()
      return true
    }
  }

  /// Waits until the new query has taken the place; false where that was cancelled.
  func waitUntilDone() -> Bool {
    monitor.locked {
      while state == .waiting || state == .begun { monitor.wait(nanoseconds: 1_000_000_000) }
      return state == .done
    }
  }

  /// Whether the old query stays.
  var isCancelled: Bool { monitor.locked { state == .cancelled } }

  /// Gives the old query its windows back, after a cancellation.
  func withdraw() {
    old.show(until: .max)
    new.show(from: .max)
  }

  private func set(_ state: State) {
    monitor.locked {
      self.state = state
      monitor.signal()
    }
  }
}
