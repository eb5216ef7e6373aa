import CRuntimeBPF
import DataModel
import TestSupport
import Testing

@Suite("Folds in the order of arrival, and rounding")
struct OrderedFoldTests {
  static let folds: [OrderedFold] = [
    .movingAverage(numerator: 1, denominator: 10), .movingAverage(numerator: 1, denominator: 1),
    .movingAverage(numerator: 0, denominator: 1), .descents,
  ]

  private func fold(_ fold: OrderedFold, _ values: some Sequence<Int64>) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: fold.wordCount)
    for value in values { fold.update(&words, value) }
    return words
  }

  private func expectSame(_ fold: OrderedFold, _ a: [UInt64], _ b: [UInt64], _ note: String) {
    guard case .movingAverage = fold else {
      #expect(a == b, "\(note)")
      return
    }
    #expect(a[0] == b[0] && a[1] == b[1], "\(note)")
    let (x, y) = (Double(bitPattern: a[2]), Double(bitPattern: b[2]))
    #expect(abs(x - y) <= 1e-9 * max(1, abs(x)), "\(note)")
  }

  /// Any split is the whole; the empty fold changes nothing; grouping does not matter.
  @Test("compose", arguments: folds)
  func composition(_ kind: OrderedFold) {
    var random = RandomSource(seed: 5)
    for length in 0..<60 {
      let values = (0..<length).map { _ in Int64.random(in: -1000...1000, using: &random) }
      let cuts = [
        Int.random(in: 0...length, using: &random), Int.random(in: 0...length, using: &random),
      ]
      .sorted()
      let parts = [values[..<cuts[0]], values[cuts[0]..<cuts[1]], values[cuts[1]...]]
        .map { fold(kind, $0) }
      var left = parts[0]
      kind.append(&left, later: parts[1])
      kind.append(&left, later: parts[2])
      var tail = parts[1]
      kind.append(&tail, later: parts[2])
      var right = parts[0]
      kind.append(&right, later: tail)
      let whole = fold(kind, values)
      expectSame(kind, left, whole, "\(values) cut at \(cuts)")
      expectSame(kind, right, whole, "\(values) cut at \(cuts)")
    }
  }

  /// What a window that moves by one tuple keeps is the fold of the tuples in it.
  @Test("forget their first value", arguments: folds)
  func sliding(_ kind: OrderedFold) {
    var random = RandomSource(seed: 6)
    let values = (0..<3000).map { _ in Int64.random(in: -100_000...100_000, using: &random) }
    var words = fold(kind, values[..<20])
    for start in 1..<(values.count - 20) {
      kind.dropFirst(&words, next: values[start])
      kind.update(&words, values[start + 19])
      expectSame(kind, words, fold(kind, values[start..<(start + 20)]), "from \(start)")
    }
    var one = fold(kind, [7])
    kind.dropFirst(&one, next: nil)
    #expect(one == fold(kind, []))
  }

  private static let numbers: [Int64] = {
    var random = RandomSource(seed: 7)
    var result: [Int64] = [0, 1, -1, .max, .min, .min + 1, .max - 1]
    for shift in 0..<63 {
      for d: Int64 in -1...1 { result += [(1 << shift) + d, -(1 << shift) + d] }
    }
    for _ in 0..<2000 {
      result.append(Int64(bitPattern: random.next()) >> Int64.random(in: 0...63, using: &random))
    }
    return result
  }()

  @Test("leading bits: C and Swift agree bit for bit, and keep the bound", arguments: 0...16)
  func leading(bits: Int) {
    let rounding = Rounding.leading(bits: bits)
    for value in Self.numbers {
      let name = rounding.round(value)
      #expect(sal_round_log(UInt64(bitPattern: value), UInt32(bits)) == UInt64(bitPattern: name))
      #expect(rounding.round(name) == name)
      let values = rounding.values(of: name)
      #expect(values.contains(value), "\(value) in \(values)")
      let middle = (Double(values.lowerBound) + Double(values.upperBound)) / 2
      #expect(abs(middle - Double(value)) <= abs(Double(value)) / Double(1 << (bits + 1)) + 1e-9)
    }
  }

  @Test(
    "steps: C and Swift agree bit for bit", arguments: [1, 2, 7, 100, 1_000_000_007] as [Int64])
  func steps(width: Int64) {
    let rounding = Rounding.step(width)
    for value in Self.numbers {
      let name = rounding.round(value)
      let found = sal_round_step(UInt64(bitPattern: value), UInt64(width))
      #expect(found == UInt64(bitPattern: name), "\(value) by \(width)")
      #expect(name == .min || rounding.values(of: name).contains(value))
    }
  }
}
