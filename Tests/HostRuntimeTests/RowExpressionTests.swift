import DataModel
import HostRuntime
import Operators
import Plan
import Testing

@Suite("Expressions over rows")
struct RowExpressionTests {
  private static let key = [component("ip.src")]

  /// Evaluates an expression over one row with count 3, sum 300 and max missing.
  private func evaluate(
    _ type: ScalarType,
    _ make: (_ count: RowExpression, _ sum: RowExpression, _ none: RowExpression)
      -> RowExpression
  ) -> Value? {
    var builder = PlanBuilder()
    let features = builder.features(
      [call("count"), call("sum", "frame.len"), call("max", "DestPort")], by: Self.key)
    let relation = builder.relation(.keys(domain: 0), key: Self.key)
    let all = features.map { RowExpression.feature($0, key: [0]) }
    builder.add(
      .rows(relation: relation, [make(all[0], all[1], all[2])]),
      OutputSchema(
        name: "O", columns: [OutputColumn(name: "x", type: type)], isWindowed: true))
    let run = TestRun(builder)
    run.push((0..<3).map { _ in CountTests.packet(0.5, 1, 100) })
    return run.finish().first?.values.first
  }

  private func integer(_ value: Int64) -> RowExpression { .constant(.integer(value)) }

  @Test("division is real, and exact until the column rounds it")
  func division() {
    #expect(evaluate(.float) { c, s, _ in .binary(.realDivide, s, c) } == .real(100))
    #expect(
      evaluate(.bool) { c, s, _ in
        // 1/3 + 1/3 + 1/3 == 1
        let third = RowExpression.binary(.realDivide, integer(1), c)
        let sum = RowExpression.binary(
          .integer(.add), third, .binary(.integer(.add), third, third))
        return .compare(.equal, sum, integer(1))
      } == .bool(true))
    #expect(
      evaluate(.signed) { c, s, _ in .binary(.integer(.divide), s, integer(-7)) }
        == .integer(-42))
    #expect(
      evaluate(.signed) { c, s, _ in .binary(.integer(.remainder), s, integer(-7)) }
        == .integer(6))
    #expect(
      evaluate(.float) { c, s, _ in .binary(.realDivide, s, integer(0)) } == .missing)
  }

  @Test("comparisons hold where 64 bits and doubles do not")
  func largeNumbers() {
    let large = integer(.max)
    let truth = evaluate(.bool) { c, _, _ in
      // (2^63 − 1) · 3 / 3 > 2^63 − 2
      let product = RowExpression.binary(.integer(.multiply), large, c)
      return .compare(.greater, .binary(.realDivide, product, c), integer(.max - 1))
    }
    #expect(truth == .bool(true))
    #expect(
      evaluate(.signed) { c, _, _ in .binary(.integer(.multiply), large, c) } == .integer(.max))
  }

  @Test("a missing operand makes comparisons false and arithmetic missing; NOT is two-valued")
  func missing() {
    for comparison in Comparison.allCases {
      #expect(
        evaluate(.bool) { c, _, none in .compare(comparison, none, c) } == .bool(false))
    }
    #expect(
      evaluate(.bool) { c, _, none in .not(.compare(.equal, none, c)) } == .bool(true))
    #expect(
      evaluate(.bool) { _, _, none in .isOneOf(none, [.integer(1)], negated: true) }
        == .bool(false))
    #expect(
      evaluate(.signed) { c, _, none in .binary(.integer(.add), none, c) } == .missing)
  }

  @Test("a bound that straddles a threshold makes rows uncertain and counts keys left out")
  func uncertain() {
    var builder = PlanBuilder()
    let items = [component("ip.dst")]
    let distinct = builder.features(
      [
        OperatorCall(
          name: "countdistinct", arguments: [.fields(items)],
          accuracy: .within(epsilon: 0.1, confidence: 0.95))
      ], by: Self.key)
    let keys = builder.relation(.keys(domain: 0), key: Self.key)
    let many = builder.relation(
      .filter(
        input: keys,
        .compare(.greaterOrEqual, .feature(distinct[0], key: [0]), .constant(.integer(1000)))),
      key: Self.key)
    builder.output(many, features: distinct)
    builder.output(keys, features: distinct)
    let run = TestRun(builder)
    // Around the threshold, far above (9), far below and exact (10).
    let sizes = [930, 950, 970, 990, 1000, 1010, 1030, 1050, 3000, 200]
    for (index, size) in sizes.enumerated() {
      run.push(
        (0..<size).map { item in
          TestTuple(
            time: 5, values: ["ip.src": v4(UInt32(index + 1)), "ip.dst": v4(UInt32(item))])
        })
    }
    let rows = run.finish()
    let passed = rows.filter { $0.output == 0 }
    let all = rows.filter { $0.output == 1 }
    #expect(all.count == sizes.count && all.filter { $0.quality == .exact }.count == 1)
    #expect(passed.allSatisfy { $0.quality == .approximate })
    #expect(passed.map(\.values[0]).contains(v4(9)))
    for row in passed { #expect(row.isUncertain == ((row.bounds[1]?.low ?? 0) < 1000)) }
    let leftOut = all.count { row in
      guard let bound = row.bounds[1] else { return false }
      return row.values[1] < .integer(1000) && bound.high >= 1000
    }
    #expect(leftOut > 0 && passed.contains { $0.isUncertain })
    #expect(run.losses.reduce(0) { $0 + $1.uncertain } == UInt64(leftOut))
  }
}
