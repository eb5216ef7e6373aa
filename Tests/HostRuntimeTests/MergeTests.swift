import DataModel
import HostRuntime
import Kernels
import Operators
import Plan
import TestSupport
import Testing

/// Does what the data path does: folds tuples into partials, or ships them as pairs.
struct PartialMaker {
  let aggregation: Aggregation
  let packer: KeyPacker

  init(_ aggregation: Aggregation) {
    self.aggregation = aggregation
    switch aggregation.form {
    case .words: packer = KeyPacker(key: aggregation.key)
    case .distinct(let items, _), .tally(let items, _):
      packer = KeyPacker(key: aggregation.key, items: items)
    }
  }

  var isDistinct: Bool { if case .distinct = aggregation.form { true } else { false } }

  /// The records of one part of a batch: pairs, or key words and accumulator words.
  func records(_ batch: TupleBatch, seed: UInt64) -> [UInt64] {
    let words = packer.layout.wordCount
    let kept = UnsafeMutablePointer<UInt16>.allocate(capacity: TupleBatch.capacity)
    let keys = UnsafeMutablePointer<UInt64>.allocate(capacity: TupleBatch.capacity * (words + 1))
    defer {
      kept.deallocate()
      keys.deallocate()
    }
    let n = packer.pack(
      batch, rows: batch.selection, count: batch.selected, kept: kept, keys: keys)
    if isDistinct { return Array(UnsafeBufferPointer(start: keys, count: n * words)) }
    let layout = aggregation.accumulators
    let table = KeyedTable(keyWords: words, identity: layout.identity, seed: seed, limit: 1 << 16)
    let program = ReductionProgram(layout)
    var slots = [UInt32](repeating: 0, count: 1024)
    var fresh = [UInt8](repeating: 0, count: 1024)
    table.locate(keys: keys, count: n, slots: &slots, fresh: &fresh)
    program.update(table, slots: slots, batch, rows: kept, count: n)
    return (0..<table.capacity).filter { table.isOccupied($0) }.flatMap {
      Array(UnsafeBufferPointer(start: table.entry($0), count: table.stride))
    }
  }

  func stride() -> Int {
    packer.layout.wordCount + (isDistinct ? 0 : aggregation.accumulators.wordCount)
  }
}

@Suite("Split and merged is the whole")
struct MergeTests {
  static let key = [component("ip.src")]

  static func builder() -> PlanBuilder {
    var builder = PlanBuilder()
    let words = builder.features(
      [
        call("count"), call("sum", "frame.len"), call("min", "tcp.srcport"),
        call("max", "tcp.srcport"), call("var", "tcp.srcport"), call("first", "tcp.srcport"),
        call("last", "tcp.srcport"), call("ave", "frame.len"), call("stddev", "frame.len"),
      ], by: key)
    let distinct = builder.features(
      [
        OperatorCall(
          name: "countdistinct",
          arguments: [.fields([component("ip.dst"), component("DestPort")])],
          accuracy: .within(epsilon: 0.1, confidence: 0.9))
      ], by: key)
    let top = builder.features(
      [
        OperatorCall(
          name: "topk",
          arguments: [
            .fields([component("DestPort")]), .integer(3),
            .expression(.field(field("frame.len")), type: .signed),
          ])
      ], by: key)
    let global = builder.features([call("count"), call("max", "frame.len")], by: [])
    let relation = builder.relation(.keys(domain: 0), key: key)
    builder.output(relation, features: words + distinct + top)
    let everything = builder.relation(.keys(domain: 3), key: [])
    builder.output(everything, features: global)
    return builder
  }

  static func tuples(_ random: inout RandomSource, count: Int) -> [TestTuple] {
    (0..<count).map { _ in
      var values: [String: Value] = ["frame.len": .integer(.random(in: 60...1500, using: &random))]
      // Key 1 is heavy: more items than are counted exactly.
      let source = UInt32(max(1, Int.random(in: -9...5, using: &random)))
      if Int.random(in: 0..<20, using: &random) > 0 { values["ip.src"] = v4(source) }
      if Int.random(in: 0..<4, using: &random) > 0 {
        values["tcp.srcport"] = .integer(.random(in: 0...65535, using: &random))
      }
      if Int.random(in: 0..<4, using: &random) > 0 {
        values["DestPort"] = .integer(.random(in: 0...20, using: &random))
      }
      values["ip.dst"] = v4(.random(in: 0...60, using: &random))
      return TestTuple(time: .random(in: 0..<second, using: &random), values: values)
    }
  }

