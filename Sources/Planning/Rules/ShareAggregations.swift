import DataModel
import Plan

/// Makes tables over one node, key and window one table, and equal features one feature.
///
/// Helps: the key is packed, hashed and looked up once a tuple, which is most of the cost; two
/// counters in one entry cost one more add.
/// Would be wrong across windows or keys, and for distinct sets of different items: those have
/// entries of their own; and between a window and a table of flows, in which no packet is late.
/// Would hurt between state that needs the order of arrival and state that
/// does not: one would keep the other on the host.
struct ShareAggregations: RewriteRule {
  let name = "ShareAggregations"

  func rewrite(_ plan: LogicalPlan) -> LogicalPlan {
    var result = plan
    var representatives: [Int] = []
    for (index, aggregation) in plan.aggregations.enumerated() {
      let known = (0..<index).first { other in
        representatives[other] == other && isShared(result.aggregations[other], aggregation)
          && plan.isTableOfFlows(other) == plan.isTableOfFlows(index)
      }
      representatives.append(known ?? index)
      guard let known else { continue }
      if case .words(let a) = result.aggregations[known].form,
        case .words(let b) = aggregation.form
      {
        result.aggregations[known].form = .words(AccumulatorLayout(a.reductions + b.reductions))
      }
      result.aggregations[known].name = names(result.aggregations[known].name, aggregation.name)
    }
    var renumbering = Renumbering(keeping: plan)
    renumbering.aggregations = Renumbering.merging(representatives)
    if representatives != Array(plan.aggregations.indices) {
      result = renumbering.apply(to: result)
    }
    return sharingFeatures(result)
  }

  private func isShared(_ a: Aggregation, _ b: Aggregation) -> Bool {
    guard a.input == b.input, a.key == b.key, a.window == b.window else { return false }
    if case .words = a.form, case .words = b.form {
      return a.needsArrivalOrder == b.needsArrivalOrder
    }
    return a.form == b.form && a.summary == b.summary
  }

  private func names(_ a: String, _ b: String) -> String {
    let parts = a.split(separator: ", ").map(String.init)
    return parts.contains(b) ? a : "\(a), \(b)"
  }

  private func sharingFeatures(_ plan: LogicalPlan) -> LogicalPlan {
    var representatives: [Int] = []
    for (index, feature) in plan.features.enumerated() {
      let known = (0..<index).first { other in
        representatives[other] == other && plan.features[other].name == feature.name
          && plan.features[other].aggregation == feature.aggregation
          && plan.features[other].call == feature.call && plan.features[other].back == feature.back
      }
      representatives.append(known ?? index)
    }
    guard representatives != Array(plan.features.indices) else { return plan }
    var renumbering = Renumbering(keeping: plan)
    renumbering.features = Renumbering.merging(representatives)
    return renumbering.apply(to: plan)
  }
}
