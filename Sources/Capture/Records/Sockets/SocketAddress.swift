import CSockets
import DataModel
import Glibc

/// An address of a socket, in the form that the kernel takes.
struct SocketAddress {
  var storage = sockaddr_storage()
  var length: socklen_t = 0

  var family: Int32 { Int32(storage.ss_family) }

  /// Of an address written in digits; nil where it is none.
  init?(_ address: ListenAddress) {
    if address.host.contains(":") {
      var v6 = sockaddr_in6()
      v6.sin6_family = sa_family_t(AF_INET6)
      v6.sin6_port = address.port.bigEndian
      guard inet_pton(AF_INET6, address.host, &v6.sin6_addr) == 1 else { return nil }
      withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: v6, as: sockaddr_in6.self) }
      length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    } else {
      var v4 = sockaddr_in()
      v4.sin_family = sa_family_t(AF_INET)
      v4.sin_port = address.port.bigEndian
      guard inet_pton(AF_INET, address.host, &v4.sin_addr) == 1 else { return nil }
      withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: v4, as: sockaddr_in.self) }
      length = socklen_t(MemoryLayout<sockaddr_in>.size)
    }
  }

  /// Calls `body` with the address as the kernel's functions want it.
  func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    withUnsafePointer(to: storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }

  /// The address and port that the kernel wrote.
  static func read(_ from: UnsafePointer<sockaddr_storage>) -> (IPAddress?, UInt16) {
    let raw = UnsafeRawPointer(from)
    let bytes = Octets(raw.assumingMemoryBound(to: UInt8.self), MemoryLayout<sockaddr_in6>.size)
    switch Int32(from.pointee.ss_family) {
    case AF_INET: return (bytes.address(4, 4), bytes.u16(2))
    case AF_INET6: return (bytes.address(8, 16), bytes.u16(2))
    default: return (nil, 0)
    }
  }
}

/// Waits until there is something to read; throws an idle error where nothing came for 100 ms, and
/// an interruption where a signal was handled.
func waitToRead(_ descriptor: Int32, _ name: String) throws(CaptureError) {
  var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  let ready = Glibc.poll(&poll, 1, 100)
  if ready == 0 { throw .idle }
  if ready < 0 { throw CaptureError(name, .unreadable(errno: errno)) }
}
