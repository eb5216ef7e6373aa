import CSockets
import DataModel
import Glibc

/// Sockets that flow records come by.
public enum RecordSocket {
  /// Bytes of buffer that are asked for: two seconds of 500 000 records a second of NetFlow v5.
  public static let wantedBytes = 64 << 20
}

/// Datagrams as they come over UDP.
///
/// The socket's buffer is as large as the system allows, and what found no room in it is counted by
/// the kernel (`SO_MEMINFO`, the counter of `SO_RXQ_OVFL`).
final class UDPReceiver: DatagramSource {
  let isLive = true
  private(set) var issues = RecordIssues()
  /// Bytes that the socket's buffer takes.
  let bufferBytes: Int
  /// The address that it is bound to.
  let address: ListenAddress
  private let descriptor: Int32
  private let space: UnsafeMutablePointer<UInt8>
  private let lengths: UnsafeMutablePointer<UInt32>
  private let senders: UnsafeMutablePointer<sockaddr_storage>
  private var next = 0
  private var count = 0
  private var received: Int64 = 0
  private var bytesRead: UInt64 = 0

  /// Datagrams taken from the kernel at once.
  private static let atOnce = SALC_DATAGRAMS_MAX
  private static let longest = 65_536
  static let wantedBytes = RecordSocket.wantedBytes

  init(_ address: ListenAddress) throws(CaptureError) {
    let name = "udp:\(address)"
    guard let bound = SocketAddress(address) else {
      throw CaptureError(name, .unreadable(errno: EADDRNOTAVAIL))
    }
    self.address = address
    descriptor = socket(bound.family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    space = .allocate(capacity: Self.atOnce * Self.longest)
    lengths = .allocate(capacity: Self.atOnce)
    senders = .allocate(capacity: Self.atOnce)
    senders.initialize(repeating: sockaddr_storage(), count: Self.atOnce)
    bufferBytes = descriptor < 0 ? 0 : Self.enlarge(descriptor)
    guard bound.withPointer({ bind(descriptor, $0, $1) }) == 0 else {
      throw CaptureError(name, .unreadable(errno: errno))
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    space.deallocate()
    lengths.deallocate()
    senders.deallocate()
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

  func next(wait: Bool) throws(CaptureError) -> Datagram? {
    if next == count { try receive(wait: wait) }
    guard next < count else { return nil }
    defer { next += 1 }
    let (exporter, port) = SocketAddress.read(senders + next)
    return Datagram(
      bytes: Octets(space + next * Self.longest, Int(lengths[next])),
      exporter: exporter, port: port, received: received)
  }

  private func receive(wait: Bool) throws(CaptureError) {
    (next, count) = (0, 0)
    var got = take()
    if got == -EAGAIN {
      guard wait else { return }
      noteDrops()
      try waitToRead(descriptor, "udp:\(address)")
      got = take()
    }
    // Woken for a datagram whose checksum was wrong.
    if got == -EAGAIN { throw .idle }
    guard got >= 0 else { throw CaptureError("udp:\(address)", .unreadable(errno: -got)) }
    count = Int(got)
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    received = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    for index in 0..<count { bytesRead &+= UInt64(lengths[index]) }
    if count == Self.atOnce { noteDrops() }
  }

  private func take() -> Int32 {
    salc_receive(
      descriptor, space, UInt32(Self.longest), UInt32(Self.atOnce), lengths, senders)
  }

  /// Asks the kernel how many datagrams found no room.
  private func noteDrops() {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 16) { words in
      // SO_MEMINFO, and SK_MEMINFO_DROPS in it (linux/sock_diag.h).
      var length = socklen_t(16 * MemoryLayout<UInt32>.size)
      guard getsockopt(descriptor, SOL_SOCKET, 55, words.baseAddress, &length) == 0,
        length >= 9 * 4
      else { return }
      issues.socketDrops = UInt64(words[8])
    }
  }
}
