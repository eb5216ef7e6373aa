import BPFRuntime
import Compiler
import DataModel
import Glibc
import Reference
import Session
import Sinks
import TestSupport
import Testing

extension Live {
  /// Several queries share one program; they come and go under traffic.
  @Suite(
    "A hub of live queries", .serialized,
    .enabled(if: Requirement.kernel.isMet, "needs the kernel"))
  struct HubTests {
    /// Queries that stay: in the data path with a set fed back, with distinct items, on the host.
    static let lasting = [
      """
      P = PacketStream("salcrx");
      S = STREAM P BY ip.src;
      N = FOREACH S GENERATE count() WINDOW 1s;
      """,
      """
      P = PacketStream("salcrx");
      S = STREAM (FILTER P BY tcp) BY ip.src;
      D = FOREACH S GENERATE countdistinct(tcp.srcport) WINDOW 1s;
      F = FOREACH S GENERATE first(tcp.srcport) WINDOW 1s;
      OUTPUT D;
      """,
    ]

    /// Queries that come and go; their windows change the pane of all.
    static let passing = [
      "S = STREAM (PacketStream(\"salcrx\")) BY ip.src; N = FOREACH S GENERATE count() WINDOW 2s;",
      """
      P = PacketStream("salcrx");
      N = FOREACH (STREAM P BY tcp.dstport) GENERATE sum(frame.len) WINDOW 500ms;
      """,
      "P = PacketStream(\"salcrx\"); N = FOREACH P GENERATE max(frame.len) WINDOW 200ms;",
    ]

    /// Changes of programs under traffic.
    private static let changes =
      getenv("SALC_HUB_CHANGES").flatMap { Int(String(cString: $0)) } ?? 60

    @Test("queries that stay see every packet in its window while others come and go")
    func churn() throws {
      let pair = try Namespaces("hub")
      let hub = try LiveHub.on(pair)
      let sinks = Self.lasting.map { _ in CollectingSink() }
      let ids = try zip(Self.lasting, sinks).map { text, sink in
        try hub.adding(InProcessRun.compile(text), into: sink, on: pair)
      }
      let stop = Flag()
      let traffic = WindowedTraffic(sources: 40, times: 5)
      let sending = Worker { traffic.send(on: pair, until: stop) }
      let passing = try Self.passing.map { try InProcessRun.compile($0) }
      var present: [QueryID] = []
      for change in 0..<Self.changes {
        if change % 3 == 2, let first = present.first {
          _ = try hub.remove(first)
          present.removeFirst()
        } else if present.count < 3 {
          present.append(try hub.add(passing[change % 3], into: CollectingSink()))
        } else {
          _ = try hub.remove(present.removeLast())
        }
      }
      stop.raise()
      sending.join()
      usleep(100_000)
      #expect(hub.queries.count == 2 + present.count)
      for id in present { _ = try hub.remove(id) }
      let sent = try #require(
        pair.counter("tx_packets", of: pair.sendingInterface, in: pair.sender))
      for (id, sink) in zip(ids, sinks) {
        let totals = try hub.remove(id)
        #expect(totals.packets == sent)
        #expect(totals.lost.isEmpty, "\(totals)")
        traffic.expectWhole(sink)
      }
      #expect(!pair.hasProgram)
    }
  }
}

extension LiveHub {
  /// A hub on the receiving end.
  static func on(_ pair: Namespaces) throws -> LiveHub {
    LiveHub(
      Configuration(interfaces: [pair.receivingInterface], attach: .native, seed: 7))
  }

  /// Adds a query that may be the first, which attaches, inside the receiver's namespace.
  func adding(
    _ query: CompiledQuery, _ options: QueryOptions = QueryOptions(), into sink: CollectingSink,
    on pair: Namespaces
  ) throws -> QueryID {
    try NetworkNamespace(pair.receiver).run { () throws(BPFError) in
      Swift.Result { () throws(SessionError) in try self.add(query, options, into: sink) }
    }.get()
  }
}

/// Traffic of which every window of a second holds the same: so often each source, sent well within
/// the window. Rows are then known without a second run beside.
struct WindowedTraffic: Sendable {
  let sources: Int
  let times: Int

  /// Sends second by second until asked to stop, and then to the second's end.
  func send(on pair: Namespaces, until stop: Flag) {
    let frames = LiveTraffic.syns(sources: sources, times: 1).map(\.bytes)
    let burst = FrameSender(
      frames: frames, milliseconds: times * sources / 4, framesEach: 4)
    while !stop.isRaised {
      var now = timespec()
      clock_gettime(CLOCK_REALTIME, &now)
      // From a tenth of the next second on; the burst takes some 100 ms on a busy machine.
      usleep(UInt32((1_100_000_000 - now.tv_nsec) / 1000))
      burst.send(in: pair.sender, by: pair.sendingInterface)
    }
  }

  /// Every window has each source as often as it was sent, and says that it is exact.
  func expectWhole(
    _ sink: CollectingSink, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let windows = Dictionary(grouping: sink.rows, by: \.start)
    #expect(windows.count > 2, sourceLocation: sourceLocation)
    for (start, rows) in windows {
      let keys = Set(rows.compactMap(\.values.first))
      #expect(
        keys.count == sources && rows.count == sources, "\(start): \(rows.count)",
        sourceLocation: sourceLocation)
      let quality = Set(rows.map(\.quality))
      #expect(quality == [.exact], "\(start): \(quality)", sourceLocation: sourceLocation)
    }
  }
}
