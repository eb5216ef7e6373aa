import BPFRuntime
import Compiler
import DataModel
import Glibc
import Session
import Sinks
import TestSupport
import Testing

extension Live {
  /// Queries come, are replaced and go on two interfaces, one with traffic whose rows are known.
  @Suite(
    "A hub whose queries change", .serialized,
    .enabled(if: Requirement.kernel.isMet, "needs the kernel"))
  struct ChurnTests {
    /// Queries that stay.
    private enum Lasting {
      /// All packets.
      static let all = """
        P = PacketStream();
        S = STREAM (FILTER P BY ip) BY ip.src;
        N = FOREACH S GENERATE count() WINDOW 1s;
        """
      /// A set that is fed back, and a count of what it holds.
      static let fedBack = """
        P = PacketStream();
        S = STREAM (FILTER P BY tcp) BY ip.src;
        N = FOREACH S GENERATE count() WINDOW 1s;
        V = FILTER S BY N > 4;
        W = STREAM (FILTER P BY tcp AND ip.src IN V) BY ip.src;
        M = FOREACH W GENERATE count() WINDOW 1s;
        OUTPUT M;
        """
      /// In the data path and on the host.
      static let split = """
        P = PacketStream();
        S = STREAM (FILTER P BY tcp) BY ip.src;
        D = FOREACH S GENERATE countdistinct(tcp.srcport) WINDOW 1s;
        F = FOREACH S GENERATE first(tcp.srcport) WINDOW 1s;
        OUTPUT D;
        OUTPUT F;
        """
    }

    /// Changes of the program.
    private static let changes =
      getenv("SALC_HUB_CHANGES").flatMap { Int(String(cString: $0)) } ?? 60

    @Test("changes lose no packet and leave the rows of those that stay as they are")
    func churn() throws {
      let pair = try Namespaces("hub")
      try pair.addPair()
      let interfaces = [pair.receivingInterface, pair.receivingInterface + "2"]
      let remarks = Remarks()
      let hub = LiveHub(
        LiveHub.Configuration(
          interfaces: interfaces, attach: .native, seed: 7, remark: { remarks.put($0) }))
      let traffic = WindowedTraffic(sources: 40, times: 5, interface: pair.sendingInterface + "2")
      let texts = [Lasting.all, Lasting.fedBack, Lasting.split]
      let sinks = texts.map { _ in CollectingSink() }
      let ids = try zip(texts, sinks).map { text, sink in
        try hub.adding(InProcessRun.compile(text), into: sink, on: pair)
      }
      let sending = WindowedSending(traffic, on: pair)
      try QueryChurn().change(hub, Self.changes)
      sending.finish()
      let known = try #require(Self.settled(pair, pair.sendingInterface + "2"))
      for id in ids {
        let totals = try hub.remove(id)
        #expect(totals.packets == known)
        #expect(totals.lost.isEmpty, "\(totals)")
      }
      traffic.expectWhole(sinks[0], values: [[.integer(5)]])
      // The first window's members are known in the second.
      traffic.expectWhole(sinks[1], values: [[.integer(5)]])
      traffic.expectWhole(sinks[2], output: 0, values: [[.integer(1)]])
      traffic.expectWhole(sinks[2], output: 1)
      #expect(remarks.all.allSatisfy { $0.hasPrefix("clock: ") }, "\(remarks.all)")
      #expect(!pair.hasProgram)
    }

    /// Packets that left an interface, once no more do.
    private static func settled(_ pair: Namespaces, _ interface: String) -> UInt64? {
      var before: UInt64?
      for _ in 0..<100 {
        let now = pair.counter("tx_packets", of: interface, in: pair.sender)
        if now == before { return now }
        before = now
        usleep(100_000)
      }
      return nil
    }
  }
}
