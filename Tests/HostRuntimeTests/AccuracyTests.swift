import DataModel
import Operators
import Plan
import TestSupport
import Testing

/// What `WITHIN ε CONFIDENCE p` makes of every operator: the state it sizes, the bounds of rows.
/// A new operator is tried by its line in the catalogue, or says here why an error changes nothing.
@Suite("WITHIN sizes every operator's state, and bounds its rows")
struct AccuracyTests {
  /// Operators that are exact in as little room, or whose room is a parameter of their own.
  static let unsized: [String: String] = [
    "count": "a word", "sum": "a word", "ave": "words", "var": "words", "stddev": "words",
    "min": "a word", "max": "a word", "rate": "a word", "first": "words", "last": "words",
    "descents": "words", "ewma": "words", "histogram": "buckets are the question",
    "flowset": "the items are the answer", "sample": "its size is an argument",
    "thetasketch": "the library's size", "kllsketch": "its k is an argument",
    "frequentsketch": "its size is an argument",
    "hllsketch": "counts are exact, the image made of them has the registers",
  ]

  /// Operators whose bound is no matter of chance, so that the confidence changes nothing.
  static let certain: Set<String> = [
    "topk", "kmedians", "quantile", "median", "norm(DestPort, Linf)",
  ]

  /// Each operator's smallest call, and the norms that differ in what they keep.
  static let calls: [(name: String, text: String)] =
    CatalogueCall.all(.smallest).filter { !$0.text.contains(" WITHIN ") }
    .map { ($0.name, $0.text) }
    + ["L2", "Linf"].map { ("norm", "norm(DestPort, \($0))") }

  private static let head = "P = PacketStream(\"eth0\");\nK = STREAM P BY SourceIp;\n"

  /// Octets, levels or registers that the host keeps of a key because of its accuracy.
  private static func size(_ call: String, _ accuracy: String) throws -> Int {
    let plan = try Query.plan(
      head + "OUTPUT FOREACH K GENERATE \(call) \(accuracy) WINDOW 1s;")
    return plan.aggregations.reduce(0) { sum, aggregation in
      switch aggregation.form {
      case .words: sum
      case .distinct(_, let precision): sum + 1 << precision
      case .tally(let items, _):
        items.reduce(sum + (aggregation.summary?.byteCount ?? 0)) { sum, item in
          if case .leading(let bits)? = item.rounding { sum + bits + 1 } else { sum }
        }
      }
    }
  }

  @Test("a smaller error and a higher confidence take more room", arguments: calls.map(\.text))
  func sizes(call: String) throws {
    let name = String(call.prefix { $0 != "(" })
    let coarse = try Self.size(call, "WITHIN 20% CONFIDENCE 80%")
    let fine = try Self.size(call, "WITHIN 4% CONFIDENCE 80%")
    let sure = try Self.size(call, "WITHIN 20% CONFIDENCE 99%")
    guard Self.unsized[name] == nil else {
      return #expect(coarse == fine && fine == sure, "\(call) is sized after all")
    }
    #expect(coarse > 0 && fine > coarse, "\(call): \(coarse), \(fine)")
    let isCertain = Self.certain.contains(name) || Self.certain.contains(call)
    #expect(isCertain ? sure == coarse : sure > coarse, "\(call): \(coarse), \(sure)")
  }

  @Test(
    "a value that is not exact has a bound, which holds the exact one", arguments: calls.map(\.text)
  )
  func bounds(call: String) throws {
    let name = String(call.prefix { $0 != "(" })
    let call = call.replacing("DestPort", with: "{DestIp, DestPort}")  // hundreds of items
    let exactly = name == "countdistinct" ? "EXACT" : ""  // all others are exact unless asked
    var accuracies = ["WITHIN 20% CONFIDENCE 80%"]
    if ["quantile", "median"].contains(name) { accuracies.append("WITHIN RANK 20%") }
    for accuracy in accuracies {
      var builder = PlanBuilder()
      builder.plan = try Query.plan(
        Self.head + """
          A = FOREACH K GENERATE \(call) \(accuracy) WINDOW 1s;
          B = FOREACH K GENERATE \(call) \(exactly) WINDOW 1s;
          OUTPUT K (A, B);
          """)
      let run = TestRun(builder)
      var random = RandomSource(seed: 19)
      run.push(OperatorLawTests.tuples(&random, run.fields, count: 4000))
      let rows = run.finish()
      #expect(rows.count == 5)
      for row in rows { expectBound(row, call, isSized: Self.unsized[name] == nil) }
    }
  }

  private func expectBound(_ row: Row, _ call: String, isSized: Bool) {
    let last = row.values.count - 1
    let (found, exact) = (row.values[last - 1], row.values[last])
    #expect(row.bounds[last] == nil)
    if case .text(let image) = found, case .text(let finer) = exact {
      // A sketch, whose bound is its reader's; only HLL's size is by the accuracy.
      return #expect((image.count < finer.count) == call.hasPrefix("hllsketch"), "\(call)")
    }
    guard isSized else { return #expect(found == exact && row.bounds[last - 1] == nil, "\(call)") }
    guard let bound = row.bounds[last - 1] else {
      Issue.record("\(call): \(found) for \(exact) without a bound")
      return
    }
    guard let estimate = found.number, let truth = exact.number else { return }
    // Twice as wide, so that 80 % become practically all.
    #expect(estimate - 2 * (estimate - bound.low) <= truth, "\(call): \(found), not \(exact)")
    #expect(truth <= estimate + 2 * (bound.high - estimate), "\(call): \(found), not \(exact)")
  }
}

extension Value {
  fileprivate var number: Double? {
    switch self {
    case .integer(let number), .duration(let number), .time(let number): Double(number)
    case .real(let number): number
    default: nil
    }
  }
}
