import DataModel
import Diagnostics
import Plan
import Syntax

// `e1.SrcTotalBytes`: a field of the tuple that an edge of a match is.
extension Resolver {
  /// Makes `e.Field` a column of the matches that a scope's tuples are, where `e` is an edge of
  /// their pattern; false where an error was reported.
  ///
  /// A match has the columns that somebody asks for, so that only they are kept with the edges.
  mutating func carryEdgeField(_ path: Path, in scope: Scope) -> Bool {
    guard path.components.count > 1, let node = scope.node, scope.hasTuples,
      let place = plan.matchNode(before: node),
      case .match(var pattern) = plan.nodes[place].operation,
      let edge = pattern.edges.firstIndex(where: { $0.name == path.components[0].text }),
      pattern.schema.named(path.text) == nil
    else { return true }
    let range = SourceRange(path.components[1].range.lowerBound, path.range.upperBound)
    let written = Path(Array(path.components.dropFirst()), range)
    let stream = TupleStream(node: pattern.edges[edge].input, key: nil)
    guard let (field, name) = field(written, in: Scope(stream)) else { return false }
    let column = "\(path.components[0].text).\(name)"
    if pattern.schema.named(column) == nil {
      pattern.carry(Pattern.Carried(edge: edge, field: field, name: column))
      plan.nodes[place].operation = .match(pattern)
    }
    return true
  }
}
