import BPFRuntime
import Compiler
import DataModel
import Glibc
import HostRuntime
import Plan
import Sinks

/// A query on a live interface: attach, keep the clock, turn at every pane's end, detach.
///
/// Three threads: the clock writes the tick and flips epochs; the turn drains, merges and closes
/// windows; this one feeds the sink and watches for the end.
struct LiveRun {
  let configuration: RunConfiguration
  let interfaceName: String
  let mode: Attachment
  let shouldStop: @Sendable () -> Bool

  /// Bytes of payload that fit one page beside headroom and tail, as drivers count; above it native
  /// XDP wants `xdp.frags`.
  private static let mtuOfOneBuffer = 3498

  func run(into sink: any Sink) throws(SessionError) -> RunTotals {
    let placed = configuration.query.placed
    _ = try placed.onlySource()
    if configuration.windows != nil && placed.plan.pane == nil {
      throw .unsupported("this query has no windows that could be counted")
    }
    if let obstacle = Probe.obstacle() { throw .missingKernelSupport(obstacle) }
    let interface = try inDataPath { () throws(BPFError) in
      try NetworkInterface.named(interfaceName)
    }
    // Frames that may not fit one buffer want a program that takes several (xdp.frags).
    let mtu = try inDataPath { () throws(BPFError) in try interface.maximumTransmissionUnit() }
    let path: DataPath
    do {
      path = try DataPath(
        configuration, cpus: BPFObject.possibleCPUs, frags: mtu > Self.mtuOfOneBuffer)
    } catch {
      // The signal that stops us stops a clang at work as well; that is not the user's error.
      if shouldStop() { throw .interrupted }
      throw error
    }
    let barrier = try inDataPath { () throws(BPFError) in try GracePeriod() }
    path.setTick(Clock().now)
    if shouldStop() { throw .interrupted }
    let attachment = try inDataPath { () throws(BPFError) in
      try XDPAttachment.attach(path.program, to: interface, mode: AttachMode(mode))
    }
    if let fallback = attachment.fallback {
      configuration.remark("\(fallback); attached in generic mode")
    }
    try Session.begin(
      configuration, placement: configuration.placement, attach: attachment.mode.rawValue, sink)
    return try follow(path, attachment, barrier, sink)
  }

  private func follow(
    _ path: DataPath, _ attachment: consuming XDPAttachment, _ barrier: consuming GracePeriod,
    _ sink: any Sink
  ) throws(SessionError) -> RunTotals {
    let queue = ResultQueue(limit: configuration.waitingResults)
    let turns = LiveTurns(configuration, path, barrier, queue)
    let clockThread = Thread { turns.keepTime() }
    let turnThread = Thread { turns.keepTurning() }
    let results = ResultStream(sink)
    let started = turns.clock.now
    var outcome: SessionError?
    var nextFlush = started
    while outcome == nil && !shouldStop() && !turns.isComplete {
      if let seconds = configuration.seconds,
        Double(turns.clock.now - started) >= seconds * 1e9
      {
        break
      }
      if !attachment.isAlive {
        outcome = .interfaceGone(interfaceName)
        break
      }
      outcome = feed(results, queue, flush: turns.clock.now >= nextFlush)
      if turns.clock.now >= nextFlush { nextFlush = turns.clock.now + 100_000_000 }
      usleep(5000)
    }
    turns.stopClock()
    clockThread.join()
    // From here on no packet reaches the program; what it gathered is still in its state.
    let detached: Result<Void, BPFError>
    do {
      try attachment.detach()
      detached = .success(())
    } catch { detached = .failure(error) }
    turns.finish()
    turnThread.join()
    // Also when the interface has gone: what was gathered before is as good as ever.
    if case .sink? = outcome {} else { outcome = feed(results, queue, flush: true) ?? outcome }
    results.count(packets: turns.packets)
    configuration.remark(turns.clockRemark)
    if case .sink(let error)? = outcome { throw .sink(error) }
    let totals = try results.end(elapsedSeconds: Double(turns.clock.now - started) / 1e9)
    if let outcome { throw outcome }
    if case .failure(let error) = detached { throw .dataPath(error) }
    return totals
  }

  /// Hands what has come to the sink; returns the error that ends the run.
  private func feed(_ results: ResultStream, _ queue: ResultQueue, flush: Bool) -> SessionError? {
    let items = queue.takeAll()
    for item in items {
      switch item {
      case .row(let row): results.take(row)
      case .loss(let record): results.take(record)
      }
    }
    do {
      if flush || !items.isEmpty { try results.flush() }
      try results.check()
      return nil
    } catch { return error }
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
