import CSockets
import DataModel
import Glibc

/// Bytes that a server sends, as SAM's sources came.
///
/// A server that closes the connection has said everything. One whose connection breaks is asked
/// again once a second; the line that broke off ends there.
final class TCPClient: ByteStream {
  private let host: String
  private let port: UInt16
  private let name: String
  /// -1 while the connection is broken.
  private var descriptor: Int32
  private var nextAttempt: Int64 = 0
  private var isMidLine = false
  private(set) var fileOffset: UInt64 = 0
  private(set) var reconnections: UInt64 = 0

  private static let pause: Int64 = 1_000_000_000

  init(host: String, port: UInt16) throws(CaptureError) {
    (self.host, self.port) = (host, port)
    name = "tcp:\(host):\(port)"
    descriptor = try Self.connect(host, port, name)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Connects, within so many seconds where they are given, else as long as the system tries.
  private static func connect(
    _ host: String, _ port: UInt16, _ name: String, seconds: Int? = nil
  ) throws(CaptureError) -> Int32 {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, "\(port)", &hints, &found)
    guard status == 0 else {
      throw CaptureError(name, .unsupportedFormat(String(cString: gai_strerror(status))))
    }
    defer { freeaddrinfo(found) }
    var failure = ECONNREFUSED
    var candidate = found
    while let info = candidate?.pointee {
      let descriptor = socket(info.ai_family, info.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
      if let seconds {
        // tcp(7): connect honours it.
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(
          descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
      }
      if descriptor >= 0, Glibc.connect(descriptor, info.ai_addr, info.ai_addrlen) == 0 {
        // A server that vanished without a word is noticed too.
        var on: Int32 = 1
        setsockopt(
          descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, socklen_t(MemoryLayout<Int32>.size))
        return descriptor
      }
      failure = errno
      if descriptor >= 0 { close(descriptor) }
      candidate = info.ai_next
    }
    throw CaptureError(name, .unreadable(errno: failure))
  }

  func read(into space: UnsafeMutableRawBufferPointer) throws(CaptureError) -> Int {
    if descriptor < 0 { try connectAgain() }
    try waitToRead(descriptor, name)
    let count = recv(descriptor, space.baseAddress, space.count, 0)
    if count < 0 {
      if errno == EINTR { throw CaptureError(name, .unreadable(errno: EINTR)) }
      close(descriptor)
      descriptor = -1
      guard isMidLine else { throw .idle }
      isMidLine = false
      space[0] = 10
      return 1
    }
    if count > 0 { isMidLine = space[count - 1] != 10 }
    fileOffset += UInt64(count)
    return count
  }

  /// Connects again, at most once a second; throws an idle error where that is not yet so.
  private func connectAgain() throws(CaptureError) {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let time = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    if time >= nextAttempt {
      nextAttempt = time + Self.pause
      if let again = try? Self.connect(host, port, name, seconds: 1) {
        descriptor = again
        reconnections += 1
        return
      }
    }
    // Longer than that a live source must not keep its reader from looking at its clock.
    if poll(nil, 0, 100) < 0 { throw CaptureError(name, .unreadable(errno: EINTR)) }
    throw .idle
  }
}

/// Bytes that clients send, one client after the other. It never ends; a line that a client left
/// unfinished ends with its connection.
final class TCPListener: ByteStream {
  private let descriptor: Int32
  private let name: String
  private var client: Int32 = -1
  private var lastByte: UInt8 = 10
  private(set) var fileOffset: UInt64 = 0

  init(_ address: ListenAddress) throws(CaptureError) {
    name = "listen:\(address)"
    guard let bound = SocketAddress(address) else {
      throw CaptureError(name, .unreadable(errno: EADDRNOTAVAIL))
    }
    descriptor = socket(
      bound.family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw CaptureError(name, .unreadable(errno: errno)) }
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    guard bound.withPointer({ bind(descriptor, $0, $1) }) == 0, listen(descriptor, 16) == 0 else {
      throw CaptureError(name, .unreadable(errno: errno))
    }
  }

  deinit {
    if client >= 0 { close(client) }
    if descriptor >= 0 { close(descriptor) }
  }

  func read(into space: UnsafeMutableRawBufferPointer) throws(CaptureError) -> Int {
    while true {
      if client < 0 {
        try waitToRead(descriptor, name)
        client = accept(descriptor, nil, nil)
        guard client >= 0 else { throw CaptureError(name, .unreadable(errno: errno)) }
        _ = fcntl(client, F_SETFD, FD_CLOEXEC)
      }
      try waitToRead(client, name)
      let count = recv(client, space.baseAddress, space.count, 0)
      if count > 0 {
        lastByte = space[count - 1]
        fileOffset += UInt64(count)
        return count
      }
      // A client that broke off is one that ended.
      close(client)
      client = -1
      guard lastByte != 10 else { continue }
      lastByte = 10
      space[0] = 10
      return 1
    }
  }
}
