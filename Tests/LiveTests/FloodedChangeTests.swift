import BPFRuntime
import DataModel
import Glibc
import Session
import Sinks
import TestSupport
import Testing

extension Live {
  /// Queries come, are replaced and go while packets come as fast as a veth pair takes them.
  @Suite(
    "Changes under a flood", .serialized,
    .enabled(if: Requirement.kernel.isMet, "needs the kernel"),
    .enabled(if: Requirement.program("clang").isMet, "needs the program clang"))
  struct FloodedChangeTests {
    private static let sources = 1024

    /// Of each source in each second.
    private static let times = 256

    /// Changes of a run of CI; scripts/benchmarks/changes sets a thousand.
    private static let changes =
      getenv("SALC_FLOODED_CHANGES").flatMap { Int(String(cString: $0)) } ?? 40

    /// Each source in each second; those that were there in the second before, and all packets.
    private static let lasting = [
      "S = STREAM (PacketStream()) BY ip.src; N = FOREACH S GENERATE count() WINDOW 1s;",
      """
      P = PacketStream();
      S = STREAM (FILTER P BY udp) BY ip.src;
      N = FOREACH S GENERATE count() WINDOW 1s;
      V = FILTER S BY N > 4;
      W = STREAM (FILTER P BY udp AND ip.src IN V) BY ip.src;
      M = FOREACH W GENERATE sum(frame.len) WINDOW 1s;
      OUTPUT M;
      """,
      "S = STREAM (PacketStream()) BY ip.src; N = FOREACH S GENERATE count() WINDOW 1d;",
    ]

    /// What a run gave.
    private struct Run {
      var sinks: [CollectingSink] = []
      var totals: [RunTotals] = []
      var made: UInt64 = 0
      var refused: UInt64 = 0
      var arrived: UInt64 = 0
      /// Seconds whose frames the machine was too busy to make within them, as nanoseconds.
      var late: [Int64] = []

      /// Windows of a query that stayed, by their start, without late seconds and the two that
      /// their frames ran over into.
      func windows(of query: Int) -> [Int64: Window] {
        Dictionary(grouping: sinks[query].rows, by: \.start).mapValues(Window.init).filter {
          start, _ in !late.contains { (0...2).contains((start - $0) / 1_000_000_000) }
        }
      }
    }

    /// The rows of a window, which are one a source.
    private struct Window {
      let rows: [Value: Int64]
      /// Whether all say that they are not whole.
      let isPartial: Bool

      init(_ rows: [Row]) {
        self.rows = FloodedChangeTests.sums(rows)
        isPartial = rows.allSatisfy { $0.quality == .partial }
      }
    }

