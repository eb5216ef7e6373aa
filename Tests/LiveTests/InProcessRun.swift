import BPFRuntime
import Compiler
import DataModel
import Diagnostics
import Glibc
import Session
import Sinks
import Synchronization
import TestSupport
import Testing

/// A live run inside the test's process, so that the test can stall it at every step.
enum InProcessRun {
  /// What a run gave.
  struct Result {
    let totals: RunTotals
    let rows: [Row]
    let losses: [LossRecord]
    /// Packets that left the sender, by its link counters.
    let sent: UInt64

    /// The sum of the last column over all rows.
    var counted: UInt64 {
      rows.reduce(0) { sum, row in
        if case .integer(let value)? = row.values.last { sum + UInt64(value) } else { sum }
      }
    }
  }

  /// Tuples by source in windows of 100 ms.
  static let query = """
    P = PacketStream("salcrx");
    N = FOREACH (STREAM P BY SourceIp) GENERATE count() WINDOW 100ms;
    """

  static func compile(
    _ text: String = query, place: String = "auto", tableSets: Int? = nil,
    takesPackets: Bool = false
  ) throws -> CompiledQuery {
    var log = DiagnosticLog()
    let policy = try #require(Compiler.placement(named: place))
    var options = CompileOptions(placement: policy)
    options.takesPackets = takesPackets
    if let tableSets { options.setTableSets(tableSets) }
    return try #require(
      Compiler.compile(SourceText(name: "q.sal", text), options: options, reportingTo: &log))
  }

  /// Runs while `traffic` is sent, and a little longer, until all of it has arrived.
  static func run(
    _ namespaces: Namespaces, _ query: CompiledQuery, ringBytes: Int = 16 << 20,
    waitingResults: Int = 1 << 18, sink: CollectingSink = CollectingSink(), traffic: FrameSender,
    observe: @escaping @Sendable (TurnStep) -> Void = { _ in }
  ) throws -> Result {
    let sender = namespaces.sender
    let stop = Flag()
    let isAttached = Flag()
    sink.begun = { isAttached.raise() }
    let sending = Worker {
      while !isAttached.isRaised && !stop.isRaised { usleep(1000) }
      traffic.send(in: sender, by: "salctx")
      usleep(250_000)
      stop.raise()
    }
    defer {
      stop.raise()
      sending.join()
    }
    let configuration = RunConfiguration(
      query: query, input: .interfaces([namespaces.receivingInterface], attach: .native), seed: 7,
      ringBytes: ringBytes, waitingResults: waitingResults, observe: observe)
    let outcome = try NetworkNamespace(namespaces.receiver).run { () throws(BPFError) in
      Swift.Result { () throws(SessionError) in
        try Session.run(configuration, into: sink, shouldStop: { stop.isRaised })
      }
    }
    stop.raise()
    sending.join()
    let sent = namespaces.counter("tx_packets", of: namespaces.sendingInterface, in: sender)
    return Result(
      totals: try outcome.get(), rows: sink.rows, losses: sink.losses, sent: try #require(sent))
  }
}

/// Keeps everything, and can be slow.
final class CollectingSink: Sink {
  private(set) var metas: [RunMeta] = []
  private(set) var rows: [Row] = []
  private(set) var losses: [LossRecord] = []
  var begun: () -> Void = {}
  private let microseconds: UInt32

  /// A sink that takes so long over each flush.
  init(flushMicroseconds: UInt32 = 0) { microseconds = flushMicroseconds }

  func begin(_ meta: RunMeta) {
    metas.append(meta)
    begun()
  }
  func row(_ row: Row) { rows.append(row) }
  func loss(_ record: LossRecord) { losses.append(record) }
  func flush() { usleep(microseconds) }
  func end(_ totals: RunTotals) {}
}

/// Says once and for all that something has happened.
final class Flag: Sendable {
  private let value = Atomic<Bool>(false)
  var isRaised: Bool { value.load(ordering: .acquiring) }
  func raise() { value.store(true, ordering: .releasing) }
}

/// A thread of the test's; the pool of Swift's tasks is too small to block in.
final class Worker {
  private var handle = pthread_t()
  private var isJoined = false

  init(_ body: @escaping @Sendable () -> Void) {
    final class Box {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    pthread_create(
      &handle, nil,
      { argument in
        if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, Unmanaged.passRetained(Box(body)).toOpaque())
  }

  /// Waits for the end; may be called again.
  func join() {
    guard !isJoined else { return }
    isJoined = true
    pthread_join(handle, nil)
  }
}

/// Sends frames through a packet socket: so many each millisecond, for so long.
struct FrameSender: Sendable {
  let frames: [[UInt8]]
  let milliseconds: Int
  let framesEach: Int
  /// Microseconds between one millisecond's frames and the next.
  var pause: UInt32 = 1000

  func send(in namespace: String, by interface: String) {
    try? NetworkNamespace(namespace).run { () throws(BPFError) in
      let index = try NetworkInterface.named(interface).index
      let descriptor = socket(AF_PACKET, Int32(SOCK_RAW.rawValue), 0)
      defer { close(descriptor) }
      // struct sockaddr_ll of linux/if_packet.h, which Glibc's module lacks.
      var address = [UInt8](repeating: 0, count: 20)
      address.withUnsafeMutableBytes {
        $0.storeBytes(of: UInt16(AF_PACKET), as: UInt16.self)
        $0.storeBytes(of: index, toByteOffset: 4, as: Int32.self)
      }
      var next = 0
      for _ in 0..<milliseconds {
        for _ in 0..<framesEach {
          let frame = frames[next % frames.count]
          next += 1
          address.withUnsafeBytes {
            let pointer = $0.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            _ = sendto(descriptor, frame, frame.count, 0, pointer, UInt32($0.count))
          }
        }
        if pause > 0 { usleep(pause) }
      }
    }
  }
}
