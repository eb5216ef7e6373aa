import DataModel
import HostRuntime
import Plan
import Testing

private func packet(_ time: Double, _ source: UInt32, _ length: Int64 = 60) -> TestTuple {
  CountTests.packet(time, source, length)
}

@Suite("Windows, sets and losses")
struct WindowTests {
  @Test("rows at each close of the shortest window, longer ones by their last closed value")
  func lengths() {
    var builder = PlanBuilder()
    let key = [component("ip.src")]
    let short = builder.features([call("count")], by: key)
    let long = builder.features([call("sum", "frame.len")], by: key, seconds: 2)
    let relation = builder.relation(.keys(domain: 0), key: key)
    builder.output(relation, features: short + long)
    let run = TestRun(builder)
    run.push([
      packet(0.5, 1, 10), packet(1.5, 1, 20), packet(2.5, 1, 40), packet(3.5, 2, 80),
      packet(4.5, 1, 1), packet(9.5, 1, 1),
    ])
    let rows = run.finish()
    #expect(
      rows.map { $0.values } == [
        [v4(1), .integer(1), .integer(0)],  // 0…1: no long window has closed
        [v4(1), .integer(1), .integer(30)],  // 1…2: that of 0…2
        [v4(1), .integer(1), .integer(30)],  // 2…3: still that
        [v4(2), .integer(1), .integer(80)],  // 3…4: that of 2…4
        [v4(1), .integer(1), .integer(40)],  // 4…5
        [v4(1), .integer(1), .integer(1)],  // 9…10: that of 8…10
      ])
    #expect(rows.map(\.end) == [1, 2, 3, 4, 5, 10].map { $0 * second })
  }

  @Test("tuples late for a short window still reach a long one, and count late once")
  func lateForOne() {
    var builder = PlanBuilder()
    let key = [component("ip.src")]
    let short = builder.features([call("count")], by: key)
    let long = builder.features([call("count")], by: key, seconds: 4)
    builder.output(builder.relation(.keys(domain: 0), key: key), features: short)
    builder.output(builder.relation(.keys(domain: 1), key: key, seconds: 4), features: long)
    let run = TestRun(builder)
    run.push([packet(0.5, 1), packet(2.5, 1), packet(0.6, 1), packet(3.0, 1)])
    let rows = run.finish()
    #expect(
      rows == [
        Row(output: 0, start: 0, end: second, values: [v4(1), .integer(1)]),
        Row(output: 0, start: 2 * second, end: 3 * second, values: [v4(1), .integer(1)]),
        Row(output: 0, start: 3 * second, end: 4 * second, values: [v4(1), .integer(1)]),
        Row(output: 1, start: 0, end: 4 * second, values: [v4(1), .integer(4)]),
      ])
    #expect(run.losses == [LossRecord(start: 0, end: second, lost: [.late: 1])])
  }

  @Test("lateness keeps windows open")
  func lateness() {
    var builder = PlanBuilder(lateness: 2 * second)
    let key = [component("ip.src")]
    let features = builder.features([call("count")], by: key)
    builder.output(builder.relation(.keys(domain: 0), key: key), features: features)
    let run = TestRun(builder)
    run.push([packet(0.5, 1), packet(2.5, 1), packet(0.6, 1), packet(3.0, 1), packet(0.7, 1)])
    let rows = run.finish()
    #expect(rows.map { $0.values[1] } == [.integer(2), .integer(1), .integer(1)])
    #expect(run.losses.map(\.lost) == [[.late: 1]])
  }

  @Test("features over differently filtered streams meet by key; the absent ones are 0")
  func joined() {
    var builder = PlanBuilder()
    let key = [component("ip.src")]
    let all = builder.features([call("count")], by: key)
    let long = builder.filter(
      .compare(.greater, .field(field("frame.len")), .constant(100)))
    let some = builder.features([call("count"), call("max", "frame.len")], by: key, of: long)
    let keys = builder.relation(.keys(domain: 0), key: key)
    let chosen = builder.relation(
      .filter(
        input: keys,
        .compare(
          .less, .binary(.realDivide, .feature(some[0], key: [0]), .feature(all[0], key: [0])),
          .binary(.realDivide, .constant(.integer(1)), .constant(.integer(2))))), key: key)
    builder.output(chosen, features: all + some)
    let run = TestRun(builder)
    run.push([
      packet(0.1, 1, 60), packet(0.2, 2, 60), packet(0.3, 2, 600), packet(0.4, 3, 60),
      packet(0.5, 3, 60), packet(0.6, 3, 300),
    ])
    // 2 has exactly one half: 1/2 < 1/2 is false, without a rounding.
    #expect(
      run.finish().map(\.values) == [
        [v4(1), .integer(1), .integer(0), .missing],
        [v4(3), .integer(3), .integer(1), .integer(300)],
      ])
  }

  @Test("a feature of a coarser key is read at the row's key projected and masked")
  func projected() {
    var builder = PlanBuilder()
    let fine = [component("ip.src"), component("DestPort")]
    let coarse = [component("ip.src", mask: AddressMask(v4Bits: 24, v6Bits: 64))]
    let pairs = builder.features([call("count")], by: fine)
    let nets = builder.features([call("count")], by: coarse)
    let total = builder.features([call("count")], by: [])
    let relation = builder.relation(.keys(domain: 0), key: fine)
    let columns = ["a", "b", "c"].map { OutputColumn(name: $0, type: .signed) }
    builder.add(
      .rows(
        relation: relation,
        [
          .feature(pairs[0], key: [0, 1]), .feature(nets[0], key: [0]), .feature(total[0], key: []),
        ]),
      OutputSchema(name: "O", columns: columns, isWindowed: true))
    let run = TestRun(builder)
    func tuple(_ source: UInt32, _ port: Int64) -> TestTuple {
      TestTuple(time: 1, values: ["ip.src": v4(source), "DestPort": .integer(port)])
    }
    run.push([
      tuple(0x0A00_0001, 80), tuple(0x0A00_0002, 80), tuple(0x0A00_0101, 80),
      tuple(0x0A00_0001, 80),
    ])
    #expect(
      run.finish().map(\.values) == [
        [.integer(2), .integer(3), .integer(4)], [.integer(1), .integer(3), .integer(4)],
        [.integer(1), .integer(1), .integer(4)],
      ])
  }

  @Test("a set holds from close + lag until close + lag + window + within")
  func setLag() {
    var builder = PlanBuilder(setLag: second / 10)
    let key = [component("ip.src")]
    let count = builder.features([call("count")], by: key)
    let keys = builder.relation(.keys(domain: 0), key: key)
    let heavy = builder.relation(
      .filter(
        input: keys, .compare(.greater, .feature(count[0], key: [0]), .constant(.integer(1)))),
      key: key)
    let set = builder.set(heavy, columns: [0])
    let within = second / 2
    let member = builder.filter(.inSet(set, key, within: within, negated: false))
    let columns = [OutputColumn(name: "TimeStamp", type: .time)]
    builder.add(
      .tuples(node: member, [.field(field("frame.time"))]),
      OutputSchema(name: "T", columns: columns, isWindowed: false))
    let run = TestRun(builder)
    var installed: [(words: [UInt64], from: Int64, until: Int64)] = []
    run.graph.setChanged = { installed.append(($1, $2, $3)) }
    let times = [0.1, 0.2, 1.05, 1.1, 2.05, 2.59, 2.61]
    run.push(
      times.map { time in
        var tuple = packet(time, 7)
        tuple.values["frame.time"] = .time(tuple.time)
        return tuple
      })
    let rows = run.finish()
    // Two tuples in 0…1 and in 1…2 each: a member from 1.1 s until 3.1 s and half a second more.
    #expect(rows.map(\.start) == [1.1, 2.05, 2.59, 2.61].map { Int64($0 * 1e9) })
    #expect(rows.allSatisfy { $0.start == $0.end && $0.values == [.time($0.start)] })
    #expect(installed.map(\.words) == [[7], [7], [7]])
    #expect(installed.first?.from == second + second / 10)
    #expect(installed.first?.until == 2 * second + second / 10)
  }

  @Test("DISTINCT passes the first tuple of each key in each window")
  func distinct() {
    var builder = PlanBuilder()
    let first = builder.distinct([component("ip.src"), component("DestPort")], 2)
    let features = builder.features([call("count")], by: [component("ip.src")], of: first)
    builder.output(
      builder.relation(.keys(domain: 0), key: [component("ip.src")]), features: features)
    let run = TestRun(builder)
    func tuple(_ time: Double, _ port: Int64) -> TestTuple {
      TestTuple(
        time: Int64(time * 1e9), values: ["ip.src": v4(1), "DestPort": .integer(port)])
    }
    run.push([
      tuple(0.1, 1), tuple(0.2, 1), tuple(0.3, 2), tuple(1.1, 1), tuple(1.2, 3), tuple(2.1, 1),
      packet(2.2, 1),
    ])
    #expect(
      run.finish().map(\.values) == [
        [v4(1), .integer(2)], [v4(1), .integer(1)], [v4(1), .integer(1)],
      ])
  }

  @Test("keys beyond the limit make the window partial and are counted")
  func remainder() {
    let run = TestRun(CountTests.countBySource(), keyLimit: 2)
    run.push([packet(0.1, 1), packet(0.2, 2), packet(0.3, 3), packet(0.4, 3), packet(1.1, 3)])
    let rows = run.finish()
    #expect(rows.map(\.quality) == [.partial, .partial, .exact])
    #expect(run.losses.map(\.lost) == [[.table: 2]])
    #expect(run.losses.first?.reason.isEmpty == false)
  }

  @Test("under loss counts and sums are at least, marked windows are partial")
  func loss() {
    let run = TestRun(CountTests.countBySource())
    run.graph.noteLoss(.ring, count: 5, pane: 0)
    run.graph.markPartial(pane: second, reason: "first window cut short")
    run.push([packet(0.1, 1), packet(1.1, 1), packet(2.1, 1)])
    #expect(run.finish().map(\.quality) == [.atLeast, .partial, .exact])
    #expect(
      run.losses == [
        LossRecord(start: 0, end: second, lost: [.ring: 5]),
        LossRecord(
          start: second, end: 2 * second, lost: [:], reason: "first window cut short"),
      ])
  }

  @Test("TOP breaks ties by key and counts those left out")
  func top() {
    var builder = PlanBuilder()
    let key = [component("ip.src")]
    let count = builder.features([call("count")], by: key)
    let keys = builder.relation(.keys(domain: 0), key: key)
    let best = builder.relation(
      .top(input: keys, count: 2, by: .feature(count[0], key: [0]), per: []), key: key)
    builder.output(best, features: count)
    let run = TestRun(builder)
    run.push([5, 4, 8, 8, 9].map { packet(0.5, $0) })
    // The largest first, though its key is the larger.
    #expect(
      run.finish().map(\.values) == [[v4(8), .integer(2)], [v4(4), .integer(1)]])
    #expect(run.losses.map(\.uncertain) == [2])
  }
}
