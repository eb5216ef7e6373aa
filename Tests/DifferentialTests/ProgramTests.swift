import DataModel
import Glibc
import Plan
import Reference
import TestSupport
import Testing

/// The published programs (`samples/sal`) over flow records.
@Suite("Published programs")
struct ProgramTests {
  /// Those whose statements are all supported.
  static let programs = ["ml", "short", "disclosure", "zeroaccess"]

  /// A program over the records of a file, with its windows made so short that they slide there.
  private static func program(_ name: String, over path: String, short: Bool) -> String {
    var text = Repository.text("samples/sal/\(name).sal")
      .replacing("VastStream(\"localhost\", 9999)", with: "VastStream(\"\(path)\")")
    if short {
      text =
        "WindowSize = 30;\n"
        + text.replacing("10000,1000,", with: "40,10,").replacing(",10000,2)", with: ",30,2)")
        .replacing("WindowSize = 1000;", with: "")
    }
    return text
  }

  @Test("give the naive evaluator's rows", arguments: programs)
  func reference(name: String) throws {
    let text = Self.records(300, seed: 7)
    let path = RecordTests.write(text)
    defer { unlink(path) }
    try RecordTests.compare(Self.program(name, over: path, short: true), text)
  }

  /// Flows to few servers, most of them to one port, by clients of which one comes like a clock.
  private static func records(_ count: Int, seed: UInt64) -> String {
    var random = RandomSource(seed: seed)
    var text = ""
    for index in 0..<count {
      let server = random.number(1...3)
      let port = random.once(in: 9) ? random.number(1...65_535) : [80, 443, 80][server - 1]
      let client = index % 5 == 0 ? 1 : random.number(2...6)
      let time = 1_312_962_413 + index + (client == 1 ? 0 : random.number(0...2))
      var fields = [
        "\(client == 1 ? 1 : 0)", "\(time).\(random.number(0...9))", "d", "t", "6", "tcp",
        "10.0.0.\(client)", "147.32.84.\(server)", "\(random.number(1024...65_535))", "\(port)",
        "0", "0", "\(random.number(0...500)).\(random.number(0...99))",
      ]
      fields += (0..<6).map { _ in "\(random.number(0...100_000))" } + ["0"]
      text += fields.joined(separator: ",") + "\n"
    }
    return text
  }

  /// The figures are of SAM's own run over this file (`sal.md` §5.4), durations apart, which SAM
  /// cut to whole seconds.
  @Test(
    "ml.sal on the CTU sample is the exact running mean and variance",
    .enabled(if: Requirement.captures.isMet, "\(Requirement.captures.reason)"))
  func features() throws {
    let path = (Repository.testData ?? "") + "/flows/ctu13_s01_sample.vast.csv.gz"
    let answer = try RecordTests.run(Self.program("ml", over: path, short: false))
    let lines = Tool.run("/bin/sh", ["-c", "zcat '\(path)'"]).output.split(separator: "\n")
    #expect(answer.rows.count == 32_048 && answer.rows.count == lines.count)
    var moments: [Substring: [RunningMoments]] = [:]
    var (mismatches, worst) = (0, 0.0)
    var sums = [Double](repeating: 0, count: 29)
    for (row, line) in zip(answer.rows, lines) {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      // SrcTotalBytes, DestTotalBytes, DurationSeconds, payloads, packets: where the file has them.
      let values = [15, 16, 12, 13, 14, 17, 18].map { Double(fields[$0]) ?? 0 }
      var expected: [Double] = []
      for key in ["s" + fields[6], "d" + fields[7]].map({ Substring($0) }) {
        var own = moments.removeValue(forKey: key) ?? Array(repeating: RunningMoments(), count: 7)
        for index in 0..<7 {
          own[index].add(values[index])
          expected += [own[index].mean, own[index].variance]
        }
        moments[key] = own
      }
      for (column, value) in row.values.enumerated() {
        guard let number = Self.number(value) else { continue }
        sums[column] += number
        guard column > 0 else { continue }
        let truth = expected[column - 1]
        // What is left of a variance of equal values is rounding, in the oracle too.
        let scale = max(abs(truth), column % 2 == 0 ? 1e-6 * expected[column - 2] : 0)
        let error = abs(number - truth) / max(scale, 1e-6)
        worst = max(worst, error)
        if error > 1e-9 { mismatches += 1 }
      }
    }
    #expect(mismatches == 0, "the worst relative error is \(worst)")
    let published = [
      0: 4079, 1: 8.65917e7, 3: 2.15741e9, 7: 1.93517e7, 15: 8.71215e7, 17: 2.58697e9,
      27: 1.91576e6,
    ]
    for (column, sum) in published {
      // SAM's windows hold 8 191 to 12 286 tuples, so two busy keys differ a little.
      #expect(abs(sums[column] - sum) <= 1e-3 * sum, "column \(column): \(sums[column])")
    }
  }

  private static func number(_ value: Value) -> Double? {
    switch value {
    case .integer(let number): Double(number)
    case .real(let number): number
    default: nil
    }
  }
}

/// Mean and population variance of the last 10 000 values, from exact sums of integers (durations
/// in microseconds).
private struct RunningMoments {
  private var window: [Int128] = []
  private var sum: Int128 = 0
  private var squares: Int128 = 0

  private static let scale = 1e6

  mutating func add(_ value: Double) {
    let exact = Int128((value * Self.scale).rounded())
    window.append(exact)
    sum += exact
    squares += exact * exact
    guard window.count > 10_000 else { return }
    let old = window[window.count - 10_001]
    sum -= old
    squares -= old * old
  }

  private var count: Int128 { Int128(min(window.count, 10_000)) }

  var mean: Double { Double(sum) / Double(count) / Self.scale }

  var variance: Double {
    let n = Double(count)
    return Double(count * squares - sum * sum) / n / n / Self.scale / Self.scale
  }
}
