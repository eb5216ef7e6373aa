import DataModel
import Diagnostics
import Plan
import Syntax

extension Resolver {
  /// `TOP n X BY f [PER k]`.
  mutating func resolve(_ node: Top) -> Meaning {
    let input = meaning(of: node.input)
    let key: [KeyComponent]
    switch input {
    case .invalid: return .invalid
    case .tuples(let stream):
      guard let components = stream.key else {
        report(
          Diagnostic(
            .topNeedsKeys, "TOP ranks keys; ‘\(text(node.input.range))’ has none",
            at: node.input.range,
            notes: [Diagnostic.Note("key it: TOP 10 (STREAM S BY SourceIp) BY Bytes")]))
        return .invalid
      }
      key = components
    case .feature(_, let stream): key = stream.components
    case .rows(let rows): key = plan.relations[rows.relation].key
    case .current:
      report(
        Diagnostic(
          .topNeedsFeature, "TOP ranks the rows of windows of time", at: node.input.range,
          notes: [Diagnostic.Note("values of item windows change with every tuple")]))
      return .invalid
    }
    let scope = Scope(rowsBy: key)
    guard let measure = check(node.measure, in: scope) else { return .invalid }
    guard measure.type.isNumeric, !isCompound(measure) else {
      reportOperand(measure, of: "TOP", needs: "a number")
      return .invalid
    }
    let rows: RowStream
    switch input {
    case .rows(let own): rows = own
    case .feature(let index, _):
      rows = RowStream(
        relation: keys(plan.features[index].aggregation, node.range), features: [index],
        tuples: nil)
    case .tuples(let stream):
      guard !measure.features.isEmpty else {
        report(
          Diagnostic(
            .topNeedsFeature, "TOP compares a feature of each key", at: node.measure.range,
            notes: [Diagnostic.Note("for example: Bytes = FOREACH K GENERATE sum(frame.len) …")]))
        return .invalid
      }
      rows = self.rows(of: stream, for: measure.features, node.range)
    case .invalid, .current: return .invalid
    }
    return top(node, rows, measure, key)
  }

  private mutating func top(
    _ node: Top, _ rows: RowStream, _ measure: Typed, _ key: [KeyComponent]
  ) -> Meaning {
    guard node.count.value > 0, node.count.value <= 1_000_000 else {
      if !tree.hasErrors {
        report(
          Diagnostic(
            .wrongArgument, "TOP keeps 1 to 1000000 keys", at: node.count.range))
      }
      return .invalid
    }
    var groups: [Int] = []
    for group in node.groups {
      guard case .path(let path) = group.expression, group.mask == nil,
        let index = key.firstIndex(where: {
          $0.name == path.text
            || ($0.mask == nil && $0.field == field(called: path.text, ofKey: key))
        })
      else {
        report(
          Diagnostic(
            .fieldNotInRows, "PER names columns of the key: \(list(key))", at: group.range))
        return .invalid
      }
      groups.append(index)
    }
    guard let lowered = rowExpression(measure, key: key) else { return .invalid }
    plan.relations.append(
      Relation(
        .top(
          input: rows.relation, count: Int(node.count.value), by: guarded(lowered, over: rows),
          per: groups),
        key: key, window: plan.relations[rows.relation].window, name: statementName,
        range: node.range))
    return .rows(
      RowStream(
        relation: plan.relations.count - 1, features: merged(rows.features, measure.features),
        tuples: nil, guards: rows.guards))
  }
}
