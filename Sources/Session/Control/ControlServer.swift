import BPFRuntime
import Compiler
import DataModel
import Diagnostics
import Glibc
import Sinks
import Synchronization
import Threads

/// Answers `salc ps`, `reload`, `stop` and `run --share` for a hub, on a Unix socket that only its
/// user (and root) may connect to.
final class ControlServer: @unchecked Sendable {
  private let hub: LiveHub
  private let listener: Int32
  private let path: String
  /// A link in the directory of this user's sockets, where the socket itself lies elsewhere.
  private let link: String?
  /// Whether the process has kept what loading another program takes.
  private let canLoad: Bool
  private let isClosing = Atomic<Bool>(false)
  private let connections = Atomic<Int>(0)
  private var thread: Thread?

  /// Connections at a time; further ones wait.
  private static let most = 32
  private static let pollMilliseconds: Int32 = 50

  /// Listens at `path`, or at the process's own place where that is nil.
  init(_ hub: LiveHub, path chosen: String?, canLoad: Bool) throws(ControlError) {
    let own = ControlDirectory.socketPath(ofProcess: getpid())
    if chosen == nil { try ControlDirectory.prepare() }
    let path = chosen ?? own
    listener = try Self.listen(at: path)
    self.hub = hub
    self.canLoad = canLoad
    self.path = path
    if let chosen, (try? ControlDirectory.prepare()) != nil, chosen != own {
      let target = chosen.hasPrefix("/") ? chosen : Self.workingDirectory + "/" + chosen
      unlink(own)
      link = symlink(target, own) == 0 ? own : nil
    } else {
      link = nil
    }
    thread = Thread { self.accept() }
  }

  /// Ends every connection and removes the socket.
  func close() {
    isClosing.store(true, ordering: .releasing)
    thread?.join()
    thread = nil
    while connections.load(ordering: .acquiring) > 0 { usleep(1000) }
    Glibc.close(listener)
    unlink(path)
    if let link { unlink(link) }
  }

  private static var workingDirectory: String {
    guard let path = getcwd(nil, 0) else { return "" }
    defer { free(path) }
    return String(cString: path)
  }

  private static func listen(at path: String) throws(ControlError) -> Int32 {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let listener = socket(AF_UNIX, kind, 0)
    guard listener >= 0 else { throw ControlError("cannot make a socket", errno: errno) }
    do throws(ControlError) {
      try removeStale(path)
      // The mode holds from the first moment; what the file system makes of it is checked below.
      let mask = umask(0o177)
      let result = try sockaddr_un.with(path) { bind(listener, $0, $1) == 0 ? 0 : errno }
      umask(mask)
      guard result == 0 else {
        throw ControlError("cannot make the control socket \(path)", errno: result)
      }
      guard chmod(path, 0o600) == 0, Glibc.listen(listener, 16) == 0 else {
        throw ControlError("cannot listen on the control socket \(path)", errno: errno)
      }
    } catch {
      Glibc.close(listener)
      throw error
    }
    return listener
  }

  /// A socket that nobody listens on any more is in the way; anything else is not ours to remove.
  private static func removeStale(_ path: String) throws(ControlError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK, status.st_uid == geteuid() else {
      throw ControlError("\(path) exists and is no socket of this user's; choose another --control")
    }
    if (try? ControlClient(path: path)) != nil {
      throw ControlError("another salc listens on \(path); choose another --control")
    }
    unlink(path)
  }

  private func accept() {
    while !isClosing.load(ordering: .acquiring) {
      var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
      guard connections.load(ordering: .relaxed) < Self.most,
        poll(&entry, 1, Self.pollMilliseconds) > 0
      else {
        if connections.load(ordering: .relaxed) >= Self.most { usleep(10_000) }
        continue
      }
      let descriptor = Glibc.accept(listener, nil, nil)
      guard descriptor >= 0 else { continue }
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      let socket = ControlSocket(descriptor: descriptor)
      // The mode of the socket says so already; a file system may not heed it.
      guard let peer = socket.peer, peer.user == geteuid() || peer.user == 0 else { continue }
      connections.add(1, ordering: .acquiringAndReleasing)
      Thread {
        self.serve(socket)
        self.connections.subtract(1, ordering: .acquiringAndReleasing)
      }.detach()
    }
  }

  // MARK: requests