  @Test("whatever the parts, their order and duplicates of pairs", arguments: [1, 2, 8], 0..<4)
  func merged(parts: Int, seed: Int) {
    var random = RandomSource(seed: UInt64(seed))
    let builder = Self.builder()
    let tuples = Self.tuples(&random, count: 4000)
    let whole = TestRun(builder)
    var batches: [TupleBatch] = []
    for start in stride(from: 0, to: tuples.count, by: 1000) {
      batches.append(whole.batch(Array(tuples[start..<start + 1000]), whole.fields))
    }
    for batch in batches { whole.graph.push(batch, atSource: 0) }
    let expected = whole.finish()
    #expect(expected.count == 6)
    #expect(expected.contains { $0.quality == .approximate })

    let placed = PlacedPlan(
      plan: builder.plan, nodes: [.dataPath],
      aggregations: builder.plan.aggregations.map { _ in .dataPath }, exports: [])
    let run = TestRun(builder, placed: placed, mode: .placed)
    for (index, aggregation) in builder.plan.aggregations.enumerated() {
      let maker = PartialMaker(aggregation)
      var pieces: [[UInt64]] = []
      for batch in batches {
        let part = (0..<batch.count).map { _ in Int.random(in: 0..<parts, using: &random) }
        for wanted in 0..<parts {
          batch.selected = 0
          for row in 0..<batch.count where part[row] == wanted {
            batch.selection[batch.selected] = UInt16(row)
            batch.selected += 1
          }
          pieces.append(maker.records(batch, seed: 0x5EED))
        }
      }
      if maker.isDistinct { pieces += pieces.prefix(2) }
      for piece in pieces.shuffled(using: &random) where !piece.isEmpty {
        if maker.isDistinct {
          run.graph.mergePairs(
            aggregation: index, records: piece, count: piece.count / maker.stride(), pane: 0)
        } else {
          run.graph.mergePartials(
            aggregation: index, records: piece, count: piece.count / maker.stride(),
            stride: maker.stride(), pane: 0)
        }
      }
    }
    #expect(run.finish() == expected)
  }

  @Test("a global distinct count is the same from tuples and from registers of several CPUs")
  func registers() {
    var builder = PlanBuilder()
    let items = [component("ip.dst")]
    let distinct = builder.features(
      [OperatorCall(name: "countdistinct", arguments: [.fields(items)])], by: [])
    builder.output(builder.relation(.keys(domain: 0), key: []), features: distinct)
    guard case .distinct(_, let precision) = builder.plan.aggregations[0].form else {
      Issue.record("countdistinct keeps a distinct set")
      return
    }
    var random = RandomSource(seed: 9)
    let whole = TestRun(builder)
    let placed = PlacedPlan(
      plan: builder.plan, nodes: [.dataPath], aggregations: [.dataPath], exports: [])
    let run = TestRun(builder, placed: placed, mode: .placed)
    let packer = KeyPacker(key: [], items: items)
    var cpus = [[UInt8]](repeating: [UInt8](repeating: 0, count: 1 << precision), count: 2)
    for round in 0..<10 {
      let batch = whole.batch(
        (0..<1000).map { _ in
          TestTuple(time: 5, values: ["ip.dst": v4(.random(in: 0...8000, using: &random))])
        }, whole.fields)
      var word: [UInt64] = [0]
      let kept = UnsafeMutablePointer<UInt16>.allocate(capacity: 1)
      defer { kept.deallocate() }
      for row in 0..<batch.count {
        _ = packer.pack(batch, rows: [UInt16(row)], count: 1, kept: kept, keys: &word)
        // sal/hll.h: the top bits choose the register, the lowest set bit gives the rank.
        let hash = KeyHash.hash(0x5EED, word, 1)
        let register = Int(hash >> UInt64(64 - precision))
        let rank = 1 + min(hash.trailingZeroBitCount, 64 - precision)
        cpus[round % 2][register] = max(cpus[round % 2][register], UInt8(rank))
      }
      whole.graph.push(batch, atSource: 0)
    }
    for cpu in cpus {
      run.graph.mergeRegisters(
        aggregation: 0, registers: cpu, precision: precision, tuples: 5000, pane: 0)
    }
    let expected = whole.finish()
    #expect(run.finish() == expected)
    guard case .integer(let estimate)? = expected.first?.values.first else {
      Issue.record("no row")
      return
    }
    let truth = 8001 * (1 - Double.exp(-10000 / 8001))
    #expect(abs(Double(estimate) / truth - 1) < 0.06)
  }

  @Test("exports run only what is left to the host; a prefiltered DISTINCT is done in full")
  func exports() {
    var builder = PlanBuilder()
    let first = builder.distinct(Self.key, 1)
    let inside = builder.features([call("count")], by: Self.key)
    let behind = builder.features([call("count")], by: Self.key, of: first)
    builder.output(builder.relation(.keys(domain: 0), key: Self.key), features: inside)
    builder.output(builder.relation(.keys(domain: 1), key: Self.key), features: behind)
    let fields = [field("ip.src")]
    let placed = PlacedPlan(
      plan: builder.plan, nodes: [.dataPath, .prefiltered],
      aggregations: [.dataPath, .host(reason: "behind DISTINCT")],
      exports: [Export(node: 1, fields: fields, needsOrder: false)])
    let run = TestRun(builder, placed: placed, mode: .placed)
    let tuples = [1, 2, 1, 1].map { TestTuple(time: 7, values: ["ip.src": v4($0)]) }
    run.graph.push(run.batch(tuples, fields), export: 0)
    #expect(
      run.finish() == [
        Row(output: 1, start: 0, end: second, values: [v4(1), .integer(1)]),
        Row(output: 1, start: 0, end: second, values: [v4(2), .integer(1)]),
      ])
  }
}

extension Double {
  /// e^x by its series; enough for a test.
  fileprivate static func exp(_ x: Double) -> Double {
    var (term, sum) = (1.0, 1.0)
    for n in 1...40 {
      term *= x / Double(n)
      sum += term
    }
    return sum
  }
}
