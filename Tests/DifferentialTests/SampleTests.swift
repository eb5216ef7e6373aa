import DataModel
import Plan
import Reference
import TestSupport
import Testing

/// The rows that a sample's head promises, which come from tshark.
@Suite("Samples give the rows that they promise")
struct SampleTests {
  @Test(
    "by the naive evaluator",
    .enabled(if: Requirement.captures.isMet, "needs captures: SALC_TEST_DATA"),
    arguments: Sample.all)
  func naive(sample: Sample) throws {
    let capture = try #require(sample.capture)
    let plan = try Query.plan(sample.text)
    let rows = NaiveEvaluator.rows(
      of: plan, over: CaptureFile.frames(of: TestCaptures.path(capture)))
    let lines = rows.map {
      Self.line($0.row, plan.outputs[$0.row.output].schema.columns.map(\.name))
    }
    Self.expect(lines, sample)
  }

  /// The same lines; real numbers may differ in their last digits.
  static func expect(_ lines: [String], _ sample: Sample) {
    func words(_ line: String) -> [Substring] { line.split { " =".contains($0) } }
    let (found, wanted) = (lines.sorted(), sample.expected.sorted())
    #expect(found.count == wanted.count)
    for (a, b) in zip(found, wanted) {
      let isSame =
        words(a).count == words(b).count
        && zip(words(a), words(b)).allSatisfy { x, y in
          guard x != y else { return true }
          guard x.contains("."), let m = Double(x), let n = Double(y) else { return false }
          return abs(m - n) <= 1e-12 * abs(n)
        }
      #expect(isSame, "\(a) is not \(b)")
    }
  }

  /// A row as `// expect:` has it.
  static func line(_ row: Row, _ columns: [String]) -> String {
    let start = String(Timestamp.text(row.start).prefix { $0 != "." }) + "Z"
    return ([start] + zip(columns, row.values).map { "\($0)=\($1)" }).joined(separator: " ")
  }
}

/// A rewrite rule keeps the answer of a plan.
@Suite("Rewriting never changes the answer")
struct RewriteTests {
  @Test("with every rule, and with each rule off", arguments: Sample.all)
  func samples(sample: Sample) throws { try expectSameAnswers(sample.text) }

  @Test("of random queries", arguments: Seeds.range(60))
  func random(seed: Int) throws {
    var generator = QueryGenerator(seed: UInt64(seed))
    try expectSameAnswers(generator.next())
  }

  private func expectSameAnswers(_ text: String) throws {
    let plan = try Query.plan(text)
    var profile = PacketGenerator.Profile()
    profile.gap = 10_000_000
    var generator = PacketGenerator(seed: 5, profile: profile)
    let frames = generator.frames(600)
    let exact = NaiveEvaluator.rows(of: plan, over: frames).map(\.row)
    for rule in [""] + Query.rules {
      let rewritten = Query.optimized(plan, without: rule.isEmpty ? [] : [rule])
      let rows = NaiveEvaluator.rows(of: rewritten, over: frames).map(\.row)
      let differences = RowComparison.differences(exact, rows)
      #expect(differences.isEmpty, "without \(rule): \(differences.prefix(3))\n\(text)")
    }
  }
}
