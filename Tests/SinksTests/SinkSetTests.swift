import DataModel
import Glibc
import Sinks
import Synchronization
import Testing

/// A sink that a test can hold up and make fail.
private final class Held: Sink, @unchecked Sendable {
  let isHeld = Atomic<Bool>(false)
  let isFailing = Atomic<Bool>(false)
  let rows = Atomic<Int>(0)
  let losses = Atomic<Int>(0)
  let hasEnded = Atomic<Bool>(false)

  func begin(_ meta: RunMeta) throws(SinkError) {}

  func row(_ row: Row) throws(SinkError) {
    while isHeld.load(ordering: .acquiring) { usleep(1000) }
    if isFailing.load(ordering: .acquiring) { throw .failed(errno: ENOSPC, doing: "testing") }
    rows.add(1, ordering: .relaxed)
  }

  func loss(_ record: LossRecord) throws(SinkError) {
    losses.add(Int(record.lost[.sink] ?? 0), ordering: .relaxed)
  }
  func flush() throws(SinkError) {}
  func end(_ totals: RunTotals) throws(SinkError) { hasEnded.store(true, ordering: .releasing) }
}

@Suite("Several sinks at once") struct SinkSetTests {
  @Test("every sink of the catalogue can be opened, and no other")
  func catalogue() {
    let usable = SinkCatalogue.all.filter { $0.refusal == nil }.map(\.name)
    #expect(Set(SinkFactory.names + ["stdout"]) == Set(usable))
  }

  private let row = Row(
    output: 0, start: Sample.start, end: Sample.start + Sample.second,
    values: [.address(IPAddress(v4: 1)), .integer(1), .integer(2)])

  private func set(_ sinks: [Held], _ policy: SinkSet.Policy) throws -> SinkSet {
    let named = sinks.enumerated().map { index, sink in
      (sink: sink as any Sink, target: SinkTarget(sink: "test", target: "\(index)"), taken: [0])
    }
    let set = SinkSet(named, outputs: 1, policy)
    try set.begin(Sample.meta([Sample.victims]))
    return set
  }

  @Test func aHeldSinkHoldsUpNoOtherAndItsLossesAreCounted() throws {
    let (free, held) = (Held(), Held())
    held.isHeld.store(true, ordering: .releasing)
    let set = try set([free, held], SinkSet.Policy(limit: 1000, patience: 20000))
    for _ in 0..<10_000 {
      try set.row(row)
      // The free sink is fast, yet not infinitely: it is given the time that it would have live.
      while free.rows.load(ordering: .acquiring) + 900 < Int(written(set)) { usleep(100) }
    }
    try set.flush()
    held.isHeld.store(false, ordering: .releasing)
    try set.end(RunTotals(rows: 10_000))
    let reports = set.reports
    #expect(reports[0].rows + reports[0].lost == 10_000)
    #expect(reports[1].rows + reports[1].lost == 10_000)
    let (freeRows, heldRows) = (
      free.rows.load(ordering: .acquiring), held.rows.load(ordering: .acquiring)
    )
    let told = held.losses.load(ordering: .acquiring)
    #expect(reports[1].lost > 0 && reports[1].rows == UInt64(heldRows))
    #expect(told == Int(reports[1].lost), "in band too")
    #expect(freeRows > heldRows)
    let hasEnded = held.hasEnded.load(ordering: .acquiring)
    #expect(hasEnded)
  }

  private func written(_ set: SinkSet) -> UInt64 { set.reports[0].rows }

  @Test func aRunOfACaptureWaitsForItsSinks() throws {
    let sinks = [Held(), Held()]
    let set = try set(sinks, SinkSet.Policy(mayWait: { true }, limit: 10))
    for _ in 0..<20_000 { try set.row(row) }
    try set.end(RunTotals())
    #expect(set.reports.map(\.rows) == [20_000, 20_000])
    #expect(set.reports.map(\.lost) == [0, 0])
  }

  @Test func aFailingSinkIsCountedAndComesBack() throws {
    let (good, bad) = (Held(), Held())
    let remarks = Mutex<[String]>([])
    let set = try set(
      [good, bad],
      SinkSet.Policy(mayWait: { true }, remark: { text in remarks.withLock { $0.append(text) } }))
    bad.isFailing.store(true, ordering: .releasing)
    for _ in 0..<300 { try set.row(row) }
    try set.flush()
    while set.reports[0].rows < 300 || set.reports[1].failure == nil { usleep(1000) }
    // What is on its way still fails.
    while remarks.withLock({ $0.isEmpty }) { usleep(1000) }
    usleep(200_000)
    bad.isFailing.store(false, ordering: .releasing)
    for _ in 0..<300 { try set.row(row) }
    try set.end(RunTotals())
    #expect(set.reports[0] == SinkReport(target: set.reports[0].target, rows: 600))
    let report = set.reports[1]
    #expect(report.rows + report.lost == 600 && report.rows >= 300 && report.lost > 0)
    #expect(report.failure == .failed(errno: ENOSPC, doing: "testing"))
    #expect(remarks.withLock { $0.count } == 2, "one at the failure, one at its end")
  }

  @Test func theRunEndsWithItsLastSink() throws {
    let (one, other) = (Held(), Held())
    for sink in [one, other] { sink.isFailing.store(true, ordering: .releasing) }
    let set = try set([one, other], SinkSet.Policy())
    #expect(throws: SinkError.failed(errno: ENOSPC, doing: "testing")) {
      for _ in 0..<10_000_000 { try set.row(row) }
    }
    set.abandon()
    #expect(set.reports.allSatisfy { $0.rows == 0 && $0.lost > 0 })
  }

  @Test func theFirstFailureEndsARunThatWantsIt() throws {
    let (good, bad) = (Held(), Held())
    bad.isFailing.store(true, ordering: .releasing)
    let set = try set([good, bad], SinkSet.Policy(stopsAtFailure: true))
    #expect(throws: SinkError.self) { for _ in 0..<10_000_000 { try set.row(row) } }
    set.abandon()
  }
}
