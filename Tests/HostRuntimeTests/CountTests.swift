import DataModel
import HostRuntime
import Plan
import Testing

@Suite("Keyed counts, from batches to rows")
struct CountTests {
  static func countBySource() -> PlanBuilder {
    var builder = PlanBuilder()
    let key = [component("ip.src")]
    let features = builder.features([call("count"), call("sum", "frame.len")], by: key)
    let relation = builder.relation(.keys(domain: 0), key: key)
    builder.output(relation, features: features)
    return builder
  }

  static func packet(_ seconds: Double, _ source: UInt32, _ length: Int64) -> TestTuple {
    TestTuple(
      time: Int64(seconds * 1e9), values: ["ip.src": v4(source), "frame.len": .integer(length)])
  }

  @Test("one row a key and window, in the order of keys")
  func rows() {
    let run = TestRun(Self.countBySource())
    run.push([
      Self.packet(10.1, 2, 100), Self.packet(10.2, 1, 60), Self.packet(10.3, 2, 40),
      TestTuple(time: Int64(10.4e9), values: ["frame.len": .integer(60)]),
      Self.packet(12.0, 1, 70),
    ])
    let rows = run.finish()
    #expect(
      rows == [
        Row(
          output: 0, start: 10 * second, end: 11 * second,
          values: [v4(1), .integer(1), .integer(60)]),
        Row(
          output: 0, start: 10 * second, end: 11 * second,
          values: [v4(2), .integer(2), .integer(140)]),
        Row(
          output: 0, start: 12 * second, end: 13 * second,
          values: [v4(1), .integer(1), .integer(70)]),
      ])
    #expect(run.losses.isEmpty)
    #expect(Array(run.graph.unkeyedTuples.values) == [1])
  }

  @Test("a window closes when time passes its end, and later tuples are counted late, once")
  func late() {
    let run = TestRun(Self.countBySource())
    run.push([Self.packet(10.1, 1, 60), Self.packet(11.5, 1, 60)])
    #expect(run.rows.count == 1)
    run.push([Self.packet(10.9, 1, 60), Self.packet(11.6, 1, 60)])
    let rows = run.finish()
    #expect(rows.map { $0.values[1] } == [.integer(1), .integer(2)])
    #expect(
      run.losses == [LossRecord(start: 10 * second, end: 11 * second, lost: [.late: 1])])
  }
}
