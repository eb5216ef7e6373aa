import DataModel
public import Plan

/// A change of a plan that keeps its answer.
///
/// Each rule is one file under `Rules`, and one line of ``all``. Every rule can be left out by
/// name, and the differential tests run the plan without each of them.
public protocol RewriteRule: Sendable {
  /// The name by which tests leave the rule out, and EXPLAIN names it.
  var name: String { get }
  /// The plan after the change; the same plan where there is nothing to do.
  func rewrite(_ plan: LogicalPlan) -> LogicalPlan
}

/// The rules in the order in which they run.
public enum RewriteRules {
  /// One line a rule; a round runs them in this order.
  public static let all: [any RewriteRule] = [
    FoldConstants(), ShareNodes(), FuseFilters(), ShareAggregations(), ShareRows(), DropUnused(),
  ]

  /// Rounds after which a plan counts as settled; each shrinks the plan or is the last.
  static let roundLimit = 16
}

/// Applies the rules until none changes the plan; those named in `without` are left out.
public func optimize(_ plan: LogicalPlan, without: Set<String> = []) -> LogicalPlan {
  var current = plan
  for _ in 0..<RewriteRules.roundLimit {
    let before = current
    for rule in RewriteRules.all where !without.contains(rule.name) {
      current = rule.rewrite(current)
      PlanVerifier.check(current, after: rule.name)
    }
    if current == before { break }
  }
  return current
}
