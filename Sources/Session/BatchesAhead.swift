import Capture
import DataModel
import Sinks
import Threads

/// Fills batches on a thread of its own, a few ahead of the loop that evaluates them; in the same
/// order, so that rows are those of one thread.
///
/// The filler and all that it holds belong to that thread from `init` until ``isOver``. It may
/// wait for its input longer than anybody waits for it: the thread ends by itself, or with the
/// process.
final class BatchesAhead<Note>: @unchecked Sendable {
  /// One batch, and what is to be known of it.
  struct Filled {
    let batch: TupleBatch
    let note: Note
  }

  /// Fills a batch and says what is to be known of it; nil at the end of input.
  typealias Filler = (TupleBatch) throws(CaptureError) -> Note?

  private let fields: [FieldID]
  private let fill: Filler
  private let monitor = Monitor()

  // All below: inside `monitor`.
  private var filled: [Filled] = []
  private var free: [TupleBatch] = []
  /// Batches that were made; no more than it takes, and ``depth`` at most.
  private var made = 0
  private var failure: CaptureError?
  private var hasEnded = false
  private var isLeft = false
  /// Batches that were taken and not given back, but for the one at hand.
  private var held = 0
  /// Who waits for the other.
  private var isThreadWaiting = false
  private var isLoopWaiting = false

  /// The batches: one is evaluated, one filled, the others wait; beside those that are held.
  private static var depth: Int { 12 }
  /// Batches that are free once the thread is woken: waking it costs as much as filling one.
  private static var enough: Int { 6 }

  init(fields: [FieldID], _ fill: @escaping Filler) {
    self.fields = fields
    self.fill = fill
    Thread { self.work() }.detach()
  }

  /// What was filled next; nil after the last, or once `shouldStop` says so. Throws what the filler
  /// threw, after what it had filled before.
  func next(_ shouldStop: () -> Bool) throws(CaptureError) -> Filled? {
    var found: Filled?
    var thrown: CaptureError?
    monitor.locked {
      isLoopWaiting = true
      while filled.isEmpty, !hasEnded, !shouldStop() { monitor.wait(nanoseconds: 20_000_000) }
      isLoopWaiting = false
      if !filled.isEmpty {
        found = filled.removeFirst()
      } else {
        thrown = failure
        failure = nil
      }
    }
    if let thrown { throw thrown }
    return found
  }

  /// Another batch is kept for a while beside the one at hand.
  func hold() {
    monitor.locked {
      held += 1
      monitor.signal()
    }
  }

  /// Gives a batch back to be filled again.
  func give(_ batch: TupleBatch) {
    monitor.locked {
      free.append(batch)
      if isThreadWaiting, free.count >= Self.enough { monitor.signal() }
    }
  }

  /// Whether the thread has ended, and what the filler holds can be read.
  var isOver: Bool { monitor.locked { hasEnded } }

  /// Has the thread end with the batch at hand.
  func leave() {
    monitor.locked {
      isLeft = true
      monitor.signal()
    }
  }

  // MARK: the thread

  private func work() {
    while let batch = take() {
      var note: Note?
      var thrown: CaptureError?
      do { note = try fill(batch) } catch {
        if error.isInterruption {
          give(batch)
          continue
        }
        thrown = error
      }
      monitor.locked {
        if let note {
          filled.append(Filled(batch: batch, note: note))
        } else {
          failure = thrown
          hasEnded = true
        }
        if isLoopWaiting { monitor.signal() }
      }
      if note == nil { return }
    }
    monitor.locked { hasEnded = true }
  }

  private func take() -> TupleBatch? {
    monitor.locked {
      isThreadWaiting = true
      while free.isEmpty, made == Self.depth + held, !isLeft {
        monitor.wait(nanoseconds: 1_000_000_000)
      }
      isThreadWaiting = false
      if isLeft { return nil }
      if let batch = free.popLast() { return batch }
      made += 1
      return TupleBatch(fields: fields)
    }
  }
}
