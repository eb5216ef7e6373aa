import DataModel
import Plan

/// Computes what is known before the first tuple: constants, nested ANDs, double NOTs.
///
/// Helps: a condition that compares two constants costs every tuple a comparison for nothing, and
/// flat conjunctions fuse and print better.
/// Would be wrong for `x == x` or `x >= 0`: both are false where x is missing. Only operations on
/// constants are computed, and only where they stay in 64 bits.
struct FoldConstants: RewriteRule {
  let name = "FoldConstants"

  func rewrite(_ plan: LogicalPlan) -> LogicalPlan {
    var plan = plan
    for index in plan.nodes.indices {
      guard case .filter(let predicate) = plan.nodes[index].operation else { continue }
      plan.nodes[index].operation = .filter(folded(predicate))
    }
    return bypassingTrueFilters(plan)
  }

  /// A filter that every tuple passes is its input.
  private func bypassingTrueFilters(_ plan: LogicalPlan) -> LogicalPlan {
    var representatives = Array(plan.nodes.indices)
    for (index, node) in plan.nodes.enumerated() {
      guard case .filter(.constant(true)) = node.operation, let input = node.input else {
        continue
      }
      representatives[index] = representatives[input]
    }
    guard representatives != Array(plan.nodes.indices) else { return plan }
    var renumbering = Renumbering(keeping: plan)
    renumbering.nodes = Renumbering.merging(representatives)
    return renumbering.apply(to: plan)
  }

  func folded(_ predicate: TuplePredicate) -> TuplePredicate {
    switch predicate {
    case .compare(let op, let a, let b):
      let (x, y) = (folded(a), folded(b))
      if case .constant(let n) = x, case .constant(let m) = y { return .constant(op.holds(n, m)) }
      return .compare(op, x, y)
    case .isOneOf(let operand, let list, let isNegated):
      let value = folded(operand)
      if case .constant(let n) = value { return .constant(list.contains(n) != isNegated) }
      // Nothing is one of no values; NOT IN {} still asks whether the operand is present.
      if list.isEmpty && !isNegated { return .constant(false) }
      return .isOneOf(value, list, negated: isNegated)
    case .not(let part):
      switch folded(part) {
      case .constant(let truth): return .constant(!truth)
      case .not(let inner): return inner
      case let inner: return .not(inner)
      }
    case .and(let parts): return joined(parts, isConjunction: true)
    case .or(let parts): return joined(parts, isConjunction: false)
    default: return predicate
    }
  }

  private func joined(_ parts: [TuplePredicate], isConjunction: Bool) -> TuplePredicate {
    var result: [TuplePredicate] = []
    for part in parts.map(folded) {
      switch part {
      case .constant(isConjunction): continue
      case .constant(let truth): return .constant(truth)
      case .and(let inner) where isConjunction: result += inner.filter { !result.contains($0) }
      case .or(let inner) where !isConjunction: result += inner.filter { !result.contains($0) }
      default: if !result.contains(part) { result.append(part) }
      }
    }
    if result.isEmpty { return .constant(isConjunction) }
    if result.count == 1 { return result[0] }
    return isConjunction ? .and(result) : .or(result)
  }

  private func folded(_ expression: TupleExpression) -> TupleExpression {
    switch expression {
    case .field, .constant: return expression
    case .negate(let operand):
      let inner = folded(operand)
      if case .constant(let value) = inner, value != .min { return .constant(-value) }
      return .negate(inner)
    case .binary(let op, let left, let right):
      let (a, b) = (folded(left), folded(right))
      if case .constant(let n) = a, case .constant(let m) = b, let value = compute(op, n, m) {
        return .constant(value)
      }
      return .binary(op, a, b)
    }
  }

  /// Sums and products alone; semantic analysis computed the rest while it had the text.
  private func compute(_ op: ArithmeticOperator, _ a: Int64, _ b: Int64) -> Int64? {
    let result: (partialValue: Int64, overflow: Bool)
    switch op {
    case .add: result = a.addingReportingOverflow(b)
    case .subtract: result = a.subtractingReportingOverflow(b)
    case .multiply: result = a.multipliedReportingOverflow(by: b)
    case .bitAnd: return a & b
    case .bitOr: return a | b
    case .bitXor: return a ^ b
    case .divide, .remainder, .shiftLeft, .shiftRight: return nil
    }
    return result.overflow ? nil : result.partialValue
  }
}
