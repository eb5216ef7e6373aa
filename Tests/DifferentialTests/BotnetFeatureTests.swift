import DataModel
import Glibc
import TestSupport
import Testing

/// `samples/botnet/features.sal` on the records of CTU-13: each of its 897 344 values against
/// integers that are added up here, with nothing of salc in between.
@Suite("Features for learning")
struct BotnetFeatureTests {
  /// The fields of a labelled VAST line, in the order of the features.
  private static let fields = [15, 16, 12, 13, 14, 17, 18]
  private static let durationField = 12

  /// n, Σx, Σx² of the last 10 000 records of a host, per field.
  private struct Sums {
    var values: [[Int128]] = []
    var oldest = 0
    var sum = [Int128](repeating: 0, count: 7)
    var squares = [Int128](repeating: 0, count: 7)

    mutating func add(_ record: [Int128]) {
      values.append(record)
      for (field, value) in record.enumerated() {
        sum[field] += value
        squares[field] += value * value
      }
      guard values.count - oldest > 10_000 else { return }
      for (field, value) in values[oldest].enumerated() {
        sum[field] -= value
        squares[field] -= value * value
      }
      oldest += 1
    }

    /// Mean and population variance of each field, in turns.
    var features: [Double] {
      let n = Int128(values.count - oldest)
      return fields.indices.flatMap { field -> [Double] in
        let unit = fields[field] == durationField ? 1e9 : 1
        let spread = Double(n * squares[field] - sum[field] * sum[field])
        return [
          Double(sum[field]) / Double(n) / unit, spread / Double(n * n) / (unit * unit),
        ]
      }
    }
  }

  private static func number(_ text: Substring, isDuration: Bool) -> Int128 {
    let parts = text.split(separator: ".")
    let whole = Int128(parts[0]) ?? 0
    guard isDuration else { return whole }
    let digits = parts.count > 1 ? String(parts[1].prefix(9)) : ""
    let fraction = digits + String(repeating: "0", count: 9 - digits.utf8.count)
    return whole * 1_000_000_000 + (Int128(fraction) ?? 0)
  }

  @Test(
    "are the exact means and variances of each host's last records, behind the label",
    .enabled(if: Requirement.captures.isMet, "\(Requirement.captures.reason)"))
  func sample() throws {
    let path = (Repository.testData ?? "") + "/flows/ctu13_s01_sample.vast.csv.gz"
    let text = Repository.text("samples/botnet/features.sal")
      .split(separator: "\n").filter { !$0.hasPrefix("//") }.joined(separator: "\n")
    let program = text.replacing("VastStream(\"localhost\", 9999)", with: "VastStream(\"\(path)\")")
    let rows = try RecordTests.run(program).rows
    let lines = Tool.run("/bin/sh", ["-c", "zcat '\(path)'"]).output.split(separator: "\n")
    #expect(rows.count == 32_048 && lines.count == 32_048)
    var hosts: [String: Sums] = [:]
    var wrong = 0
    for (line, row) in zip(lines, rows) {
      let parts = line.split(separator: ",", omittingEmptySubsequences: false)
      let record = Self.fields.map {
        Self.number(parts[$0], isDuration: $0 == Self.durationField)
      }
      var expected: [Double] = []
      for (side, field) in [("from ", 6), ("to ", 7)] {
        hosts[side + parts[field], default: Sums()].add(record)
        expected += hosts[side + parts[field]]?.features ?? []
      }
      let label = Value.integer(Int64(parts[0]) ?? -1)
      if row.values.count != 29 || row.values[0] != label || row.quality != .exact { wrong += 1 }
      for (value, truth) in zip(row.values.dropFirst(), expected) {
        guard case .real(let found) = value, abs(found - truth) <= 1e-9 * abs(truth) else {
          wrong += 1
          continue
        }
      }
    }
    #expect(wrong == 0)
    Self.expectFiguresOfSAM(rows.map(\.values))
  }

  /// What SAM's `ml.sal` printed of the sample, by its six digits. It cut durations to whole
  /// seconds and never forgot, so durations are left out, and sums per destination differ by two
  /// hosts.
  private static func expectFiguresOfSAM(_ rows: [[Value]]) {
    func real(_ value: Value) -> Double {
      if case .real(let number) = value { number } else { .nan }
    }
    let printed: [(row: Int, from: Int, values: [Double])] = [
      (1, 1, [124, 0, 120, 0]), (1, 15, [124, 0, 120, 0]),
      (100, 15, [4087.07, 2.72153e+08, 2940.72, 1.55803e+08]),
      (100, 21, [2113.56, 6.03355e+07, 1226.47, 2.73508e+07]),
      (100, 25, [33.907, 18341.6, 30.0233, 12389.9]),
      (1000, 1, [87.2, 555.76, 215.2, 20664.6]),
      (1000, 7, [26.8, 187.76, 157.2, 24671, 1.2, 0.16, 1.2, 0.16, 645, 261121, 569, 199809]),
      (1000, 21, [424, 179776, 390, 152100, 3.5, 2.25, 3, 1]),
    ]
    for (row, from, values) in printed {
      for (index, value) in values.enumerated() {
        let found = real(rows[row - 1][from + index])
        #expect(abs(found - value) <= 1e-5 * value, "row \(row), column \(from + index): \(found)")
      }
    }
    let sums: [(column: Int, sum: Double, digits: Double)] = [
      (1, 8.65917e7, 1e-5), (3, 2.15741e9, 1e-5), (7, 1.93517e7, 1e-5), (15, 8.71215e7, 1e-3),
      (17, 2.58697e9, 1e-3), (27, 1.91576e6, 1e-3),
    ]
    for (column, sum, digits) in sums {
      let found = rows.reduce(0) { $0 + real($1[column]) }
      #expect(abs(found - sum) <= digits * sum, "the sum of column \(column): \(found)")
    }
  }
}
