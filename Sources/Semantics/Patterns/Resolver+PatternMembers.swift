import DataModel
import Diagnostics
import Operators
import Plan
import Syntax

/// How a membership of a vertex is asked.
enum VertexMembership {
  /// As any condition of a tuple.
  case ordinary
  /// By an expression beside the tuple.
  case condition(RowExpression)
  /// An error was reported.
  case invalid
}

// `x IN S` where S has no rows: a FILTER over windows of items asks the current features of x, and
// a ranking asks whether x is among its keys (language.md §3.3).
extension Resolver {
  /// The most keys of a ranking that a membership asks.
  private static let rankedMax = 100

  /// How the membership of a vertex, which is this end of a tuple, is asked.
  mutating func currentMember(
    _ node: Expression, asking end: KeyComponent
  ) -> VertexMembership {
    guard case .membership(let member) = node, case .path = member.element else {
      return .ordinary
    }
    let meaning: Meaning
    switch member.set {
    case .path(let path) where path.components.count == 1:
      let name = path.components[0]
      guard let index = names.statement(of: name.text, usedIn: statement),
        !waiting.contains(index)
      else { return .ordinary }
      meaning = self.meaning(of: name)
    case .stream(let stream): meaning = self.meaning(of: stream)
    default: return .ordinary
    }
    let condition: RowExpression?
    switch meaning {
    case .tuples(let stream): condition = current(of: stream, member, asking: end)
    case .current(let index, _) where plan.itemFeatures[index].type == .ranking:
      let feature = plan.itemFeatures[index]
      guard plan.items[feature.group].key.isEmpty else { return notOne(member) }
      condition = ranked(
        .tuple(.current(index, key: [])), feature.call, member, asking: end)
    case .feature(let index, let stream) where plan.features[index].type == .ranking:
      guard stream.components.isEmpty else { return notOne(member) }
      let relation = keys(plan.features[index].aggregation, member.range)
      guard isLagBelowWindow(plan.relations[relation], member.range) else { return .invalid }
      condition = ranked(
        .feature(index, key: []), plan.features[index].call, member, asking: end
      ) { .inEffect(relation, key: [], $0) }
    default: return .ordinary
    }
    guard let condition else { return .invalid }
    return .condition(member.isNegated ? .not(condition) : condition)
  }

  private mutating func notOne(_ member: Membership) -> VertexMembership {
    report(
      Diagnostic(
        .notASet, "‘\(text(member.set.range))’ is a ranking for each key, and IN asks one",
        at: member.set.range,
        notes: [Diagnostic.Note("a ranking over all tuples: FOREACH S GENERATE topk(…)")]))
    return .invalid
  }

  /// Whether the current features of a vertex satisfy the FILTERs of a keyed stream.
  private mutating func current(
    of stream: TupleStream, _ member: Membership, asking end: KeyComponent
  ) -> RowExpression? {
    var conditions: [RowExpression] = []
    var node = stream.node
    while plan.nodes.indices.contains(node),
      case .filterBeside(let condition) = plan.nodes[node].operation,
      let input = plan.nodes[node].input
    {
      conditions.insert(memberConditions[node] ?? condition, at: 0)
      node = input
    }
    let asked = conditions.flatMap(\.current)
    guard !conditions.isEmpty, stream.components.count == 1, !asked.isEmpty,
      asked.allSatisfy({ plan.items[plan.itemFeatures[$0.feature].group].key.count <= 1 }),
      conditions.allSatisfy({ isAboutCurrentOnly($0) })
    else {
      report(
        Diagnostic(
          .notASet, "‘\(text(member.set.range))’ carries tuples; IN asks what a key is",
          at: member.set.range,
          notes: [
            Diagnostic.Note("filter a keyed stream by a feature: S = FILTER K BY Rate > 100;")
          ]))
      return nil
    }
    guard isOfType(stream.components[0].type, end, member) else { return nil }
    let key = stream.components[0]
    let replaced = conditions.map { condition in
      condition.mapped { part in
        guard case .tuple(.current(let feature, let asked)) = part, asked.count == 1 else {
          return part
        }
        var own = end
        own.mask = key.mask
        return .tuple(.current(feature, key: [own]))
      }
    }
    return replaced.count == 1 ? replaced[0] : .and(replaced)
  }

  private func isAboutCurrentOnly(_ condition: RowExpression) -> Bool {
    condition.parts.allSatisfy { part in
      switch part {
      case .tuple(.current): true
      case .tuple, .inEffect: false
      default: true
      }
    }
  }

  private mutating func isOfType(
    _ type: ScalarType, _ end: KeyComponent, _ member: Membership
  ) -> Bool {
    guard type != end.type else { return true }
    report(
      Diagnostic(
        .wrongKeyOfSet,
        "‘\(text(member.set.range))’ is of \(type), and ‘\(end.name)’ is \(article(end.type))",
        at: member.range))
    return false
  }

  /// Whether the vertex is one of the keys of a ranking of all tuples.
  private mutating func ranked(
    _ ranking: RowExpression, _ call: OperatorCall, _ member: Membership,
    asking end: KeyComponent, _ wrap: (RowExpression) -> RowExpression = { $0 }
  ) -> RowExpression? {
    var count: Int?
    for case .integer(let value) in call.arguments { count = Int(value) }
    guard case .fields(let items)? = call.arguments.first, items.count == 1, let count else {
      report(
        Diagnostic(
          .notASet, "‘\(text(member.set.range))’ ranks no single field", at: member.set.range))
      return nil
    }
    guard isOfType(items[0].type, end, member) else { return nil }
    guard count <= Self.rankedMax else {
      report(
        Diagnostic(
          .wrongArgument, "IN asks a ranking of at most \(Self.rankedMax) keys",
          at: member.set.range))
      return nil
    }
    return .or(
      (0..<count).map { place in
        .compare(
          .equal, .tuple(.component(end)), wrap(.ranked(ranking, .key, place)))
      })
  }
}
