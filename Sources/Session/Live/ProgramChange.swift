import BPFRuntime
import Plan
import Threads

/// A program that is loaded and shall follow the present one, and whose it is.
final class ProgramChange: @unchecked Sendable {
  let path: DataPath
  let plan: PlanUnion
  let members: [LiveQuery]
  /// A member that shall take another query's place.
  let replacement: Replacement?
  /// When it was asked for.
  var asked: Int64 = 0
  /// The program before; its end, which may take a while, is not the turn's business.
  var retired: DataPath?
  /// The pane that the program before gathered last.
  var lastPane: Int64 = 0
  private let monitor = Monitor()
  private var isDone = false
  private var failure: BPFError?

  init(
    _ path: DataPath, _ plan: PlanUnion, _ members: [LiveQuery], _ replacement: Replacement?
  ) {
    self.path = path
    self.plan = plan
    self.members = members
    self.replacement = replacement
  }

  var rhythm: ClockBeat.Rhythm { Self.rhythm(plan) }

  static func rhythm(_ plan: PlanUnion) -> ClockBeat.Rhythm {
    ClockBeat.Rhythm(pane: plan.pane, exportsTuples: !plan.placed.exports.isEmpty)
  }

  /// Where the sets of queries that stay are in the program before, and where in this one.
  func setsToCopy(from before: PlanUnion, _ members: [LiveQuery]) -> [(old: Int, new: Int)] {
    zip(self.members, plan.members).flatMap { query, new -> [(old: Int, new: Int)] in
      if let place = members.firstIndex(where: { $0 === query }) {
        return zip(before.members[place].sets, new.sets).map { ($0, $1) }
      }
      guard let replacement, replacement.new === query,
        let place = members.firstIndex(where: { $0 === replacement.old })
      else { return [] }
      return replacement.succession.sets.map {
        (before.members[place].sets[$0.old], new.sets[$0.new])
      }
    }
  }

  func fail(_ error: BPFError) { failure = error }

  func finish() {
    monitor.locked {
      isDone = true
      monitor.signal()
    }
  }

  func waitUntilDone() throws(BPFError) {
    monitor.locked { while !isDone { monitor.wait(nanoseconds: 1_000_000_000) } }
    if let failure { throw failure }
  }
}

/// Queries that leave while their parts stay in the program, see `LiveTurns.keepOnly(_:)`.
final class Departure: @unchecked Sendable {
  let staying: [LiveQuery]
  /// Turns until everything that came before the request is merged; the turn's thread's.
  var turns = 1
  private let monitor = Monitor()
  private var isDone = false

  init(_ staying: [LiveQuery]) { self.staying = staying }

  func finish() {
    monitor.locked {
      isDone = true
      monitor.signal()
    }
  }

  func waitUntilDone() {
    monitor.locked { while !isDone { monitor.wait(nanoseconds: 1_000_000_000) } }
  }
}
