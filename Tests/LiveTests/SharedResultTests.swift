import DataModel
import Sinks
import TestSupport
import Testing

@testable import Session

/// What crosses the pipe of `run --share`.
@Suite("Results for another process") struct SharedResultTests {
  private static let values: [Value] = [
    .missing, .bool(true), .integer(-7), .real(2.5), .mac(0x0200_0000_0001), .time(-1),
    .duration(1_500_000_000), .text("a\u{0}ü"), .address(IPAddress(v4: 0xC000_0201)),
    .address(IPAddress(v6High: 0x2001_0DB8_0000_0000, low: 1)),
    .ranking([RankedItem(item: [.integer(80), .text("x")], count: 9, share: 0.5)]),
  ]

  private static let row = Row(
    output: 1, start: 5, end: 6, values: values, bounds: [3: Bound(low: 2, high: 3)],
    quality: .approximate, isUncertain: true)

  private static let loss = LossRecord(
    start: 1, end: 2, lost: [.ring: 3, .late: 4], uncertain: 5, reason: "turned late")

  @Test("rows, losses and totals come out as they went in")
  func roundTrip() throws {
    guard case .row(let row) = try SharedResult(SharedResult.row(Self.row).encoded[...]),
      case .loss(let loss) = try SharedResult(SharedResult.loss(Self.loss).encoded[...])
    else { return #expect(Bool(false), "another kind came out") }
    #expect(row == Self.row && loss == Self.loss)
    var totals = RunTotals(packets: 9, rows: 8, lost: [.sink: 7], elapsedSeconds: 0.25)
    totals.unkeyed = ["N": 3]
    guard case .end(let end) = try SharedResult(SharedResult.end(totals).encoded[...]) else {
      return #expect(Bool(false), "another kind came out")
    }
    #expect(end == totals)
  }

  @Test("bytes of any kind are results or refused, never a crash")
  func mutations() {
    var random = RandomSource(seed: 20)
    let whole = SharedResult.row(Self.row).encoded
    for length in whole.indices {
      #expect(throws: ResultReader.Malformed.self) { try SharedResult(whole[..<length]) }
    }
    for _ in 0..<5000 {
      var bytes = whole
      for _ in 0..<3 {
        bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
      }
      _ = try? SharedResult(bytes[...])
    }
  }
}
