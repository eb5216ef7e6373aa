import Testing

@testable import Session

@Suite("A wall clock that is set while a query runs") struct WallClockTests {
  @Test("steps are told once, each with its direction; slewing is not")
  func steps() {
    var steps = WallClockSteps()
    let slewed = [0, 900_000_000].compactMap { steps.remark(lead: $0) }
    #expect(slewed.isEmpty)
    let ahead = steps.remark(lead: 3_600_250_000_000) ?? ""
    #expect(ahead.contains("3600.25 s ahead of the run's"), "\(ahead)")
    let same = steps.remark(lead: 3_600_900_000_000)
    #expect(same == nil)
    let behind = steps.remark(lead: -5_000_000_000) ?? ""
    #expect(behind.contains("5.0 s behind the run's"), "\(behind)")
    let back = steps.remark(lead: 1000)
    #expect(back == "the wall clock is in step with the run's again")
  }

  @Test("the run's clock and the wall clock are in step at the start")
  func start() {
    // The thread may be put aside between the two readings that are compared.
    let leads = (0..<3).map { _ in Clock().wallClockLead.magnitude }
    #expect(leads.contains { $0 < 100_000_000 }, "\(leads)")
  }
}
