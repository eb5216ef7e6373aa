import BPFRuntime
import Glibc
import Synchronization
import Testing

@Suite(.enabled(if: Kernel.isUsable, Kernel.reason)) struct RingTests {
  /// 1 000 sources through a table of 16: everything is in the table, the staging or the ring.
  @Test func evictedPartialsArriveInBatches() throws {
    let program = try Fixture.load(.init(cpus: 2, ringBytes: 1 << 20))
    let pinned = try PinnedThread(cpu: 0)
    let state = try program.mapState()
    var ring = try program.openRing()
    let run = try TestRun(program)
    var sent: [UInt32: Tally] = [:]
    for number in 0..<4000 {
      let source = UInt32(truncatingIfNeeded: number &* 7919 % 1000)
      let length = 60 + number % 100
      _ = try run.replay(Fixture.frame(from: source, length: length))
      sent[source, default: Tally()] += Tally(packets: 1, bytes: UInt64(length))
    }
    var received: [UInt32: Tally] = [:]
    let backlog = ring.backlog
    let records = ring.drain { record in
      guard let batch = RingBatch(record) else { return }
      #expect(batch.stream == 7)
      #expect(batch.cpu == 0)
      #expect(batch.epoch == 0)
      #expect(batch.count == 32)
      Half.add(batch.records, at: 0, count: batch.count, to: &received)
    }
    #expect(records > 50)
    #expect(backlog == records * (8 + 16 + 32 * Half.entryBytes))
    #expect(ring.backlog == 0)
    #expect(ring.drain { _ in Issue.record("the ring was empty") } == 0)
    let half = Half(state.half(cpu: 0, epoch: 0))
    #expect(half.lostRecords == 0)
    half.add(to: &received)
    #expect(received == sent)
    _ = consume pinned
  }

  /// Nobody drains a ring of a page: what does not fit is counted, nothing is lost silently.
  @Test func aFullRingIsCountedAndWorksAgainWhenDrained() throws {
    let program = try Fixture.load(.init(cpus: 1, ringBytes: 4096))
    let pinned = try PinnedThread(cpu: 0)
    let state = try program.mapState()
    var ring = try program.openRing()
    #expect(ring.capacity == 4096)
    let run = try TestRun(program)
    var received: [UInt32: Tally] = [:]
    for round in 1...3 {
      for number in 0..<1000 { _ = try run.replay(Fixture.frame(from: UInt32(number))) }
      let taken = ring.drain { record in
        Half.add(record, at: RingBatch.headerBytes, count: 32, to: &received)
      }
      #expect(taken == 5, "of \(4096 / 792) batches in round \(round)")
    }
    let half = Half(state.half(cpu: 0, epoch: 0))
    #expect(half.lostTuples > 1000)
    half.add(to: &received)
    let counted = received.values.reduce(0) { $0 + $1.packets }
    #expect(counted + half.lostTuples == 3000)
    _ = consume pinned
  }

  @Test func aLimitStopsTheDrainThere() throws {
    let program = try Fixture.load(.init(cpus: 1, ringBytes: 1 << 16))
    let pinned = try PinnedThread(cpu: 0)
    var ring = try program.openRing()
    let run = try TestRun(program)
    for number in 0..<100 { _ = try run.replay(Fixture.frame(from: UInt32(number))) }
    let limit = ring.producerPosition
    #expect(limit == 2 * 792)
    for number in 0..<100 { _ = try run.replay(Fixture.frame(from: UInt32(number))) }
    #expect(ring.drain(upTo: limit) { _ in } == 2)
    #expect(ring.consumerPosition == limit)
    #expect(ring.drain { _ in } > 2)
    _ = consume pinned
  }

  /// A second thread runs packets all the time. After the word was turned and a grace period has
  /// passed, the former half stands still, while the other goes on.
  @Test func afterAGracePeriodTheFormerHalfStandsStill() throws {
    let program = try Fixture.load(.init(cpus: BPFObject.possibleCPUs, ringBytes: 4096))
    let control = try program.mapControl()
    let state = try program.mapState()
    let barrier = try GracePeriod()
    let traffic = Traffic(try TestRun(program), Fixture.frame(from: 1))
    defer { traffic.stop() }
    func packets(_ epoch: Int) -> UInt64 {
      (0..<state.cpus).reduce(0) { $0 + Half(state.half(cpu: $1, epoch: epoch)).packets }
    }
    for turn in 0..<20 {
      let former = turn % 2
      let deadline = time(nil) + 20
      while packets(former) == 0 && time(nil) < deadline { sched_yield() }
      control.setWord(tickNanoseconds: UInt64(turn + 1) * 1_000_000, epoch: 1 - former)
      try barrier.wait()
      let before = packets(former)
      #expect(before > 0)
      while packets(1 - former) < 100 && time(nil) < deadline { sched_yield() }
      #expect(packets(former) == before)
      state.clear(epoch: former)
    }
    #expect(packets(0) + packets(1) > 0)
  }
}

/// A thread that replays one frame until it is stopped.
private final class Traffic: Sendable {
  private let stopped = Atomic<Bool>(false)
  private let ended = Atomic<Bool>(false)
  private let run: TestRun
  private let frame: [UInt8]

  init(_ run: consuming TestRun, _ frame: [UInt8]) {
    self.run = run
    self.frame = frame
    var thread = pthread_t()
    let me = Unmanaged.passRetained(self)
    pthread_create(
      &thread, nil,
      { argument in
        let traffic = Unmanaged<Traffic>.fromOpaque(argument!).takeRetainedValue()
        while !traffic.stopped.load(ordering: .relaxed) {
          _ = try? traffic.run.replay(traffic.frame)
        }
        traffic.ended.store(true, ordering: .releasing)
        return nil
      }, me.toOpaque())
    pthread_detach(thread)
  }

  func stop() {
    stopped.store(true, ordering: .relaxed)
    while !ended.load(ordering: .acquiring) { sched_yield() }
  }
}
