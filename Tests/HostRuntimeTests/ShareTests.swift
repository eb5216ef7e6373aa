import DataModel
import HostRuntime
import Operators
import Plan
import TestSupport
import Testing

/// Shares of keys in several threads give the rows, losses and counts of one table, also where the
/// limits that all keys have in common are met.
@Suite("Shares of keys give the rows of one table")
struct ShareTests {
  /// What a graph is made of.
  struct Case: Sendable, CustomStringConvertible {
    let description: String
    var keyLimit = 1 << 20
    var distinctBytes = 256 << 20
    var hosts = 3000
    let build: @Sendable () -> PlanBuilder
  }

  static let cases = [
    Case(description: "counts and sums") { words(seconds: 1) },
    Case(description: "more keys than fit", keyLimit: 700) { words(seconds: 1) },
    Case(description: "just as many keys as fit", keyLimit: 2000, hosts: 2000) {
      words(seconds: 4)
    },
    Case(description: "a sliding window") { words(seconds: 3, slide: 1) },
    Case(description: "a sliding window of more keys than fit", keyLimit: 900) {
      words(seconds: 3, slide: 1)
    },
    Case(description: "items", hosts: 40) { items("countdistinct", by: "ip.src") },
    Case(description: "more octets of items than fit", distinctBytes: 40_000, hosts: 40) {
      items("countdistinct", by: "ip.src")
    },
    Case(description: "counted items", hosts: 40) { items("entropy", by: "ip.src") },
    Case(description: "more counted items than fit", keyLimit: 300, hosts: 40) {
      items("entropy", by: "ip.src")
    },
    Case(description: "two keys and none") { mixed() },
  ]

  private static func words(seconds: Int64, slide: Int64? = nil) -> PlanBuilder {
    var builder = PlanBuilder()
    let key = [component("ip.src")]
    let features = builder.features(
      [call("count"), call("sum", "frame.len"), call("max", "frame.len")], by: key,
      seconds: seconds, slide: slide)
    let relation = builder.relation(.keys(domain: 0), key: key, seconds: seconds, slide: slide)
    builder.output(relation, features: features)
    return builder
  }

  private static func items(_ name: String, by field: String) -> PlanBuilder {
    var builder = PlanBuilder()
    let key = [component(field)]
    let counted = OperatorCall(name: name, arguments: [.fields([component("frame.len")])])
    let features = builder.features([counted], by: key)
    builder.output(builder.relation(.keys(domain: 0), key: key), features: features)
    return builder
  }

  private static func mixed() -> PlanBuilder {
    var builder = PlanBuilder()
    let long = builder.filter(.compare(.greater, .field(field("frame.len")), .constant(700)))
    for (key, input) in [([component("ip.src")], 0), ([component("ip.dst")], long), ([], 0)] {
      let domain = builder.plan.aggregations.count
      let features = builder.features(
        [call("count"), call("ave", "frame.len")], by: key, of: input)
      builder.output(builder.relation(.keys(domain: domain), key: key), features: features)
    }
    return builder
  }

  private static func tuples(_ count: Int, hosts: Int, seed: UInt64) -> [TestTuple] {
    var random = RandomSource(seed: seed)
    return (0..<count).map { index in
      var tuple = CountTests.packet(
        10 + Double(index) * 6 / Double(count), UInt32(random.number(1...hosts)),
        Int64(random.number(60...1500)))
      tuple.values["ip.dst"] = v4(UInt32(random.number(1...9)))
      // Some come late, and some have no key.
      if random.once(in: 100) { tuple.time -= 3 * second / 2 }
      if random.once(in: 50) { tuple.values["ip.src"] = nil }
      return tuple
    }
  }

  @Test("whatever the threads and the batches", arguments: cases, [2, 3, 8])
  func shares(example: Case, threads: Int) {
    for (round, batchSize) in [1024, 200, 20].enumerated() {
      let tuples = Self.tuples(3000, hosts: example.hosts, seed: UInt64(round) + 1)
      let runs = [1, threads].map { threads in
        TestRun(
          example.build(), keyLimit: example.keyLimit, batchSize: batchSize, threads: threads,
          distinctBytes: example.distinctBytes)
      }
      for run in runs { run.push(tuples) }
      let rows = runs.map { $0.finish() }
      #expect(!rows[0].isEmpty)
      #expect(rows[0] == rows[1], "batches of \(batchSize)")
      #expect(runs[0].losses == runs[1].losses, "batches of \(batchSize)")
      #expect(runs[0].graph.unkeyedTuples == runs[1].graph.unkeyedTuples)
      #expect(runs[0].graph.passed == runs[1].graph.passed)
    }
  }

  @Test("a graph that is left while its threads work ends them")
  func left() {
    for round in 0..<20 {
      let run = TestRun(Self.mixed(), batchSize: 200, threads: 3)
      run.push(Self.tuples(400 * (round % 5 + 1), hosts: 300, seed: UInt64(round)))
    }
  }
}
