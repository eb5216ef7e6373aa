import DataModel
import Plan
import Syntax

// `FILTER S BY x IN T`, T a FILTER over windows of items, or a ranking (language.md §3.3).
extension Resolver {
  /// The filter where parts of its condition ask what S's current features say of a field of the
  /// tuple; nil where none does.
  mutating func filteredByCurrent(_ node: Syntax.Filter, _ stream: TupleStream) -> Meaning? {
    let parts = node.predicate.conjuncts
    guard parts.contains(where: { asksCurrent($0) }) else { return nil }
    var passed = stream
    var members: [RowExpression] = []
    for part in parts {
      guard asksCurrent(part), case .membership(let member) = part else {
        guard let next = passing(part, of: passed) else { return .invalid }
        passed = next
        continue
      }
      guard let end = component(member.element, mask: nil, of: stream) else { return .invalid }
      guard case .condition(let condition) = currentMember(part, asking: end) else {
        return .invalid
      }
      members.append(condition)
    }
    let condition = members.count == 1 ? members[0] : .and(members)
    return .tuples(
      passed.behind(add(.filterBeside(condition), to: passed.node, range: node.range)))
  }

  /// Whether a part asks a stream that has been resolved, and has tuples or a ranking.
  private mutating func asksCurrent(_ part: Expression) -> Bool {
    guard case .membership(let member) = part, case .path = member.element,
      case .path(let path) = member.set, path.components.count == 1,
      let index = names.statement(of: path.components[0].text, usedIn: statement),
      let meaning = names.meanings[index]
    else { return false }
    switch meaning {
    case .tuples(let stream): return isByCurrent(stream)
    case .current(let feature, _):
      return plan.itemFeatures[feature].type == .ranking
        && plan.items[plan.itemFeatures[feature].group].key.isEmpty
    case .feature(let feature, let stream):
      return plan.features[feature].type == .ranking && stream.components.isEmpty
    default: return false
    }
  }

  private func isByCurrent(_ stream: TupleStream) -> Bool {
    guard case .filterBeside(let condition) = plan.nodes[stream.node].operation else {
      return false
    }
    return !condition.current.isEmpty
  }
}
