import DataModel
import Diagnostics
import Plan
import Syntax

/// The parts of a pattern that a condition names.
private struct Mentions {
  var edges: Set<Int> = []
  var vertices: Set<Int> = []
  var tables = false
}

extension Resolver {
  /// Reads one condition of a pattern; false where an error was reported.
  ///
  /// What speaks of one edge, or of one vertex, becomes a condition of tuples: of that edge, or of
  /// every edge at the vertex.
  mutating func read(
    _ node: Expression, of pattern: Subgraph, over stream: TupleStream,
    ends: (source: KeyComponent, target: KeyComponent), _ draft: inout PatternDraft
  ) -> Bool {
    if case .invalid = node { return false }
    if isAboutTimes(node) { return readTimes(node, &draft) }
    var mentions = Mentions()
    guard collect(node, draft, &mentions) else { return false }
    if mentions.tables { return readComparison(node, &draft) }
    if mentions.edges.isEmpty, mentions.vertices.count == 2 {
      return readInequality(node, mentions.vertices, &draft)
    }
    guard mentions.edges.count + mentions.vertices.count == 1 else {
      guard !mentions.edges.isEmpty || !mentions.vertices.isEmpty else {
        report(
          Diagnostic(
            .patternCondition, "the condition names no edge and no vertex of the pattern",
            at: node.range))
        return false
      }
      draft.joint.append(node)
      return true
    }
    if let edge = mentions.edges.first {
      let name = draft.edges[edge].name.text
      draft.conditions[edge].append(
        node.mappingPaths { path in
          guard path.components.count > 1, path.components[0].text == name else { return path }
          let range = SourceRange(
            path.components[1].range.lowerBound, path.range.upperBound)
          return Path(Array(path.components.dropFirst()), range)
        })
      return true
    }
    guard let vertex = mentions.vertices.first else { return false }
    return readVertex(node, vertex, of: pattern, ends: ends, &draft)
  }

  /// The edges and vertices that a condition names; reports names that are neither.
  private mutating func collect(
    _ node: Expression, _ draft: PatternDraft, _ mentions: inout Mentions
  ) -> Bool {
    switch node {
    case .path(let path):
      let first = path.components[0].text
      if path.components.count == 1, let vertex = draft.vertex(first) {
        mentions.vertices.insert(vertex)
      } else if path.components.count > 1, let edge = draft.edge(first) {
        mentions.edges.insert(edge)
      } else if path.components.count > 1 || names.assignments[first] == nil {
        let parts = draft.vertices + draft.edges.map(\.name.text)
        reportUnknownPart(path, parts, path.components.count > 1 ? "edge" : "vertex")
        return false
      }
      return true
    case .member(let member):
      var base = member.base
      while case .member(let outer) = base { base = outer.base }
      if case .call(let call) = base {
        mentions.tables = true
        return call.arguments.allSatisfy { collect($0.value, draft, &mentions) }
      }
    default: break
    }
    return node.operands.allSatisfy { collect($0, draft, &mentions) }
  }

  private mutating func readInequality(
    _ node: Expression, _ vertices: Set<Int>, _ draft: inout PatternDraft
  ) -> Bool {
    let pair = vertices.sorted()
    if case .binary(let binary) = node, case .path = binary.left, case .path = binary.right {
      if binary.op == .notEqual {
        add(Pattern.Pair(pair[0], pair[1]), to: &draft)
        return true
      }
      if binary.op == .equal {
        report(
          Diagnostic(
            .patternCondition, "vertices that are one have one name", at: node.range,
            notes: [
              Diagnostic.Note(
                "write ‘\(draft.vertices[pair[0]])’ for ‘\(draft.vertices[pair[1]])’")
            ]))
        return false
      }
    }
    report(
      Diagnostic(.patternCondition, "two vertices are compared with != only", at: node.range))
    return false
  }

  /// A condition of a vertex: of every edge that leaves or enters it.
  private mutating func readVertex(
    _ node: Expression, _ vertex: Int, of pattern: Subgraph,
    ends: (source: KeyComponent, target: KeyComponent), _ draft: inout PatternDraft
  ) -> Bool {
    let name = draft.vertices[vertex]
    for index in draft.edges.indices {
      let edge = draft.edges[index]
      for (end, path, isAtVertex) in [
        (ends.source, pattern.source, edge.source == vertex),
        (ends.target, pattern.target, edge.target == vertex),
      ] where isAtVertex {
        switch currentMember(node, asking: end) {
        case .condition(let condition): draft.members[index].append(condition)
        case .invalid: return false
        case .ordinary:
          draft.conditions[index].append(
            node.mappingPaths { $0.text == name ? Path(path.components, $0.range) : $0 })
        }
      }
    }
    return true
  }
}

extension Resolver {
  /// The tuples of a stream that satisfy a condition, as FILTER passes them.
  mutating func passing(_ predicate: Expression, of stream: TupleStream) -> TupleStream? {
    guard let condition = checkCondition(predicate, in: Scope(stream)) else { return nil }
    switch filter(stream, by: condition, predicate.range) {
    case .tuples(let passed): return passed
    case .rows(let rows): return tupleView(of: rows, at: predicate.range)
    default: return nil
    }
  }
}
