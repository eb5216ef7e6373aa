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

    @Test("a changed threshold keeps what an open window has gathered")
    func keptState() throws {
      let pair = try Namespaces("kept")
      let hub = try LiveHub.on(pair)
      let sink = CollectingSink()
      let count =
        "S = STREAM (PacketStream(\"salcrx\")) BY ip.src; "
        + "N = FOREACH S GENERATE count() WINDOW 1h; "
      let id = try hub.adding(
        InProcessRun.compile(count + "V = FILTER S BY N > 1000; OUTPUT V;"), into: sink, on: pair)
      let traffic = FrameSender(
        frames: LiveTraffic.syns(sources: 10, times: 1).map(\.bytes), milliseconds: 100,
        framesEach: 10)
      traffic.send(in: pair.sender, by: pair.sendingInterface)
      let edge = try hub.replace(
        id, with: InProcessRun.compile(count + "V = FILTER S BY N > 5; OUTPUT V;"))
      #expect(edge == nil, "all state goes on, so nothing has to be waited for")
      traffic.send(in: pair.sender, by: pair.sendingInterface)
      usleep(50_000)
      let totals = try hub.remove(id)
      #expect(totals.packets == 2000 && totals.lost.isEmpty, "\(totals)")
      #expect(sink.rows.count == 10 && sink.metas.count == 1)
      #expect(sink.rows.allSatisfy { $0.values.last == .integer(200) }, "\(sink.rows)")
    }

    @Test("other windows begin where the old query's last ones end")
    func replacedAtEdge() throws {
      let pair = try Namespaces("edge")
      let hub = try LiveHub.on(pair)
      let sink = CollectingSink()
      let id = try hub.adding(InProcessRun.compile(Self.lasting[0]), into: sink, on: pair)
      let stop = Flag()
      let traffic = WindowedTraffic(sources: 40, times: 5)
      let sending = Worker { traffic.send(on: pair, until: stop) }
      usleep(2_500_000)
      let edge = try #require(
        try hub.replace(
          id,
          with: InProcessRun.compile(
            Self.lasting[0].replacing("count()", with: "sum(frame.len)"))))
      for _ in 0..<400 where hub.status(of: id)?.replacedAt != nil { usleep(10_000) }
      #expect(hub.status(of: id)?.replacedAt == nil, "the old query has left the program")
      usleep(2_000_000)
      stop.raise()
      sending.join()
      _ = try hub.remove(id)
      traffic.expectWhole(sink)
      let starts = Set(sink.rows.map(\.start)).sorted()
      #expect(zip(starts, starts.dropFirst()).allSatisfy { $1 - $0 == 1_000_000_000 })
      #expect(sink.metas.count == 2, "the columns have other names")
      let length = Int64(LiveTraffic.syns(sources: 1, times: 1)[0].bytes.count)
      for row in sink.rows {
        #expect(row.values.last == .integer(row.end <= edge ? 5 : 5 * length), "\(row)")
      }
    }

    @Test("a query that cannot run leaves the others as they are")
    func refused() throws {
      let pair = try Namespaces("refused")
      let hub = try LiveHub.on(pair)
      let id = try hub.adding(
        InProcessRun.compile(Self.lasting[0]), into: CollectingSink(), on: pair)
      setenv("SALC_CLANG", "/bin/false", 1)
      defer { unsetenv("SALC_CLANG") }
      let other = try InProcessRun.compile(Self.passing[2])
      #expect(throws: SessionError.self) { try hub.add(other, into: CollectingSink()) }
      #expect(throws: SessionError.self) { _ = try hub.replace(id, with: other) }
      #expect(hub.queries.map(\.id) == [id] && pair.hasProgram)
      FrameSender(
        frames: LiveTraffic.syns(sources: 10, times: 1).map(\.bytes), milliseconds: 10,
        framesEach: 10
      ).send(in: pair.sender, by: pair.sendingInterface)
      usleep(50_000)
      #expect(try hub.remove(id).packets == 100)
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
    // The last second's windows are to be closed before a query ends.
    usleep(1_200_000)
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
