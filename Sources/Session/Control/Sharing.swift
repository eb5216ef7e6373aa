public import Compiler
import BPFRuntime
import Glibc

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

  /// Has the salc behind a control socket run the query beside its own, with rows to a descriptor
  /// of this process; see `run(_:into:shouldStop:)`.
  public static func share(
    _ query: CompiledQuery, over path: String, title: String? = nil, format: OutputFormat,
    descriptor: Int32, windows: Int?, seconds: Double?, shouldStop: () -> Bool
  ) throws(SessionError) -> RunSummary {
    try query.checkSinksForSharing()
    let client: ControlClient
    do { client = try ControlClient(path: path) } catch { throw .control(error) }
    let clock = Clock()
    let started = clock.now
    return try client.share(
      query, title: title, format: format, windows: windows, descriptor: descriptor
    ) {
      if let seconds, Double(clock.now - started) >= seconds * 1e9 { return true }
      return shouldStop()
    }
  }
}

extension SessionError {
  /// The interfaces' holder, where that is a salc of this user.
  public func holder(of interfaces: [String]) -> Session.Holder? {
    guard case .dataPath(.interfaceBusy) = self else { return nil }
    return Session.holder(of: interfaces)
  }
}
