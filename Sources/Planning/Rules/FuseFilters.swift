import DataModel
import Plan

/// Makes a filter and the filter that alone reads it one filter.
///
/// Helps: one test in the data path and one selection on the host instead of two; the cut has one
/// place less to consider.
/// Would be wrong where something else reads the inner filter: its tuples would be gone.
struct FuseFilters: RewriteRule {
  let name = "FuseFilters"

  func rewrite(_ plan: LogicalPlan) -> LogicalPlan {
    let readers = plan.readerCounts
    var result = plan
    var isDropped = [Bool](repeating: false, count: plan.nodes.count)
    for (index, node) in plan.nodes.enumerated() {
      guard case .filter(let outer) = node.operation, let input = node.input,
        readers[input] == 1, case .filter(let inner) = result.nodes[input].operation
      else { continue }
      result.nodes[index].operation = .filter(.and(inner.conjuncts + outer.conjuncts))
      result.nodes[index].input = result.nodes[input].input
      isDropped[input] = true
    }
    guard isDropped.contains(true) else { return plan }
    var renumbering = Renumbering(keeping: plan)
    renumbering.nodes = Renumbering.keeping(isDropped.map { !$0 })
    return renumbering.apply(to: result)
  }
}
