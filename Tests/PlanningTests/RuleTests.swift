import DataModel
import Plan
import Planning
import Testing

/// Each rule by its name: what it makes of a plan, and what it must leave alone.
@Suite("Rewrite rules")
struct RuleTests {
  private func rewrite(_ text: String, _ rules: String...) throws -> LogicalPlan {
    var plan = try logicalPlan(text)
    for name in rules {
      let rule = try #require(RewriteRules.all.first { $0.name == name }, "no rule \(name)")
      plan = rule.rewrite(plan)
      #expect(PlanVerifier.violations(of: plan) == [])
    }
    return plan
  }

  private func predicates(_ plan: LogicalPlan) -> [String] {
    plan.nodes.compactMap { node in
      if case .filter(let predicate) = node.operation { predicate.text } else { nil }
    }
  }

  @Test(
    arguments: [
      ("tcp AND 1 == 1", "tcp"), ("tcp OR 1 == 1", ""), ("tcp AND 1 == 2", "false"),
      ("NOT NOT tcp", "tcp"), ("(tcp AND udp) AND tcp", "tcp AND udp"),
      ("tcp OR (udp OR arp)", "tcp OR udp OR arp"),
      // Missing operands: neither is true of every tuple.
      ("frame.len == frame.len", "frame.len == frame.len"),
      ("tcp.seq >= 0", "tcp.seq >= 0"), ("DestPort NOT IN {}", "DestPort NOT IN {}"),
      ("DestPort IN {}", "false"),
    ])
  func foldConstants(text: String, folded: String) throws {
    let plan = try rewrite("X = FILTER P BY \(text);", "FoldConstants")
    #expect(predicates(plan) == (folded.isEmpty ? [] : [folded]))
  }

  @Test func shareNodes() throws {
    let text = """
      A = FOREACH (FILTER P BY tcp) GENERATE count() WINDOW 1s;
      B = FOREACH (FILTER P BY tcp) GENERATE sum(frame.len) WINDOW 1s;
      C = FOREACH (FILTER P BY udp) GENERATE count() WINDOW 1s;
      """
    #expect(try logicalPlan(text).nodes.count == 4)
    let plan = try rewrite(text, "ShareNodes")
    #expect(predicates(plan) == ["tcp", "udp"])
    #expect(plan.aggregations.map(\.input) == [1, 1, 2])
  }

  @Test func fuseFilters() throws {
    let plan = try rewrite(
      """
      A = FILTER P BY tcp;
      B = FILTER A BY DestPort == 80;
      C = FILTER B BY frame.len > 100;
      """, "FuseFilters")
    #expect(predicates(plan) == ["tcp AND DestPort == 80 AND frame.len > 100"])
  }

  @Test func fuseFiltersLeavesSharedFiltersAlone() throws {
    let plan = try rewrite(
      "A = FILTER P BY tcp; B = FILTER A BY DestPort == 80; OUTPUT A; OUTPUT B;", "FuseFilters")
    #expect(predicates(plan) == ["tcp", "DestPort == 80"])
  }

  @Test func shareAggregations() throws {
    let text = """
      A = FOREACH (STREAM (FILTER P BY tcp) BY DestIp) GENERATE count() WINDOW 1s;
      B = FOREACH (STREAM (FILTER P BY tcp) BY DestIp) GENERATE sum(frame.len) WINDOW 1s;
      C = FOREACH (STREAM (FILTER P BY tcp) BY DestIp) GENERATE count() WINDOW 2s;
      """
    #expect(try logicalPlan(text).aggregations.count == 3)
    let plan = try rewrite(text, "ShareNodes", "ShareAggregations")
    #expect(plan.aggregations.map(\.name) == ["A, B", "C"])
    #expect(plan.features.map(\.aggregation) == [0, 0, 1])
    let reductions = plan.aggregations[0].accumulators.reductions.map(\.text)
    #expect(reductions == ["tuples", "total(frame.len)"])
  }

  @Test func shareRows() throws {
    let text = """
      K = STREAM P BY DestIp;
      N = FOREACH K GENERATE count() WINDOW 1s;
      A = FILTER P BY DestIp IN (FILTER K BY N > 5) AND tcp;
      B = FILTER P BY DestIp IN (FILTER K BY N > 5) AND udp;
      """
    #expect(try logicalPlan(text).sets.count == 2)
    let plan = try rewrite(text, "ShareRows")
    #expect(plan.sets.count == 1)
    #expect(predicates(plan) == ["(DestIp) IN set0 AND tcp", "(DestIp) IN set0 AND udp"])
  }

  @Test func dropUnusedKeepsTheWayBack() throws {
    let plan = try rewrite(
      """
      K = STREAM P BY DestIp;
      N = FOREACH K GENERATE count() WINDOW 1s;
      Unused = FOREACH K GENERATE countdistinct(SourceIp) WINDOW 1s;
      Hot = FILTER K BY N > 5;
      X = FILTER P BY DestIp IN Hot;
      Y = FILTER P BY udp;
      OUTPUT X;
      """, "DropUnused")
    #expect(predicates(plan) == ["(DestIp) IN set0"])
    #expect(plan.aggregations.map(\.name) == ["N"])
    #expect(plan.sets.count == 1)
  }

  @Test func rulesCanBeLeftOut() throws {
    let plan = try logicalPlan("A = FILTER P BY tcp; B = FILTER A BY udp;")
    #expect(optimize(plan).nodes.count == 2)
    #expect(optimize(plan, without: ["FuseFilters"]).nodes.count == 3)
  }

  @Test(arguments: programs)
  func optimizedPlansAreSettled(program: String) throws {
    let plan = optimize(try logicalPlan(program))
    #expect(optimize(plan) == plan)
    #expect(PlanVerifier.violations(of: plan) == [])
  }
}
