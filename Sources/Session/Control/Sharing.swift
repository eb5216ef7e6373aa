import BPFRuntime
import Glibc
public import Sinks

/// Running a query in another salc, which holds the interface.
extension Session {
  /// A running salc that holds an interface.
  public struct Holder: Sendable {
    /// Its process.
    public let process: Int32
    /// Its control socket.
    public let path: String
    /// Whether it can run further queries, see `ControlClient.Listing.canLoad`.
    public let canShare: Bool
  }

  /// The salc of this user that holds one of these interfaces of our network namespace.
  public static func holder(of interfaces: [String]) -> Holder? {
    for (process, path) in ControlDirectory.sockets() {
      guard let listing = try? ControlClient(path: path).list(), listing.isOurNetwork,
        !Set(listing.interfaces).isDisjoint(with: interfaces)
      else { continue }
      return Holder(process: process, path: path, canShare: listing.canLoad)
    }
    return nil
  }

  /// Has the salc behind a control socket run the query beside its own; rows go to the sinks that
  /// the query and the configuration name, opened by this process, see
  /// `run(_:standardOutput:shouldStop:)`.
  public static func share(
    _ configuration: RunConfiguration, over path: String, standardOutput: any Sink,
    shouldStop: @escaping @Sendable () -> Bool
  ) throws(SessionError) -> RunSummary {
    let client: ControlClient
    do { client = try ControlClient(path: path) } catch { throw .control(error) }
    let sink = try configuration.sinks(standardOutput: standardOutput, mayWait: { !shouldStop() })
    defer { (sink as? SinkSet)?.abandon() }
    if let hindrance = configuration.privileges.apply() { configuration.remark(hindrance) }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw .control(ControlError("cannot make a pipe", errno: errno))
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    var receiver = SharedReceiver(descriptor: ends[0], configuration, into: sink)
    let clock = Clock()
    let started = clock.now
    try client.share(
      configuration, sinksAreOpen: sink is SinkSet, pipe: ends[1], receiver: &receiver
    ) {
      if let seconds = configuration.seconds, Double(clock.now - started) >= seconds * 1e9 {
        return true
      }
      return shouldStop()
    }
    var totals = receiver.totals ?? RunTotals()
    if receiver.totals != nil { do { try sink.end(totals) } catch { throw .sink(error) } }
    do { try client.finishSharing() } catch { throw .control(error) }
    totals.add(sink.reports)
    return RunSummary(totals)
  }
}

extension SessionError {
  /// The interfaces' holder, where that is a salc of this user.
  public func holder(of interfaces: [String]) -> Session.Holder? {
    guard case .dataPath(.interfaceBusy) = self else { return nil }
    return Session.holder(of: interfaces)
  }
}
