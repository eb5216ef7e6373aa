public import Compiler
import Diagnostics
import Glibc

/// The other end of a running salc's control socket: `salc ps`, `reload`, `stop`, `run --share`.
public struct ControlClient: ~Copyable, Sendable {
  private let socket: ControlSocket

  /// What a running salc says of itself.
  public struct Listing: Sendable {
    /// Its process.
    public let process: Int32
    /// The interfaces that it holds.
    public let interfaces: [String]
    /// Whether those are interfaces of our own network namespace.
    public let isOurNetwork: Bool
    /// Whether it can reload queries and share its program: it was started with `--control PATH`.
    public let canLoad: Bool
    /// Its queries.
    public let queries: [ControlledQuery]
  }

  /// Connects to a socket.
  public init(path: String) throws(ControlError) {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let socket = ControlSocket(descriptor: Glibc.socket(AF_UNIX, kind, 0))
    let code = try sockaddr_un.with(path) { connect(socket.descriptor, $0, $1) == 0 ? 0 : errno }
    guard code == 0 else {
      throw ControlError(
        code == ENOENT || code == ECONNREFUSED
          ? "no salc listens on \(path); 'salc ps' lists those that run"
          : "cannot connect to \(path): \(String(cString: strerror(code)))")
    }
    self.socket = socket
  }

  /// The process and its queries.
  public func list() throws(ControlError) -> Listing {
    let answer = try ask(ControlMessage(["verb": "ps"]))
    return Listing(
      process: answer["pid"].flatMap { Int32($0) } ?? 0,
      interfaces: (answer["interfaces"] ?? "").split(separator: " ").map(String.init),
      isOurNetwork: answer["network"] == ControlServer.networkNamespace,
      canLoad: answer["loads"] == "yes",
      queries: answer.all("query").compactMap(ControlledQuery.init))
  }

  /// Ends a query, named by number or name; returns what was done.
  public func stop(_ query: String?) throws(ControlError) -> String {
    try ask(ControlMessage(["verb": "stop", "id": query]))["done"] ?? ""
  }

  /// Replaces a query by another, which compiles; returns what was done, or will be.
  public func reload(_ query: String?, with next: CompiledQuery) throws(ControlError) -> String {
    var request = ControlMessage(next)
    request["verb"] = "reload"
    request["id"] = query
    return try ask(request)["done"] ?? ""
  }

  /// Has the running salc run a query, with results through a pipe, until the query ends or
  /// `shouldStop` says so. What is passed on is the pipe's other end.
  func share(
    _ configuration: RunConfiguration, sinksAreOpen: Bool, pipe: Int32,
    receiver: inout SharedReceiver, shouldStop: () -> Bool
  ) throws(SessionError) {
    var request = ControlMessage(configuration.query)
    request["verb"] = "share"
    request["sinks"] = sinksAreOpen ? "open" : nil
    request["windows"] = configuration.windows.map { "\($0)" }
    do throws(ControlError) {
      defer { Glibc.close(pipe) }
      try socket.send(request, passing: pipe)
    } catch { throw .control(error) }
    var (isRunning, isAsked) = (false, false)
    while !receiver.isAtEnd {
      try receiver.take(waitingMilliseconds: 20)
      do throws(ControlError) {
        // The first results may come before the answer that the query runs.
        if !isRunning, socket.isReadable(waitingMilliseconds: 0) {
          _ = try answer()
          isRunning = true
        }
        if isRunning, !isAsked, shouldStop() {
          try socket.send(ControlMessage(["verb": "end"]))
          isAsked = true
        }
      } catch { throw .control(error) }
    }
    if !isRunning { do throws(ControlError) { _ = try answer() } catch { throw .control(error) } }
  }

  /// The last word of the running salc: why it ended the query, where nobody asked for that.
  func finishSharing() throws(ControlError) { _ = try answer() }

  private func ask(_ request: ControlMessage) throws(ControlError) -> ControlMessage {
    socket.limitWaiting(seconds: 60)
    try socket.send(request)
    return try answer()
  }

  private func answer() throws(ControlError) -> ControlMessage {
    guard let (message, _) = try socket.receive() else {
      throw ControlError("the running salc has ended")
    }
    if let error = message["error"] { throw ControlError(error) }
    return message
  }
}

extension ControlMessage {
  /// The text and options of a query.
  fileprivate init(_ query: CompiledQuery) {
    self.init([
      "name": query.source.name, "text": String(decoding: query.source.utf8, as: UTF8.self),
      "place": query.placementName,
    ])
  }
}
