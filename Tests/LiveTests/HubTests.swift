import BPFRuntime
import Compiler
import DataModel
import Glibc
import Reference
import Session
import Sinks
import Synchronization
import TestSupport
import Testing

extension Live {
  /// Several queries share one program; they come and go under traffic.
  @Suite(
    "A hub of live queries", .serialized,
    .enabled(if: Requirement.kernel.isMet, "needs the kernel"))
  struct HubTests {
    /// Tuples by source, of every second.
    private static let bySource =
      "S = STREAM (PacketStream()) BY ip.src; N = FOREACH S GENERATE count() WINDOW 1s;"

    /// Another one, with a pane of its own.
    private static let longest =
      "P = PacketStream(); N = FOREACH P GENERATE max(frame.len) WINDOW 200ms;"

    /// Tuples of an hour by a field that only TCP has.
    private static let byPort =
      "S = STREAM (PacketStream()) BY tcp.dstport; N = FOREACH S GENERATE count() WINDOW 1h;"

    /// A hundred packets of ten sources.
    private static let hundred = FrameSender(
      frames: LiveTraffic.syns(sources: 10, times: 1).map(\.bytes), milliseconds: 10,
      framesEach: 10)

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
      let id = try hub.adding(InProcessRun.compile(Self.bySource), into: sink, on: pair)
      let traffic = WindowedTraffic(sources: 40, times: 5)
      let sending = WindowedSending(traffic, on: pair)
      usleep(2_500_000)
      let edge = try #require(
        try hub.replace(
          id,
          with: InProcessRun.compile(
            Self.bySource.replacing("count()", with: "sum(frame.len)"))))
      for _ in 0..<400 where hub.status(of: id)?.replacedAt != nil { usleep(10_000) }
      #expect(hub.status(of: id)?.replacedAt == nil, "the old query has left the program")
      usleep(2_000_000)
      sending.finish()
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
        InProcessRun.compile(Self.bySource), into: CollectingSink(), on: pair)
      setenv("SALC_CLANG", "/bin/false", 1)
      defer { unsetenv("SALC_CLANG") }
      let other = try InProcessRun.compile(Self.longest)
      #expect(throws: SessionError.self) { try hub.add(other, into: CollectingSink()) }
      #expect(throws: SessionError.self) { _ = try hub.replace(id, with: other) }
      #expect(hub.queries.map(\.id) == [id] && pair.hasProgram)
      Self.hundred.send(in: pair.sender, by: pair.sendingInterface)
      usleep(50_000)
      #expect(try hub.remove(id).packets == 100)
    }

    @Test("a query ends also where no program of the others can be made")
    func removedAllTheSame() throws {
      let pair = try Namespaces("left")
      let remarks = Remarks()
      let hub = try LiveHub.on(pair, remarks)
      let sinks = [CollectingSink(), CollectingSink()]
      let hour = Self.bySource.replacing("1s", with: "1h")
      let first = try hub.adding(InProcessRun.compile(hour), into: sinks[0], on: pair)
      let second = try hub.add(InProcessRun.compile(Self.byPort), into: sinks[1])
      Self.hundred.send(in: pair.sender, by: pair.sendingInterface)
      usleep(50_000)
      setenv("SALC_CLANG", "/bin/false", 1)
      defer { unsetenv("SALC_CLANG") }
      #expect(try hub.remove(first).packets == 100)
      #expect(sinks[0].rows.count == 10 && sinks[0].rows.allSatisfy { $0.quality == .partial })
      #expect(remarks.all.contains { $0.contains("until the next change") }, "\(remarks.all)")
      #expect(hub.queries.map(\.id) == [second] && pair.hasProgram)
      Self.hundred.send(in: pair.sender, by: pair.sendingInterface)
      usleep(50_000)
      unsetenv("SALC_CLANG")
      let third = try hub.add(InProcessRun.compile(hour), into: CollectingSink())
      Self.hundred.send(in: pair.sender, by: pair.sendingInterface)
      usleep(50_000)
      #expect(try hub.remove(third).packets == 100)
      #expect(try hub.remove(second).packets == 300)
      #expect(sinks[0].rows.count == 10, "nothing came after its end")
      #expect(sinks[1].rows.map(\.values.last) == [.integer(300)])
    }

    @Test("a replaced query goes also where the program cannot be made without it")
    func replacedAllTheSame() throws {
      let pair = try Namespaces("stays")
      let remarks = Remarks()
      let hub = try LiveHub.on(pair, remarks)
      let sink = CollectingSink()
      let id = try hub.adding(InProcessRun.compile(Self.bySource), into: sink, on: pair)
      let traffic = WindowedTraffic(sources: 40, times: 5)
      let sending = WindowedSending(traffic, on: pair)
      let next = Self.bySource.replacing("count()", with: "sum(frame.len)")
      let edge = try hub.replace(id, with: InProcessRun.compile(next))
      setenv("SALC_CLANG", "/bin/false", 1)
      defer { unsetenv("SALC_CLANG") }
      #expect(edge != nil)
      for _ in 0..<400 where !remarks.all.contains(where: { $0.contains("was replaced stays") }) {
        usleep(10_000)
      }
      #expect(hub.status(of: id)?.replacedAt == nil, "\(remarks.all)")
      usleep(4_000_000)
      sending.finish()
      let sent = pair.counter("tx_packets", of: pair.sendingInterface, in: pair.sender)
      #expect(try hub.remove(id).packets == sent)
      traffic.expectWhole(sink)
      #expect(sink.metas.count == 2)
    }

    @Test("a change is made also where turns take longer than panes")
    func slowTurns() throws {
      let pair = try Namespaces("slow")
      let hub = LiveHub(
        LiveHub.Configuration(
          interfaces: [pair.receivingInterface], attach: .native, seed: 7,
          observe: { if $0 == .passedBarrier { usleep(120_000) } }))
      let sink = CollectingSink()
      let count = Self.bySource.replacing("1s", with: "100ms")
      let first = try hub.adding(InProcessRun.compile(count), into: sink, on: pair)
      let sending = Worker {
        for _ in 0..<20 { Self.hundred.send(in: pair.sender, by: pair.sendingInterface) }
      }
      usleep(300_000)
      for _ in 0..<2 {
        let second = try hub.add(InProcessRun.compile(Self.longest), into: CollectingSink())
        _ = try hub.remove(second)
      }
      sending.join()
      usleep(300_000)
      #expect(try hub.remove(first).packets == 2000)
      let counted = sink.rows.reduce(Int64(0)) { sum, row in
        if case .integer(let value)? = row.values.last { sum + value } else { sum }
      }
      #expect(counted == 2000)
    }

    @Test("tuples without a key are counted on through a replacement", arguments: [true, false])
    func unkeyed(isImmediate: Bool) throws {
      let pair = try Namespaces("unkeyed")
      let hub = try LiveHub.on(pair)
      let window = isImmediate ? "1h" : "1s"
      let query = Self.byPort.replacing("1h", with: window)
      let id = try hub.adding(
        InProcessRun.compile(query + " V = FILTER S BY N > 5;"), into: CollectingSink(), on: pair)
      let traffic = FrameSender(
        frames: LiveTraffic.udp(sizes: [100], times: 1).map(\.bytes), milliseconds: 10,
        framesEach: 10)
      traffic.send(in: pair.sender, by: pair.sendingInterface)
      let edge = try hub.replace(
        id,
        with: InProcessRun.compile(
          query.replacing("count()", with: isImmediate ? "count()" : "sum(frame.len)")
            + " V = FILTER S BY N > 7;"))
      #expect((edge == nil) == isImmediate)
      // Both queries see these, where the new one waits for an edge.
      traffic.send(in: pair.sender, by: pair.sendingInterface)
      for _ in 0..<400 where hub.status(of: id)?.replacedAt != nil { usleep(10_000) }
      traffic.send(in: pair.sender, by: pair.sendingInterface)
      usleep(50_000)
      let totals = try hub.remove(id)
      #expect(totals.packets == 300)
      #expect(totals.unkeyed.values.reduce(0, +) == 300, "\(totals.unkeyed)")
    }
  }
}

extension LiveHub {
  /// A hub on the receiving end.
  static func on(_ pair: Namespaces, _ remarks: Remarks = Remarks()) throws -> LiveHub {
    LiveHub(
      Configuration(
        interfaces: [pair.receivingInterface], attach: .native, seed: 7,
        remark: { remarks.put($0) }))
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

/// What a hub had to say.
final class Remarks: Sendable {
  private let texts = Mutex<[String]>([])
  var all: [String] { texts.withLock { $0 } }
  func put(_ text: String) { texts.withLock { $0.append(text) } }
}