  private func serve(_ socket: ControlSocket) {
    socket.limitWaiting(seconds: 10)
    guard let (request, passed) = try? socket.receive() else { return }
    defer { if let passed { Glibc.close(passed) } }
    do throws(SessionError) {
      let loads = ["reload", "share"].contains(request["verb"])
      if loads && !canLoad {
        throw .control(
          ControlError(
            "process \(getpid()) gave up the right to load programs once it had attached its own; "
              + "start it with --control PATH to reload queries or to share its program"))
      }
      switch request["verb"] {
      case "ps": reply(socket, list())
      case "stop": try reply(socket, stop(request))
      case "reload": try reply(socket, reload(request))
      case "share":
        guard let passed else { throw .unsupported("no output was passed along") }
        try share(request, passed, socket)
      case let verb: throw .unsupported("this salc does not know '\(verb ?? "")'")
      }
    } catch {
      try? socket.send(
        ControlMessage(["error": "\(error)", "kind": error.kind.rawValue]))
    }
  }

  private func reply(_ socket: ControlSocket, _ message: ControlMessage) {
    try? socket.send(message)
  }

  private func list() -> ControlMessage {
    var answer = ControlMessage([
      "pid": "\(getpid())", "loads": canLoad ? "yes" : "no", "network": Self.networkNamespace,
      "interfaces": hub.configuration.interfaces.joined(separator: " "),
    ])
    for status in hub.queries { answer.append("query", ControlledQuery(status).encoded) }
    return answer
  }

  /// The network namespace, as /proc names it.
  static var networkNamespace: String {
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = buffer.withUnsafeMutableBytes { raw in
      raw.baseAddress.map {
        readlink("/proc/self/ns/net", $0.assumingMemoryBound(to: CChar.self), 64)
      } ?? 0
    }
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }

  private func stop(_ request: ControlMessage) throws(SessionError) -> ControlMessage {
    let id = try find(request["id"])
    hub.requestStop(id)
    // Whoever added the query ends it, so that its output is whole.
    for _ in 0..<3000 where hub.status(of: id) != nil && !isClosing.load(ordering: .relaxed) {
      usleep(10_000)
    }
    return ControlMessage(["done": "stopped query \(id)"])
  }

  private func reload(_ request: ControlMessage) throws(SessionError) -> ControlMessage {
    let id = try find(request["id"])
    let edge = try hub.replace(id, with: try compile(request))
    guard let edge else {
      return ControlMessage(["done": "query \(id) replaced; its state goes on"])
    }
    return ControlMessage([
      "done": "query \(id) is replaced at the window's edge \(Timestamp.text(edge))"
    ])
  }

  /// The query of a number or name; where none is named, the only one.
  private func find(_ word: String?) throws(SessionError) -> QueryID {
    let queries = hub.queries
    let names = queries.map { "\($0.id) (\($0.name))" }.joined(separator: ", ")
    guard let word else {
      guard let only = queries.first, queries.count == 1 else {
        throw .unsupported("say which query: \(names)")
      }
      return only.id
    }
    guard let found = queries.first(where: { "\($0.id)" == word || $0.name == word }) else {
      throw .unsupported("there is no query '\(word)'; there is \(names)")
    }
    return found.id
  }

  /// Compiles the text once more here: what crosses the socket is text, never a plan.
  private func compile(_ request: ControlMessage) throws(SessionError) -> CompiledQuery {
    var options = CompileOptions()
    options.takesPackets = true
    if let place = request["place"] {
      guard let placement = Compiler.placement(named: place) else {
        throw .unsupported("the placement '\(place)' is unknown")
      }
      options.placement = placement
    }
    var log = DiagnosticLog()
    let source = SourceText(name: request["name"] ?? "query.sal", request["text"] ?? "")
    guard let query = Compiler.compile(source, options: options, reportingTo: &log) else {
      throw .unsupported(
        "the running salc does not accept the query; is it another version?\n"
          + DiagnosticRenderer(source: source, color: false).render(log))
    }
    return query
  }

  /// Runs another process's query, with results through a pipe of its own, until it asks for the
  /// end or goes away.
  private func share(
    _ request: ControlMessage, _ output: Int32, _ socket: ControlSocket
  ) throws(SessionError) {
    let options = QueryOptions(
      name: request["title"], windows: request["windows"].flatMap { Int($0) })
    let query = try compile(request)
    let sender = SharedSender(
      descriptor: output, hasOpenSinks: request["sinks"] == "open")
    let id = try hub.add(query, options, into: sender)
    reply(socket, ControlMessage(["id": "\(id)"]))
    var isEnded = false
    while !isEnded, !socket.isReadable(waitingMilliseconds: Self.pollMilliseconds) {
      guard let status = hub.status(of: id) else { break }
      isEnded =
        status.isComplete || status.failure != nil || status.isStopRequested
        || hub.interfaceGone != nil || isClosing.load(ordering: .acquiring)
    }
    sender.isEnding.store(true, ordering: .relaxed)
    _ = try hub.remove(id)
    if isClosing.load(ordering: .acquiring) {
      throw .control(ControlError("the salc that ran the query, process \(getpid()), has ended"))
    }
    reply(socket, ControlMessage(["done": "the query has ended"]))
  }
}
