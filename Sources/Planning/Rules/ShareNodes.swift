import Plan

/// Makes equal operations on one input one node.
///
/// Helps: programs repeat `FILTER P BY tcp` inline; shared, it is tested once a tuple, and the
/// aggregations above it can share their tables.
/// Would be wrong if nodes had state that depends on who reads them; none has.
struct ShareNodes: RewriteRule {
  let name = "ShareNodes"

  func rewrite(_ plan: LogicalPlan) -> LogicalPlan {
    struct Identity: Hashable {
      var operation: TupleOperation
      var input: Int?
    }
    var first: [Identity: Int] = [:]
    var representatives: [Int] = []
    for (index, node) in plan.nodes.enumerated() {
      let numbers = PartNumbers(node: { [representatives] in representatives[$0] })
      let identity = Identity(
        operation: node.operation.renumbered(by: numbers),
        input: node.input.map { representatives[$0] })
      let known = first[identity] ?? index
      first[identity] = known
      representatives.append(known)
    }
    guard representatives != Array(plan.nodes.indices) else { return plan }
    var renumbering = Renumbering(keeping: plan)
    renumbering.nodes = Renumbering.merging(representatives)
    return renumbering.apply(to: plan)
  }
}
