import DataModel
import Kernels
import TestSupport
import Testing

@Suite("Compiled expressions and predicates")
struct PredicateProgramTests {
  @Test("agree with one tuple at a time, missing values included", arguments: 0..<20)
  func predicates(seed: Int) {
    var random = RandomSource(seed: UInt64(seed))
    let batch = randomBatch(&random, count: 300)
    let kept = UnsafeMutablePointer<UInt16>.allocate(capacity: TupleBatch.capacity)
    defer { kept.deallocate() }
    for _ in 0..<50 {
      let predicate = random.predicate(depth: 3)
      // Every second tuple, so that dense masks must respect the selection.
      batch.selected = 0
      for row in stride(from: 0, to: batch.count, by: 2) {
        batch.selection[batch.selected] = UInt16(row)
        batch.selected += 1
      }
      let program = PredicateProgram(predicate, sets: [])
      let n = program.filter(
        batch, rows: batch.selection, count: batch.selected, kept: kept)
      let expected = stride(from: 0, to: batch.count, by: 2).filter {
        NaiveTuple(batch: batch, row: $0).test(predicate)
      }
      let found = (0..<n).map { Int(kept[$0]) }
      #expect(found == expected, "\(predicate)")
    }
  }

  @Test("values agree with one tuple at a time", arguments: 0..<20)
  func expressions(seed: Int) {
    var random = RandomSource(seed: UInt64(seed) + 1000)
    let batch = randomBatch(&random, count: 100)
    for _ in 0..<50 {
      let expression = random.expression(depth: 4)
      let program = ExpressionProgram(expression)
      defer { withExtendedLifetime(program) {} }
      let column = program.evaluate(batch)
      for row in 0..<batch.count {
        let expected = NaiveTuple(batch: batch, row: row).evaluate(expression)
        let found = column.validity[row] != 0 ? column.values[row] : nil
        #expect(found == expected, "\(expression)")
      }
    }
  }
}
