import DataModel
import HostRuntime
import Kernels
import Operators
import Plan
import TestSupport
import Testing

/// Laws of every operator of the catalogue, at its smallest and largest parameters. A new operator
/// is tried by its line in the catalogue; where a law has no meaning for it, this table says why.
@Suite("Laws of all operators")
struct OperatorLawTests {
  /// What has no meaning, and why. Each line is tried: a law that holds after all is told.
  static let unsplit: [String: String] = [
    "ewma": "the order of tuples is the meaning, and CPUs do not tell theirs",
    "descents": "the order of tuples is the meaning, and CPUs do not tell theirs",
  ]

  static let calls =
    CatalogueCall.all(.smallest) + CatalogueCall.all(.largest)

  // MARK: tuples

  /// Tuples of one second, 5 keys, with every field that a plan reads; some have none.
  static func tuples(_ random: inout RandomSource, _ fields: [FieldID], count: Int) -> [TestTuple] {
    let times = (0..<count).map { _ in Int64.random(in: 0..<second, using: &random) }.sorted()
    return times.map { time in
      var values: [String: Value] = [:]
      for id in fields {
        let isKey = id.field.name == "SourceIp"
        if !isKey && id.field.type != .time && Int.random(in: 0..<8, using: &random) == 0 {
          continue
        }
        values[id.field.name] = value(
          of: id.field.type, isKey: isKey, time: time, using: &random)
      }
      return TestTuple(time: time, values: values)
    }
  }

  private static func value(
    of type: ScalarType, isKey: Bool, time: Int64, using random: inout RandomSource
  ) -> Value {
    switch type {
    case .time: .time(time)
    case .bool: .bool(.random(using: &random))
    case .ip, .ipv4: v4(.random(in: 0...(isKey ? 4 : 40), using: &random))
    case .unsigned(let bits):
      // Small numbers come again; large ones reach the type's end.
      .integer(
        Int.random(in: 0..<4, using: &random) > 0
          ? .random(in: 0...30, using: &random)
          : .random(in: 0...((1 << Int64(min(bits, 62))) - 1), using: &random))
    default: .integer(.random(in: 0...1000, using: &random))
    }
  }

  private static func run(_ text: String, placed: PlacedPlan? = nil) throws -> TestRun {
    var builder = PlanBuilder()
    builder.plan = try Query.plan(text)
    return TestRun(builder, placed: placed, mode: placed == nil ? .wholeQuery : .placed)
  }

  private static func isOrdered(_ plan: LogicalPlan) -> Bool {
    plan.aggregations.contains { aggregation in
      aggregation.accumulators.reductions.contains { $0.isOrderedFold }
    }
  }

  // MARK: laws

  /// Operators that refuse the finest accuracy that is tried: it is beyond what they keep. A new
  /// operator that does is a line here, for nothing is to be left out in silence.
  static let tooFine: Set<String> = [
    "countdistinct", "entropy", "hllsketch", "rarity", "similarity",
  ]

  @Test("every operator is tried, plain and with an error allowed, smallest and largest")
  func everyOperator() {
    let all = Set(OperatorCatalogue.all.map(\.name))
    for size in CatalogueCall.Size.allCases {
      let calls = CatalogueCall.all(size)
      let plain = calls.filter { !$0.text.contains(" WITHIN ") }
      #expect(plain.map(\.name).sorted() == all.sorted(), "\(size)")
      let within = Set(calls.filter { $0.text.contains(" WITHIN ") }.map(\.name))
      #expect(within == (size == .smallest ? all : all.subtracting(Self.tooFine)), "\(size)")
    }
    for call in Self.calls {
      let plan = try? Query.plan(call.keyed())
      #expect(plan.map(Self.isOrdered) == (Self.unsplit[call.name] != nil), "\(call)")
    }
  }

  @Test("1, 2 and 8 CPUs give what the whole gives, in any order of arrival", arguments: calls)
  func split(call: CatalogueCall) throws {
    guard Self.unsplit[call.name] == nil else { return }
    for (text, parts) in [(call.keyed(), 1), (call.keyed(), 2), (call.keyed(), 8)] {
      var random = RandomSource(seed: UInt64(parts) &+ 77)
      let whole = try Self.run(text)
      let tuples = Self.tuples(&random, whole.fields, count: 900)
      let batches = stride(from: 0, to: tuples.count, by: 300).map {
        whole.batch(Array(tuples[$0..<$0 + 300]), whole.fields)
      }
      for batch in batches { whole.graph.push(batch, atSource: 0) }
      let expected = whole.finish()
      #expect(expected.count == 5)

      let plan = try Query.plan(text)
      let placed = PlacedPlan(
        plan: plan, nodes: plan.nodes.map { _ in .dataPath },
        aggregations: plan.aggregations.map { _ in .dataPath }, exports: [])
      let run = try Self.run(text, placed: placed)
      for (index, aggregation) in plan.aggregations.enumerated() {
        let maker = PartialMaker(aggregation)
        var pieces: [[UInt64]] = []
        for batch in batches {
          let part = (0..<batch.count).map { _ in Int.random(in: 0..<parts, using: &random) }
          for wanted in 0..<parts {
            batch.select { part[$0] == wanted }
            pieces.append(maker.records(batch, seed: 0x5EED))
          }
        }
        // Pairs may come twice: a full table of what was seen forgets some.
        if maker.isDistinct { pieces += pieces.prefix(2) }
        for piece in pieces.shuffled(using: &random) where !piece.isEmpty {
          maker.merge(piece, into: run.graph, aggregation: index)
        }
      }
      let rows = run.finish()
      #expect(rows.count == expected.count)
      for (row, wanted) in zip(rows, expected) {
        #expect(Self.agree(row, wanted), "\(call) on \(parts) CPUs: \(row), not \(wanted)")
      }
    }
  }

