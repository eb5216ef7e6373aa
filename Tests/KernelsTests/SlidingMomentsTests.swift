import DataModel
import Kernels
import TestSupport
import Testing

@Suite("Moments over the last tuples of a key")
struct SlidingMomentsTests {
  /// (n·Σx² − (Σx)²) / n² of a window, the long way round: exact, then rounded twice.
  private static func variance(_ values: ArraySlice<Int64>) -> Double {
    let n = Double(values.count)
    let mean = values.reduce(0.0) { $0 + Double($1) } / n
    return values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / n
  }

  @Test("a 128-bit number becomes the double nearest to it")
  func reals() {
    var random = RandomSource(seed: 1)
    for shift in 0..<64 {
      for _ in 0..<50 {
        let high = random.next() >> UInt64(shift)
        let low = random.next() << UInt64(Int.random(in: 0..<64, using: &random))
        let number = UInt128(high) << 64 | UInt128(low)
        #expect(MomentMath.real(high, low) == Double(number))
      }
    }
    #expect(MomentMath.real(0, 7) == 7 && MomentMath.real(1, 0) == 0x1p64)
    // Half-way cases go to even; the last bit decides.
    #expect(MomentMath.real(1 << 53, 1 << 63) == Double(UInt128(1 << 53) << 64))
    #expect(
      MomentMath.real(1 << 53 | 1, 0) == Double(UInt128(1 << 53 | 1) << 64))
  }

  @Test(
    "means and variances are those of the window's values",
    arguments: [1, 2, 7, 100], [Int64(3), 1 << 31, 1 << 58])
  func windows(window: Int, most: Int64) {
    // Values grow with the batches; from one of three on, or never, some are missing.
    let firstMissing = [1: 3, 2: 0, 7: 1, 100: 3][window] ?? 2
    var random = RandomSource(seed: UInt64(window))
    let moments = SlidingMoments(
      window: window, operands: 2,
      answers: [
        MomentAnswer(operand: 0, kind: .mean, unit: 1),
        MomentAnswer(operand: 1, kind: .variance, unit: 1e9),
        MomentAnswer(operand: 0, kind: .deviation, unit: 1),
      ], asks: 1, budget: MemoryBudget(bytes: 1 << 20))
    let n = TupleBatch.capacity
    var values = [[Int64]](repeating: [Int64](repeating: 0, count: n), count: 2)
    var valid = [[UInt8]](repeating: [UInt8](repeating: 1, count: n), count: 2)
    var history = [[[Int64?]]](repeating: [[], []], count: 5)
    let rows = (0..<n).map { UInt16($0) }
    for batch in 0..<3 {
      let ids = (0..<n).map { _ in Int32.random(in: -1..<5, using: &random) }
      for operand in 0..<2 {
        for row in 0..<n {
          // The first operand is wide from the second batch on, the other from the third.
          let least = batch > operand ? -most : 0
          let value = Int64.random(in: least...most, using: &random)
          values[operand][row] = batch > operand ? value : value & Int64(UInt32.max)
          let isMissing = batch >= firstMissing && Int.random(in: 0..<5, using: &random) == 0
          valid[operand][row] = isMissing ? 0 : 1
        }
      }
      fold(moments, values, valid, ids, rows)
      let columns = (0..<3).map { moments.column($0, ask: 0) }
      for row in 0..<n {
        let id = Int(ids[row])
        guard id >= 0 else {
          #expect(columns[0].estimate(row).value == .missing)
          continue
        }
        for operand in 0..<2 {
          history[id][operand].append(valid[operand][row] == 0 ? nil : values[operand][row])
        }
        let first = history[id][0].suffix(window).compactMap { $0 }[...]
        let second = history[id][1].suffix(window).compactMap { $0 }[...]
        let mean = first.reduce(0.0) { $0 + Double($1) } / Double(first.count)
        Self.expect(columns[0], row, first.isEmpty ? nil : mean, Double(most))
        let variance = second.isEmpty ? nil : Self.variance(second) / 1e18
        Self.expect(columns[1], row, variance, Double(most) * Double(most) / 1e18)
        let deviation = first.isEmpty ? nil : Self.variance(first).squareRoot()
        Self.expect(columns[2], row, deviation, Double(most))
      }
    }
    #expect(moments.shortened == 0)
  }

  private func fold(
    _ moments: SlidingMoments, _ values: [[Int64]], _ valid: [[UInt8]], _ ids: [Int32],
    _ rows: [UInt16]
  ) {
    values[0].withUnsafeBufferPointer { first in
      values[1].withUnsafeBufferPointer { second in
        valid[0].withUnsafeBufferPointer { firstValid in
          valid[1].withUnsafeBufferPointer { secondValid in
            moments.begin(
              [
                ComputedColumn(values: first.baseAddress!, validity: firstValid.baseAddress!),
                ComputedColumn(values: second.baseAddress!, validity: secondValid.baseAddress!),
              ], rows: rows, count: rows.count)
            moments.fold(ids, rows, count: rows.count)
          }
        }
      }
    }
  }

  /// Equal up to what the doubles of the long way lose.
  private static func expect(
    _ column: RealColumn, _ row: Int, _ expected: Double?, _ scale: Double
  ) {
    guard let expected else {
      #expect(column.estimate(row).value == .missing)
      return
    }
    guard case .real(let found) = column.estimate(row).value else {
      Issue.record("row \(row) has no value")
      return
    }
    #expect(abs(found - expected) <= 1e-6 * abs(expected) + 1e-7 * scale)
  }

  @Test("a window that finds no memory stays short, and says so")
  func shortage() {
    let moments = SlidingMoments(
      window: 100, operands: 1, answers: [MomentAnswer(operand: 0, kind: .mean, unit: 1)],
      asks: 1, budget: MemoryBudget(bytes: 64))
    let values = (0..<20).map { Int64($0) }
    let valid = [UInt8](repeating: 1, count: 20)
    let ids = [Int32](repeating: 0, count: 20)
    let rows = (0..<20).map { UInt16($0) }
    values.withUnsafeBufferPointer { values in
      valid.withUnsafeBufferPointer { valid in
        moments.begin(
          [
            ComputedColumn(values: values.baseAddress!, validity: valid.baseAddress!)
          ], rows: rows, count: 20)
        moments.fold(ids, rows, count: 20)
      }
    }
    // Room for eight.
    #expect(moments.shortened == 12 && moments.count(0) == 8)
    #expect(moments.column(0, ask: 0).estimate(19).value == .real(15.5))
  }

  @Test("a tally counts every item once")
  func tally() {
    var random = RandomSource(seed: 5)
    var tally = ItemTally()
    for size in [0, 1, 10, 1000, 3, 5000] {
      let items = (0..<size).map { _ in Int64.random(in: -50...50, using: &random) }
      let runs = items.withUnsafeBufferPointer { tally.count($0) }
      var expected: [Int64: Int] = [:]
      for item in items { expected[item, default: 0] += 1 }
      #expect(runs.count == expected.count)
      #expect(runs.allSatisfy { expected[$0.item] == $0.count })
    }
  }
}
