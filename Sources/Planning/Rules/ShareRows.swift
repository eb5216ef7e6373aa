import Plan

/// Makes equal row relations one, and sets over them.
///
/// Helps: two filters over the same keys walk them once; two filters that ask the same set share
/// its slots in the data path.
/// Would be wrong if names of relations reached the answer; outputs carry names of their own.
struct ShareRows: RewriteRule {
  let name = "ShareRows"

  func rewrite(_ plan: LogicalPlan) -> LogicalPlan {
    var relations: [Int] = []
    for (index, relation) in plan.relations.enumerated() {
      let numbers = PartNumbers(relation: { [relations] in $0 < index ? relations[$0] : $0 })
      let own = relation.operation.renumbered(by: numbers)
      let known = (0..<index).first { other in
        relations[other] == other && plan.relations[other].key == relation.key
          && plan.relations[other].window == relation.window
          && plan.relations[other].operation.renumbered(by: numbers) == own
      }
      relations.append(known ?? index)
    }
    var sets: [Int] = []
    for (index, set) in plan.sets.enumerated() {
      let known = (0..<index).first { other in
        sets[other] == other && plan.sets[other].columns == set.columns
          && relations[plan.sets[other].relation] == relations[set.relation]
      }
      sets.append(known ?? index)
    }
    guard
      relations != Array(plan.relations.indices) || sets != Array(plan.sets.indices)
    else { return plan }
    var renumbering = Renumbering(keeping: plan)
    renumbering.relations = Renumbering.merging(relations)
    renumbering.sets = Renumbering.merging(sets)
    return renumbering.apply(to: plan)
  }
}
