import DataModel
import Glibc
import Threads

/// Listens on an address and answers requests for metrics, on a thread of its own.
///
/// At most 64 clients at a time, requests of at most 8 KiB, and time limits on both sides: what a
/// client does or does not do costs the run nothing. See Docs/Decisions/0012.
final class MetricsServer: @unchecked Sendable {
  private static let connectionsMax = 64

  private let listener: Int32
  /// A pipe that is written to once the thread is to end.
  private let wake: Int32
  private let waker: Int32
  private let monitor = Monitor()
  // Inside `monitor`.
  private var isRunning = false
  private var isStopped = false

  /// The port that it listens on.
  let port: UInt16

  /// Takes the address; says why it cannot be had.
  init(_ address: ListenAddress, target: SinkTarget) throws(SinkError) {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(address.host, "\(address.port)", &hints, &found) == 0, let found else {
      throw .refused("\(target): ‘\(address.host)’ is no IP address")
    }
    defer { freeaddrinfo(found) }
    let info = found.pointee
    let socket = Glibc.socket(
      info.ai_family,
      Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard socket >= 0 else { throw Self.refusal(target, address, errno) }
    var yes: Int32 = 1
    // Connections of a run before may still be in TIME_WAIT; a socket that listens is refused.
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    if info.ai_family == AF_INET6 {
      setsockopt(
        socket, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &yes,
        socklen_t(MemoryLayout<Int32>.size))
    }
    guard bind(socket, info.ai_addr, info.ai_addrlen) == 0,
      listen(socket, Int32(Self.connectionsMax)) == 0
    else {
      let code = errno
      close(socket)
      throw Self.refusal(target, address, code)
    }
    var pair: [Int32] = [-1, -1]
    guard pipe(&pair) == 0 else {
      let code = errno
      close(socket)
      throw .failed(errno: code, doing: "\(target)")
    }
    for descriptor in pair { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    (wake, waker) = (pair[0], pair[1])
    listener = socket
    port = address.port != 0 ? address.port : Self.chosenPort(socket)
  }

  deinit {
    close(listener)
    close(wake)
    close(waker)
  }

  /// Answers from now on; once started it goes on with the first board.
  func start(_ board: MetricsBoard) throws(SinkError) {
    let isFirst = monitor.locked {
      defer { isRunning = true }
      return !isRunning && !isStopped
    }
    guard isFirst else { return }
    Thread {
      self.serve(board)
      self.monitor.locked {
        self.isRunning = false
        self.monitor.signal()
      }
    }.detach()
  }

  /// Ends the thread and its connections, and waits for that.
  func stop() {
    monitor.locked {
      isStopped = true
      guard isRunning else { return }
      _ = write(waker, [1], 1)
      let deadline = Monitor.now + 5000
      while isRunning && Monitor.now < deadline {
        monitor.wait(nanoseconds: 100 * Monitor.millisecond)
      }
    }
    // Frees the port; a new run may want it before this value goes.
    shutdown(listener, Int32(SHUT_RDWR))
  }

  // MARK: the server's thread

  private func serve(_ board: MetricsBoard) {
    var connections: [HTTPConnection] = []
    defer { for connection in connections { close(connection.descriptor) } }
    // Where descriptors have run out, the listener stays readable: it is left alone for a while.
    var acceptsAfter = Int.min
    while true {
      let now = Monitor.now
      let listens = now >= acceptsAfter
      var polled = [pollfd(fd: wake, events: Int16(POLLIN), revents: 0)]
      polled.append(pollfd(fd: listens ? listener : -1, events: Int16(POLLIN), revents: 0))
      polled += connections.map { pollfd(fd: $0.descriptor, events: $0.events, revents: 0) }
      let wait = (connections.map(\.deadline).min() ?? now + 60_000) - now
      _ = poll(&polled, nfds_t(polled.count), Int32(max(0, min(listens ? wait : 100, 60_000))))
      if polled[0].revents != 0 { return }
      let later = Monitor.now
      for index in connections.indices.reversed() {
        let isReady = polled[index + 2].revents != 0
        let goesOn =
          isReady ? connections[index].proceed(board) : connections[index].deadline > later
        if !goesOn { close(connections.remove(at: index).descriptor) }
      }
      if polled[1].revents != 0, !accept(&connections) { acceptsAfter = later + 100 }
    }
  }

  /// Takes new connections in; false where there are no descriptors for them.
  private func accept(_ connections: inout [HTTPConnection]) -> Bool {
    while true {
      let descriptor = Glibc.accept(listener, nil, nil)
      if descriptor < 0 {
        if errno == EINTR || errno == ECONNABORTED { continue }
        return errno == EAGAIN
      }
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
      // What a client does not read stays in the answer, not in the kernel's memory.
      var room: Int32 = 1 << 17
      setsockopt(
        descriptor, SOL_SOCKET, SO_SNDBUF, &room, socklen_t(MemoryLayout<Int32>.size))
      if connections.count < Self.connectionsMax {
        connections.append(HTTPConnection(descriptor))
      } else {
        let busy = HTTPConnection.busy
        _ = send(descriptor, busy, busy.count, Int32(MSG_NOSIGNAL))
        close(descriptor)
      }
    }
  }

  // MARK: addresses

  private static func chosenPort(_ socket: Int32) -> UInt16 {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = getsockname(socket, $0, &length)
      }
      // The port is at the same place in both families' addresses.
      return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        UInt16(bigEndian: $0.pointee.sin_port)
      }
    }
  }

  private static func refusal(
    _ target: SinkTarget, _ address: ListenAddress, _ code: Int32
  ) -> SinkError {
    let remedy =
      switch code {
      case EADDRINUSE:
        "‘ss -ltnp sport = :\(address.port)’ shows who listens there; name another port"
      case EACCES: "name a port from 1024 on"
      case EADDRNOTAVAIL: "name an address of this machine, or :\(address.port) for the loopback"
      default: "name another address"
      }
    return .refused("\(target): \(address): \(String(cString: strerror(code))); \(remedy)")
  }
}
