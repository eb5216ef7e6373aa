import DataModel
import Glibc
import Session
import Sinks
import Synchronization
import Reference
import TestSupport
import Testing

extension Live {
  /// The turn under stalls: every packet lands in exactly one window or one loss counter.
  @Suite(
    "The turn", .serialized, .enabled(if: Requirement.kernel.isMet, "needs the kernel"))
  struct TurnTests {
    private static let traffic = FrameSender(
      frames: LiveTraffic.syns(sources: 50, times: 1).map(\.bytes), milliseconds: 900,
      framesEach: 10)

    @Test("a host that stalls at a step for one and a half windows", arguments: TurnStep.allCases)
    func stall(step: TurnStep) throws {
      let stalls = Atomic<Int>(0)
      let calls = Atomic<Int>(0)
      // A drain comes every half millisecond, the other steps once a window, at its beginning: a
      // stall that may begin anywhere has to be longer to hold up a turn for sure.
      let every = step == .draining ? 200 : 3
      let microseconds: UInt32 = step == .draining ? 250_000 : 150_000
      let result = try InProcessRun.run(
        Namespaces("stall"), InProcessRun.compile(), traffic: Self.traffic
      ) { observed in
        guard observed == step,
          calls.add(1, ordering: .relaxed).newValue % every == 0,
          stalls.add(1, ordering: .relaxed).newValue <= 3
        else { return }
        usleep(microseconds)
      }
      #expect(stalls.load(ordering: .relaxed) > 0)
      try expectOnce(result)
      #expect(result.totals.lostTuples == 0, "\(result.totals)")
      let late = result.losses.filter { $0.reason.contains("late") }
      #expect(!late.isEmpty, "\(result.losses)")
      for record in late {
        let rows = result.rows.filter { $0.start == record.start }
        #expect(rows.allSatisfy { $0.quality == .partial }, "\(record)")
      }
    }

    @Test("tuples for the host while it stalls", arguments: TurnStep.allCases)
    func stallOfTuples(step: TurnStep) throws {
      let calls = Atomic<Int>(0)
      let every = step == .draining ? 400 : 3
      let result = try InProcessRun.run(
        Namespaces("tuples"), InProcessRun.compile(place: "host"), traffic: Self.traffic
      ) { observed in
        guard observed == step, calls.add(1, ordering: .relaxed).newValue % every == 0 else {
          return
        }
        usleep(150_000)
      }
      try expectOnce(result)
      #expect(result.totals.lostTuples == 0, "\(result.totals)")
    }

    @Test("a ring that overflows", arguments: ["auto", "host"], [4096, 65536])
    func tinyRing(place: String, bytes: Int) throws {
      let frames = LiveTraffic.syns(sources: 3000, times: 1).map(\.bytes)
      let calls = Atomic<Int>(0)
      let result = try InProcessRun.run(
        Namespaces("ring"), InProcessRun.compile(place: place, tableSets: 4), ringBytes: bytes,
        traffic: FrameSender(frames: frames, milliseconds: 600, framesEach: 50)
      ) { step in
        if step == .draining, calls.add(1, ordering: .relaxed).newValue % 100 == 50 {
          usleep(150_000)
        }
      }
      try expectOnce(result)
      let lost = result.totals.lost[.ring] ?? 0
      #expect(lost > 0 && lost == result.totals.lostTuples, "\(result.totals)")
      #expect(result.losses.reduce(0) { $0 + ($1.lost[.ring] ?? 0) } == lost)
      for record in result.losses where record.lost[.ring] != nil {
        let rows = result.rows.filter { $0.start == record.start }
        #expect(rows.allSatisfy { $0.quality != .exact }, "\(record)")
      }
    }

    @Test("a slow sink holds up no turn and loses nothing within its limit")
    func slowSink() throws {
      let result = try InProcessRun.run(
        Namespaces("sink"), InProcessRun.compile(),
        sink: CollectingSink(flushMicroseconds: 150_000), traffic: Self.traffic)
      try expectOnce(result)
      #expect(result.totals.lostTuples == 0)
      // Nine windows of traffic; held up by the sink they would be four.
      #expect(Set(result.rows.map(\.start)).count >= 7)
    }

    @Test("rows beyond what may wait for the sink are counted as lost, and where")
    func overflowingSink() throws {
      let result = try InProcessRun.run(
        Namespaces("overflow"), InProcessRun.compile(), waitingResults: 20,
        sink: CollectingSink(flushMicroseconds: 300_000), traffic: Self.traffic)
      let lost = try #require(result.totals.lost[.sink])
      // Fifty rows a window of traffic, of which twenty may wait: nine windows, and both cut ends.
      #expect(result.rows.count + Int(lost) >= 400)
      #expect(result.rows.count < 400)
      #expect(result.losses.reduce(0) { $0 + ($1.lost[.sink] ?? 0) } == lost)
      #expect(result.totals.packets == result.sent)
    }

    /// Each packet once: no key twice in a window, and rows and losses add up to what was sent.
    private func expectOnce(
      _ result: InProcessRun.Result, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      struct Place: Hashable {
        let start: Int64
        let key: Value
      }
      let places = try result.rows.map {
        Place(start: $0.start, key: try #require($0.values.first))
      }
      #expect(Set(places).count == places.count, sourceLocation: sourceLocation)
      #expect(result.sent > 0, sourceLocation: sourceLocation)
      #expect(result.totals.packets == result.sent, sourceLocation: sourceLocation)
      #expect(
        result.counted + result.totals.lostTuples == result.sent, "\(result.totals)",
        sourceLocation: sourceLocation)
    }
  }
}
