import DataModel
import Reference
import Testing

@Suite("A verdict names what differs")
struct VerdictTests {
  private func row(_ key: Int64, _ value: Value, bound: Bound? = nil) -> Row {
    Row(
      output: 0, start: 0, end: 10, values: [.integer(key), value],
      bounds: bound.map { [1: $0] } ?? [:])
  }

  private func exact(_ rows: Row..., isOptional: Bool = false) -> [NaiveRow] {
    rows.map { NaiveRow(row: $0, isOptional: isOptional) }
  }

  private func verdict(_ expected: [NaiveRow], _ found: Row...) -> Verdict {
    Verdict(expected: expected, found: found, keys: [[0]])
  }

  @Test func equalRowsAgreeInAnyOrder() {
    let rows = [row(1, .integer(5)), row(2, .integer(6))]
    let verdict = verdict(exact(rows[0], rows[1]), rows[1], rows[0])
    #expect(verdict.agrees && verdict.outputs[0].identical == 2)
  }

  @Test func aWrongValueIsOneDifferenceOfItsKey() {
    let verdict = verdict(
      exact(row(1, .integer(5)), row(2, .integer(6))), row(1, .integer(5)), row(2, .integer(7)))
    #expect(!verdict.agrees && verdict.outputs[0].differing == 1)
    #expect(verdict.differences.first?.expected?.values == [.integer(2), .integer(6)])
    #expect(verdict.differences.first?.found?.values == [.integer(2), .integer(7)])
  }

  @Test func rowsMissingAndTooManyAreDifferences() {
    let verdict = verdict(exact(row(1, .integer(5))), row(2, .integer(5)))
    #expect(verdict.differences.count == 2)
    #expect(verdict.differences.contains { $0.found == nil })
    #expect(verdict.differences.contains { $0.expected == nil })
    // The same row twice is one too many.
    let twice = self.verdict(
      exact(row(1, .integer(5))), row(1, .integer(5)), row(1, .integer(5)))
    #expect(twice.differences.count == 1)
  }

  @Test func estimatesAgreeInsideTheirBoundAlone() {
    let truth = exact(row(1, .integer(100)), row(2, .integer(200)))
    let close = row(1, .integer(104), bound: Bound(low: 100, high: 108))
    let good = verdict(truth, close, row(2, .integer(200), bound: Bound(low: 196, high: 204)))
    #expect(good.agrees && good.outputs[0].insideBounds == 1 && good.outputs[0].identical == 1)
    #expect(good.outputs[0].worst.map { abs($0.error - 0.04) < 1e-12 && $0.column == 1 } == true)
    let bad = verdict(truth, close, row(2, .integer(209), bound: Bound(low: 205, high: 213)))
    #expect(bad.outputs[0].differing == 1)
  }

  @Test func rowsThatHangOnAnEstimateAreLeftOut() {
    let optional = exact(row(1, .integer(100)), isOptional: true)
    #expect(verdict(optional).agrees && verdict(optional).outputs[0].uncertain == 1)
    #expect(verdict(optional, row(1, .integer(100))).agrees)
    var uncertain = row(2, .integer(9))
    uncertain.isUncertain = true
    #expect(verdict(optional, uncertain).outputs[0].uncertain == 2)
    // Uncertain is whether a row is there, not what an exact value in it says.
    #expect(!verdict(exact(row(2, .integer(8))), uncertain).agrees)
  }
}
