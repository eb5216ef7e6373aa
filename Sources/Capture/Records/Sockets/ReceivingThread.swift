import CSockets
import DataModel
import Glibc
import Synchronization

/// The thread that takes datagrams from a socket as they come, so that the socket's buffer never
/// has to bridge the time in which windows close and rows are written.
///
/// It ends when its owner says so, and its owner waits for that: see ``UDPReceiver``.
final class ReceivingThread: @unchecked Sendable {
  let queue = DatagramQueue()
  /// Why the socket cannot be read any more; 0 while it can.
  let failure = Atomic<Int32>(0)
  private let socket: Int32
  /// Ready when datagrams came for a reader that waits.
  private let arrived: Int32
  /// Ready when the thread is to end.
  private let ending: Int32
  private let isReaderWaiting = Atomic<Bool>(false)
  private var thread = pthread_t()
  private var isRunning = false

  /// Datagrams taken from the kernel at once.
  private static let atOnce = SALC_DATAGRAMS_MAX
  private static let longest = 65_536
  /// How long a full ring is left to its reader, milliseconds.
  private static let fullPause: Int32 = 1

  /// Starts a thread that reads `socket`; throws the errno where there can be none.
  init(socket: Int32) throws(SocketFailure) {
    self.socket = socket
    arrived = salc_event_open()
    ending = salc_event_open()
    guard arrived >= 0, ending >= 0 else { throw SocketFailure(errno: -min(arrived, ending)) }
    // Signals are for the thread that reads, whose waiting they interrupt.
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    let status = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let receiving = Unmanaged<ReceivingThread>.fromOpaque(context).takeUnretainedValue()
        receiving.run()
        return nil
      }, Unmanaged.passUnretained(self).toOpaque())
    pthread_sigmask(SIG_SETMASK, &before, nil)
    guard status == 0 else { throw SocketFailure(errno: status) }
    isRunning = true
  }

  deinit {
    stop()
    for descriptor in [arrived, ending] where descriptor >= 0 { close(descriptor) }
  }

  /// Ends the thread, and returns when it has ended.
  func stop() {
    guard isRunning else { return }
    isRunning = false
    salc_event_raise(ending)
    pthread_join(thread, nil)
  }

  /// The reader's: waits until there is a datagram; throws an idle error where none came for
  /// 100 ms, and an interruption where a signal was handled.
  func wait(_ name: String) throws(CaptureError) {
    isReaderWaiting.store(true, ordering: .sequentiallyConsistent)
    defer {
      isReaderWaiting.store(false, ordering: .sequentiallyConsistent)
      salc_event_clear(arrived)
    }
    let code = failure.load(ordering: .acquiring)
    guard queue.isEmpty else { return }
    guard code == 0 else { throw CaptureError(name, .unreadable(errno: code)) }
    try waitToRead(arrived, name)
  }

  // MARK: the thread

  private func run() {
    let space = UnsafeMutablePointer<UInt8>.allocate(capacity: Int(Self.atOnce) * Self.longest)
    let lengths = UnsafeMutablePointer<UInt32>.allocate(capacity: Int(Self.atOnce))
    let senders = UnsafeMutablePointer<sockaddr_storage>.allocate(capacity: Int(Self.atOnce))
    senders.initialize(repeating: sockaddr_storage(), count: Int(Self.atOnce))
    defer {
      space.deallocate()
      lengths.deallocate()
      senders.deallocate()
    }
    while true {
      let got = salc_receive(
        socket, space, UInt32(Self.longest), UInt32(Self.atOnce), lengths, senders)
      if got > 0 {
        let now = Self.now
        for index in 0..<Int(got) {
          let (exporter, port) = SocketAddress.read(senders + index)
          let head = DatagramQueue.Head(
            length: lengths[index], port: port, received: now, exporter: exporter)
          while !queue.append(head, space + index * Self.longest) {
            wakeReader()
            if isToEnd(within: Self.fullPause) { return }
          }
        }
        wakeReader()
        guard got < Self.atOnce else { continue }
      } else if got != -EAGAIN, got != -EINTR {
        failure.store(-got, ordering: .releasing)
        return wakeReader()
      }
      if isToEnd(within: -1) { return }
    }
  }

  private func wakeReader() {
    if isReaderWaiting.exchange(false, ordering: .sequentiallyConsistent) {
      salc_event_raise(arrived)
    }
  }

  /// Waits for the end: so many milliseconds, or where negative until datagrams come.
  private func isToEnd(within milliseconds: Int32) -> Bool {
    var polled = [
      pollfd(fd: ending, events: Int16(POLLIN), revents: 0),
      pollfd(fd: socket, events: Int16(POLLIN), revents: 0),
    ]
    _ = poll(&polled, milliseconds < 0 ? 2 : 1, milliseconds)
    return polled[0].revents != 0
  }

  private static var now: Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
  }
}

/// What the system refused.
struct SocketFailure: Error {
  let errno: Int32
}
