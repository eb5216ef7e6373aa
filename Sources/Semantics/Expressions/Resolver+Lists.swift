import DataModel
import Diagnostics
import Syntax

extension Resolver {
  /// `(a, b) IN {(1, 2), (3, 4)}`: by position, as any of comparisons of all columns.
  ///
  /// Where a column is missing the answer is false, also that of NOT IN.
  mutating func member(
    _ node: Membership, _ columns: ListExpression, of rows: [Expression], in scope: Scope
  ) -> Typed? {
    var lists: [[Expression]] = []
    for row in rows {
      guard case .list(let list) = row, list.elements.count == columns.elements.count else {
        report(
          Diagnostic(
            .wrongType, "the list holds as many values as columns are asked", at: row.range,
            notes: [Diagnostic.Note("for example: (SourcePort, DestPort) IN {(53, 53), (80, 81)}")]
          ))
        return nil
      }
      lists.append(list.elements)
    }
    var alternatives: [Typed] = []
    for list in lists {
      var parts: [Typed] = []
      for (column, value) in list.enumerated() {
        guard
          let part = member(
            columns.elements[column], of: [value], isNegated: node.isNegated, node.range, in: scope)
        else { return nil }
        parts.append(part)
      }
      alternatives.append(Typed(node.isNegated ? .or(parts) : .and(parts), .bool, node.range))
    }
    guard node.isNegated, let first = lists.first else {
      return Typed(.or(alternatives), .bool, node.range)
    }
    // A column that is there is one value or is not.
    for (column, value) in first.enumerated() {
      guard
        let isOne = member(
          columns.elements[column], of: [value], isNegated: false, node.range, in: scope),
        let isNone = member(
          columns.elements[column], of: [value], isNegated: true, node.range, in: scope)
      else { return nil }
      alternatives.append(Typed(.or([isOne, isNone]), .bool, node.range))
    }
    return Typed(.and(alternatives), .bool, node.range)
  }
}
