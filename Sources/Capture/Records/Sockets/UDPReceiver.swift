import CSockets
import DataModel
import Glibc
import Synchronization

/// Sockets that flow records come by.
public enum RecordSocket {
  /// Bytes of buffer that are asked for: two seconds of 500 000 records a second of NetFlow v5.
  public static let wantedBytes = 64 << 20
}

/// Datagrams as they come over UDP.
///
/// A thread of its own receives them. The socket's buffer is as large as the system allows, and
/// what found no room in it is counted by the kernel.
final class UDPReceiver: DatagramSource {
  let isLive = true
  /// Bytes that the socket's buffer takes.
  let bufferBytes: Int
  /// The address that it is bound to.
  let address: ListenAddress
  private let descriptor: Int32
  private let thread: ReceivingThread
  private var hasFirst = false
  private var bytesRead: UInt64 = 0

  static let wantedBytes = RecordSocket.wantedBytes

  init(_ address: ListenAddress) throws(CaptureError) {
    let name = "udp:\(address)"
    guard let bound = SocketAddress(address) else {
      throw CaptureError(name, .unreadable(errno: EADDRNOTAVAIL))
    }
    self.address = address
    let descriptor = socket(
      bound.family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw CaptureError(name, .unreadable(errno: errno)) }
    bufferBytes = Self.enlarge(descriptor)
    do throws(SocketFailure) {
      guard bound.withPointer({ bind(descriptor, $0, $1) }) == 0 else {
        throw SocketFailure(errno: errno)
      }
      thread = try ReceivingThread(socket: descriptor)
    } catch {
      close(descriptor)
      throw CaptureError(name, .unreadable(errno: error.errno))
    }
    self.descriptor = descriptor
  }

  deinit {
    thread.stop()
    close(descriptor)
  }

  /// Makes the buffer as large as wanted where the process may, else as large as the system allows;
  /// its size.
  private static func enlarge(_ descriptor: Int32) -> Int {
    var wanted = Int32(wantedBytes)
    let size = socklen_t(MemoryLayout<Int32>.size)
    if setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, size) != 0 {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &wanted, size)
    }
    var got: Int32 = 0
    var length = size
    getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &got, &length)
    // The kernel doubles what was asked for, for its own bookkeeping.
    return Int(got) / 2
  }

  var progress: (read: UInt64, total: UInt64) { (bytesRead, 0) }

  var issues: RecordIssues {
    var issues = RecordIssues()
    issues.socketDrops = UInt64(salc_socket_drops(descriptor))
    issues.unread = UInt64(max(0, thread.queue.count - (hasFirst ? 1 : 0)))
    return issues
  }

  func next(wait: Bool) throws(CaptureError) -> Datagram? {
    if hasFirst {
      thread.queue.dropFirst()
      hasFirst = false
    }
    while true {
      if let (head, bytes) = thread.queue.first() {
        hasFirst = true
        bytesRead &+= UInt64(head.length)
        return Datagram(
          bytes: Octets(bytes, Int(head.length)), exporter: head.exporter, port: head.port,
          received: head.received)
      }
      guard wait else { return nil }
      try thread.wait("udp:\(address)")
    }
  }
}
