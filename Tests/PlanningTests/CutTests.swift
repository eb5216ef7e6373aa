import DataModel
import Plan
import Planning
import Testing

/// What holds of a plan at every legal cut.
@Suite("Cuts")
struct CutTests {
  @Test(arguments: programs)
  func everyCutIsSound(program: String) throws {
    let plan = optimize(try logicalPlan(program))
    let cuts = legalCuts(of: plan, limit: 200)
    #expect(Set(cuts).count == cuts.count)
    for cut in cuts {
      let placed = place(plan, policy: .cut(cut))
      #expect(Cut(cut.description) == cut)
      for index in plan.nodes.indices where plan.nodes[index].input != nil {
        #expect(placed.nodes[index].isInDataPath == cut.nodes.contains(index), "\(cut)")
      }
      for index in plan.aggregations.indices {
        #expect(
          placed.aggregations[index].isInDataPath == cut.aggregations.contains(index), "\(cut)")
      }
      expectSound(placed)
    }
  }

  @Test func theExtremesAreAmongThem() throws {
    let plan = optimize(try logicalPlan(programs[1]))
    let cuts = legalCuts(of: plan, limit: 6, seed: 7)
    #expect(cuts.count == 6)
    #expect(cuts.contains(Cut(nodes: [0], aggregations: [])))
    let most = place(plan, policy: .dataPath)
    #expect(cuts.contains { place(plan, policy: .cut($0)).exports == most.exports })
    #expect(legalCuts(of: plan, limit: 6, seed: 7) == cuts)
    #expect(legalCuts(of: plan, limit: 6, seed: 8) != cuts)
  }

  /// Data-path parts are closed under inputs, and every host part gets the fields that it reads.
  private func expectSound(_ placed: PlacedPlan) {
    let plan = placed.plan
    for (index, node) in plan.nodes.enumerated() {
      guard let input = node.input else { continue }
      if placed.nodes[index].isInDataPath {
        #expect(placed.nodes[input] == .dataPath)
      } else if case .filter(let predicate) = node.operation {
        expectFields(predicate.fields, of: input, placed)
      }
    }
    for (index, aggregation) in plan.aggregations.enumerated() {
      if placed.aggregations[index].isInDataPath {
        #expect(placed.nodes[aggregation.input] == .dataPath)
      } else {
        expectFields(Set(aggregation.key.map(\.field)), of: aggregation.input, placed)
        let operands = aggregation.accumulators.reductions.compactMap(\.operand)
        for operand in operands { expectFields(operand.fields, of: aggregation.input, placed) }
      }
    }
    for output in plan.outputs {
      guard case .tuples(let node, let columns) = output.content else { continue }
      for case .field(let field) in columns { expectFields([field], of: node, placed) }
    }
  }

  private func expectFields(_ fields: Set<FieldID>, of node: Int, _ placed: PlacedPlan) {
    var current = node
    while !placed.nodes[current].isInDataPath, let input = placed.plan.nodes[current].input {
      current = input
    }
    let export = placed.exports.first { $0.node == current }
    #expect(fields.isSubset(of: export?.fields ?? []), "n\(current) exports too little")
  }
}
