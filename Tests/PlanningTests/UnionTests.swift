import DataModel
import Plan
import Planning
import Testing

/// What several queries have in common is done once; what a query is alone does not change.
@Suite("The union of plans")
struct UnionTests {
  private func placed(
    _ text: String, policy: PlacementPolicy = .automatic
  ) throws -> PlacedPlan {
    place(optimize(try logicalPlan(text)), policy: policy)
  }

  private func union(_ plans: PlacedPlan...) -> PlanUnion {
    PlanUnion(plans, textLengths: plans.map { _ in 100 })
  }

  private func count(_ window: String, _ input: String = "P") -> String {
    "C = FOREACH (STREAM \(input) BY ip.src) GENERATE count() WINDOW \(window);"
  }

  @Test("of one plan is that plan", arguments: programs)
  func one(text: String) throws {
    let plan = try placed(text)
    let alone = union(plan)
    #expect(alone.placed.nodes == plan.nodes && alone.placed.exports == plan.exports)
    #expect(alone.placed.aggregations == plan.aggregations)
    #expect(alone.placed.plan.nodes == plan.plan.nodes)
    #expect(alone.placed.plan.aggregations == plan.plan.aggregations)
    #expect(alone.members[0].nodes == Array(plan.plan.nodes.indices))
    #expect(alone.members[0].aggregations == Array(plan.plan.aggregations.indices))
    #expect(alone.pane == plan.plan.pane)
  }

  @Test("of a plan with itself does nothing twice in the data path", arguments: programs)
  func twice(text: String) throws {
    let plan = try placed(text)
    let both = union(plan, plan)
    // Each keeps its sets, and with them the filters that ask them and what comes after.
    guard plan.plan.sets.isEmpty else { return }
    let inDataPath = plan.aggregations.indices.filter { plan.aggregations[$0].isInDataPath }
    for index in inDataPath {
      #expect(both.members[0].aggregations[index] == both.members[1].aggregations[index])
    }
    #expect(
      both.placed.aggregations.count { $0.isInDataPath }
        == plan.aggregations.count { $0.isInDataPath })
    #expect(both.members[0].exports == both.members[1].exports)
  }

  @Test("every part of a member is in the union, as it is")
  func parts() throws {
    let plans = try programs.map { try placed($0) }
    let all = PlanUnion(plans, textLengths: plans.map { _ in 100 })
    for (member, plan) in zip(all.members, plans) {
      for (own, index) in member.aggregations.enumerated() {
        let (part, whole) = (plan.plan.aggregations[own], all.placed.plan.aggregations[index])
        #expect(part.key == whole.key && part.form == whole.form)
        #expect(member.nodes[part.input] == whole.input)
        #expect(plan.aggregations[own].isInDataPath == all.placed.aggregations[index].isInDataPath)
      }
      for (own, index) in member.nodes.enumerated() {
        let (part, whole) = (plan.plan.nodes[own], all.placed.plan.nodes[index])
        #expect(part.input.map { member.nodes[$0] } == whole.input)
      }
      for (own, index) in member.exports.enumerated() {
        let (part, whole) = (plan.exports[own], all.placed.exports[index])
        #expect(member.nodes[part.node] == whole.node)
        #expect(Set(part.fields).isSubset(of: whole.fields))
        #expect(whole.needsOrder || !part.needsOrder)
      }
      #expect(member.sets.count == plan.plan.sets.count)
    }
    #expect(Set(all.members.flatMap(\.sets)).count == all.placed.plan.sets.count)
  }

  @Test("aggregations whose windows differ are one, over panes that divide both")
  func windows() throws {
    let both = union(try placed(count("2s")), try placed(count("1500ms")))
    #expect(both.placed.aggregations.count == 1)
    #expect(both.members.map(\.aggregations) == [[0], [0]])
    #expect(both.pane?.length == 500_000_000)
  }

  @Test("other filters, keys and forms stay apart")
  func apart() throws {
    let all = union(
      try placed(count("1s")), try placed(count("1s", "(FILTER P BY tcp)")),
      try placed("C = FOREACH (STREAM P BY ip.dst) GENERATE count() WINDOW 1s;"),
      try placed("C = FOREACH (STREAM P BY ip.src) GENERATE sum(frame.len) WINDOW 1s;"))
    #expect(Set(all.members.flatMap(\.aggregations)).count == 4)
    #expect(Set(all.members.map { $0.nodes[0] }).count == 1, "one parse")
  }

  @Test("a node is exported once, with the fields that anybody wants")
  func exports() throws {
    let sum = "C = FOREACH (STREAM P BY ip.dst) GENERATE sum(frame.len) WINDOW 1s;"
    let both = union(try placed(count("1s"), policy: .host), try placed(sum, policy: .host))
    #expect(both.placed.exports.count == 1 && both.members.map(\.exports) == [[0], [0]])
    #expect(both.placed.exports[0].fields.count == 3)
    #expect(both.placed.exports[0].fields == both.placed.exports[0].fields.sorted())
  }

  @Test("a member that leaves takes nothing from the others")
  func removing() throws {
    let all = union(try placed(programs[1]), try placed(programs[3]), try placed(programs[0]))
    let rest = all.removing(member: 1)
    #expect(rest.placed == all.placed && rest.pane == all.pane)
    #expect(rest.members == [all.members[0], all.members[2]])
    #expect(rest.textStarts == [0, 202])
  }
}
