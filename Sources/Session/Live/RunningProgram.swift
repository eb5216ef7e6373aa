import BPFRuntime
import Compiler
import DataModel

/// A hub's program while it is attached: interfaces, clock and turn.
final class RunningProgram {
  let interfaces: LiveInterfaces
  let turns: LiveTurns
  let frags: Bool
  /// Why the end came before somebody asked for it: an interface that went away.
  private(set) var gone: SessionError?

  /// Attaches the first program and starts its clock.
  init(
    _ first: ProgramChange, _ configuration: LiveHub.Configuration, _ clock: Clock
  ) throws(SessionError) {
    let barrier = try inDataPath { () throws(BPFError) in try GracePeriod() }
    let now = clock.now
    let beat = ClockBeat(first.path, first.rhythm, now: now)
    let interfaces = try inDataPath { () throws(BPFError) in
      try LiveInterfaces(
        LiveInterfaces.find(configuration.interfaces).interfaces, first.path.program,
        mode: AttachMode(configuration.attach))
    }
    for fallback in interfaces.fallbacks {
      configuration.remark("\(fallback); attached in generic mode")
    }
    for name in interfaces.namesDown {
      configuration.remark(
        "\(name) is down, so nothing is received; sudo ip link set dev \(name) up")
    }
    self.interfaces = interfaces
    frags = first.path.program.frags
    turns = LiveTurns(
      first, beat: beat, at: now, clock: clock, interfaces: interfaces, barrier: barrier,
      observe: configuration.observe)
    turns.start()
  }

  /// Puts another program in the place of the present one.
  func change(to next: ProgramChange) throws(SessionError) {
    do { try turns.change(to: next) } catch {
      if let gone = interfaces.whyGone { throw gone }
      throw .dataPath(error)
    }
  }

  /// Detaches, and closes the windows of the queries that are left.
  func end() throws(BPFError) {
    turns.stopClock()
    gone = interfaces.whyGone
    // From here on no packet reaches the program; what it gathered is still in its state.
    var failure: BPFError?
    do { try interfaces.detach() } catch { failure = error }
    turns.finish()
    if let failure { throw failure }
  }
}

extension AttachMode {
  fileprivate init(_ attachment: Attachment) {
    self =
      switch attachment {
      case .auto: .auto
      case .native: .native
      case .generic: .generic
      }
  }
}
