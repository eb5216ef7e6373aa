import Glibc
import TestSupport

/// A client of HTTP that sends what a test says, byte by byte, to a port of the loopback.
final class WebClient {
  private let descriptor: Int32

  init(_ port: UInt16) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var time = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  deinit { close(descriptor) }

  func send(_ bytes: [UInt8]) {
    _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  /// Everything up to the end of the connection, or to `end`; a silence of 20 s ends it too.
  func read(to end: String? = nil) -> String {
    var bytes: [UInt8] = []
    let end = end.map { Array($0.utf8) }
    while true {
      var block = [UInt8](repeating: 0, count: 65_536)
      let count = recv(descriptor, &block, block.count, 0)
      guard count > 0 else { break }
      bytes += block[..<count]
      if let end, bytes.suffix(end.count) == end[...] { break }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The answer to one request, whose connection ends with it.
  static func answer(_ port: UInt16, _ head: String) -> String {
    let client = WebClient(port)
    client.send(head)
    return client.read()
  }

  /// The body of a page.
  static func metrics(_ port: UInt16, accept: String = "text/plain") -> String {
    let answer = answer(
      port, "GET /metrics HTTP/1.1\r\nAccept: \(accept)\r\nConnection: close\r\n\r\n")
    return answer.firstRange(of: "\r\n\r\n").map { String(answer[$0.upperBound...]) } ?? answer
  }
}