  @Test("panes of any length give what one window gives", arguments: calls)
  func panes(call: CatalogueCall) throws {
    for (text, slide) in [
      (CatalogueCall.keyed(call), "125ms"), (CatalogueCall.global(call), "500ms"),
    ] {
      var random = RandomSource(seed: 5)
      let whole = try Self.run(text("WINDOW 1s"))
      let tuples = Self.tuples(&random, whole.fields, count: 600)
      whole.push(tuples)
      let expected = whole.finish()
      #expect(!expected.isEmpty)
      let run = try Self.run(text("WINDOW 1s SLIDE \(slide)"))
      run.push(tuples)
      let rows = run.finish().filter { $0.start == 0 && $0.end == second }
      #expect(rows.count == expected.count)
      for (row, wanted) in zip(rows, expected) {
        #expect(Self.agree(row, wanted), "\(call) by \(slide): \(row), not \(wanted)")
      }
    }
  }

  /// Whether rows are equal, reals up to the rounding of a composed fold; or, where both are
  /// approximate, within twice their bounds: one truth can be in the bounds of both.
  private static func agree(_ a: Row, _ b: Row) -> Bool {
    a.values.count == b.values.count
      && a.values.indices.allSatisfy { column in
        if a.values[column] == b.values[column] { return true }
        if case .real(let p) = a.values[column], case .real(let q) = b.values[column],
          abs(p - q) <= 1e-9 * max(abs(p), abs(q))
        {
          return true
        }
        guard let x = a.bounds[column], let y = b.bounds[column] else { return false }
        guard case .ranking(let p) = a.values[column], case .ranking(let q) = b.values[column]
        else { return x.low <= y.high && y.low <= x.high }
        return p.allSatisfy { one in
          q.filter { $0.item == one.item }.allSatisfy { other in
            // A count is short by at most its column's bound.
            Double(one.count) <= Double(other.count) + y.high
              && Double(other.count) <= Double(one.count) + x.high
          }
        }
      }
  }

  @Test("merging has an identity, and is commutative and associative", arguments: calls)
  func merging(call: CatalogueCall) throws {
    for aggregation in try Query.plan(call.keyed()).aggregations {
      let maker = PartialMaker(aggregation)
      if maker.isDistinct { continue }  // a set of hashes: `split` shuffles and repeats its pairs
      let merge = WordMerge(aggregation.accumulators)
      var random = RandomSource(seed: 3)
      let run = try Self.run(call.keyed())
      let parts = (0..<3).map { part in
        let tuples = Self.tuples(&random, run.fields, count: 200).map { tuple in
          var tuple = tuple
          for name in tuple.values.keys where name == "SourceIp" { tuple.values[name] = v4(1) }
          tuple.time += Int64(part) * second
          return tuple
        }
        return maker.one(run.batch(tuples, run.fields), seed: 0x5EED)
      }
      let (a, b, c) = (parts[0], parts[1], parts[2])
      let none = aggregation.accumulators.identity
      #expect(merge.same(merge(a, none), a) && merge.same(merge(none, a), a), "\(call)")
      #expect(merge.same(merge(merge(a, b), c), merge(a, merge(b, c))), "\(call)")
      if Self.unsplit[call.name] == nil {
        #expect(merge.same(merge(a, b), merge(b, a)), "\(call)")
      } else {
        #expect(!merge.same(merge(a, b), merge(b, a)), "\(call) commutes after all")
      }
    }
  }
}

/// Merges the accumulator words of two partials, as a table does.
private struct WordMerge {
  let layout: AccumulatorLayout
  let program: ReductionProgram

  init(_ layout: AccumulatorLayout) {
    self.layout = layout
    program = ReductionProgram(layout)
  }

  func callAsFunction(_ earlier: [UInt64], _ later: [UInt64]) -> [UInt64] {
    var words = earlier
    program.merge(later, into: &words)
    words[0] = earlier[0] &+ later[0]
    return words
  }

  /// Whether words are equal; those that are reals up to rounding.
  func same(_ a: [UInt64], _ b: [UInt64]) -> Bool {
    for (reduction, offset) in zip(layout.reductions, layout.offsets) {
      for word in offset..<offset + reduction.wordCount where a[word] != b[word] {
        let isReal =
          switch reduction {
          case .ordered(.movingAverage, _): word == offset + 2
          case .reals: true
          default: false
          }
        let (x, y) = (Double(bitPattern: a[word]), Double(bitPattern: b[word]))
        guard isReal, abs(x - y) <= 1e-9 * max(abs(x), abs(y)) else { return false }
      }
    }
    return true
  }
}

extension PartialMaker {
  /// The accumulator words of the first entry: of one key and item.
  fileprivate func one(_ batch: TupleBatch, seed: UInt64) -> [UInt64] {
    let records = records(batch, seed: seed)
    return Array(records[packer.layout.wordCount..<stride()])
  }

  /// Hands records to a graph as the data path does.
  fileprivate func merge(_ records: [UInt64], into graph: HostGraph, aggregation: Int) {
    let count = records.count / stride()
    if isDistinct {
      graph.mergePairs(aggregation: aggregation, records: records, count: count, pane: 0)
    } else {
      graph.mergePartials(
        aggregation: aggregation, records: records, count: count, stride: stride(), pane: 0)
    }
  }
}

extension TupleBatch {
  /// Selects the rows for which it holds.
  fileprivate func select(_ holds: (Int) -> Bool) {
    selected = 0
    for row in 0..<count where holds(row) {
      selection[selected] = UInt16(row)
      selected += 1
    }
  }
}
