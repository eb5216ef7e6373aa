import DataModel
import Glibc

/// Bytes that a server sends, as SAM's sources came: a client of one connection.
final class TCPClient: ByteStream {
  private let descriptor: Int32
  private let name: String
  private(set) var fileOffset: UInt64 = 0

  init(host: String, port: UInt16) throws(CaptureError) {
    name = "tcp:\(host):\(port)"
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
      if descriptor >= 0, connect(descriptor, info.ai_addr, info.ai_addrlen) == 0 {
        self.descriptor = descriptor
        return
      }
      failure = errno
      if descriptor >= 0 { close(descriptor) }
      candidate = info.ai_next
    }
    throw CaptureError(name, .unreadable(errno: failure))
  }

  deinit { close(descriptor) }

  func read(into space: UnsafeMutableRawBufferPointer) throws(CaptureError) -> Int {
    try waitToRead(descriptor, name)
    let count = recv(descriptor, space.baseAddress, space.count, 0)
    guard count >= 0 else { throw CaptureError(name, .unreadable(errno: errno)) }
    fileOffset += UInt64(count)
    return count
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