    /// Runs the lasting queries under a flood while `during` does something to their hub.
    private static func run(
      _ packets: UInt64, eachSecond: Bool, during: (LiveHub) throws -> Void
    ) throws -> Run {
      let directory = TemporaryDirectory()
      let generator = try FloodGenerator(into: directory)
      let pair = try Namespaces("flooded")
      let hub = try LiveHub.on(pair)
      var run = Run(sinks: lasting.map { _ in CollectingSink() })
      let ids = try zip(lasting, run.sinks).map { text, sink in
        try hub.adding(InProcessRun.compile(text), into: sink, on: pair)
      }
      let flood = pair.start(
        in: pair.sender, generator.program,
        generator.arguments(
          pair.sendingInterface, packets, sources: sources, eachSecond: eachSecond))
      try during(hub)
      flood.signal(SIGTERM)
      let outcome = flood.wait(timeout: 20)
      try #require(outcome.exitCode == 0, "\(outcome.errors)")
      let lines = outcome.output.split(separator: "\n").compactMap { Int64($0) }
      run.made = UInt64(try #require(lines.first))
      run.late = lines.dropFirst().map { $0 * 1_000_000_000 }
      usleep(1_200_000)
      let (tx, rx) = (pair.sendingInterface, pair.receivingInterface)
      run.refused = try #require(pair.counter("tx_dropped", of: tx, in: pair.sender))
      run.arrived = try #require(pair.counter("rx_packets", of: rx, in: pair.receiver))
      run.totals = try ids.map { try hub.remove($0) }
      #expect(run.made == run.arrived + run.refused)
      for totals in run.totals {
        #expect(totals.packets == run.arrived && totals.lost.isEmpty, "\(totals)")
      }
      return run
    }

    @Test("rows of queries that stay are those of a run without changes")
    func rows() throws {
      let packets = UInt64(Self.sources * Self.times)
      let undisturbed = try Self.run(packets, eachSecond: true) { _ in usleep(3_500_000) }
      let changed = try Self.run(packets, eachSecond: true) {
        try QueryChurn().change($0, Self.changes)
      }
      // Frames of a late second are counted in the next one; so are members of a set.
      let (counts, lengths) = (changed.windows(of: 0), changed.windows(of: 1))
      try #require(
        changed.late.count * 20 <= max(40, counts.count), "the machine is too busy")
      // Each window is that of the undisturbed run; what the pair did not take is the only
      // difference there may be, and is known by number.
      let expected = try #require(
        undisturbed.windows(of: 0).values.map(\.rows).first { rows in
          rows.values.allSatisfy { $0 == Int64(Self.times) }
        })
      #expect(expected.count == Self.sources)
      #expect(counts.values.count { $0.rows == expected } >= 2)
      var missing: Int64 = 0
      for (start, window) in counts where window.rows != expected {
        for (source, count) in expected { missing += count - window.rows[source, default: 0] }
        let isLess = window.rows.allSatisfy { $0.value <= expected[$0.key] ?? 0 }
        #expect(isLess, "\(Timestamp.text(start)): \(window.rows)")
      }
      let refused = Int64(changed.refused)
      let told = "\(missing) missing, \(refused) refused, \(changed.late.count) seconds late"
      #expect(changed.late.isEmpty ? missing == refused : missing <= refused, "\(told)")
      // The bytes of members are those of exactly the frames that were counted, but in windows
      // whose rows say themselves that the set came too late for them.
      let length: Int64 = 60
      var short = 0
      for (start, window) in lengths {
        let counted = counts[start]?.rows.mapValues { $0 * length } ?? [:]
        if window.rows == counted { continue }
        short += 1
        let isLess = window.rows.allSatisfy { $0.value <= counted[$0.key] ?? 0 }
        #expect(isLess && window.isPartial, "\(Timestamp.text(start)): \(window.rows)")
      }
      #expect(short * 20 <= max(20, lengths.count), "\(short) of \(lengths.count) windows short")
      // The first second has no members yet.
      if changed.late.isEmpty { #expect(lengths.count >= counts.count - 1) }
      // Every packet that arrived is in one window of a second and in the window of a day.
      for index in [0, 2] {
        let sum = Self.sums(changed.sinks[index].rows).values.reduce(0, +)
        #expect(sum == Int64(changed.arrived), "query \(index)")
      }
      #expect(Self.sums(changed.sinks[0].rows) == Self.sums(changed.sinks[2].rows))
    }

    @Test("at the highest rate nothing is lost and nothing counted twice")
    func flood() throws {
      let run = try Self.run(1 << 40, eachSecond: false) {
        try QueryChurn().change($0, Self.changes)
      }
      let (bySecond, inAll) = (Self.sums(run.sinks[0].rows), Self.sums(run.sinks[2].rows))
      #expect(bySecond == inAll && inAll.count == Self.sources)
      #expect(inAll.values.reduce(0, +) == Int64(run.arrived))
    }

    /// The last column's sums, by source.
    private static func sums(_ rows: [Row]) -> [Value: Int64] {
      rows.reduce(into: [:]) { sums, row in
        if case .integer(let value)? = row.values.last { sums[row.values[0], default: 0] += value }
      }
    }
  }
}
