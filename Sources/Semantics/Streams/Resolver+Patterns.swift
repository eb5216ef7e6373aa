import DataModel
import Diagnostics
import Plan
import Syntax

/// A pattern while its constraints are read.
struct PatternDraft {
  /// An edge, its ends as places in ``vertices``.
  struct Edge {
    var name: Name
    var source: Int
    var target: Int
  }

  var vertices: [String] = []
  var edges: [Edge] = []
  /// Whether edges end after they start.
  var end: Pattern.End
  var times: [TimeBound] = []
  var unequal: [Pattern.Pair] = []
  var comparisons: [VertexComparison] = []
  /// Conditions of each edge over the fields of its tuple.
  var conditions: [[Expression]] = []
  /// Conditions over fields of several edges, or of edges and vertices: of the match.
  var joint: [Expression] = []
  /// Memberships that change with every tuple, of each edge.
  var members: [[RowExpression]] = []

  func edge(_ name: String) -> Int? { edges.firstIndex { $0.name.text == name } }
  func vertex(_ name: String) -> Int? { vertices.firstIndex(of: name) }
}

extension Resolver {
  /// `SUBGRAPH ON S WITH source(f) AND target(g) { … }`: a stream of matches.
  mutating func resolve(_ node: Subgraph) -> Meaning {
    guard let stream = tupleStream(node.input, for: "SUBGRAPH") else {
      return .invalid
    }
    let ends = [node.source, node.target].map { component(.path($0), mask: nil, of: stream) }
    guard let source = ends[0], let target = ends[1] else { return .invalid }
    guard source.type == target.type else {
      report(
        Diagnostic(
          .wrongType,
          "source is \(article(source.type)) and target \(article(target.type)); "
            + "vertices are of one kind", at: node.target.range))
      return .invalid
    }
    var draft = PatternDraft(end: end(of: stream))
    guard readEdges(of: node, into: &draft) else { return .invalid }
    var isValid = true
    for constraint in node.constraints {
      guard case .predicate(let expression) = constraint else { continue }
      for part in expression.conjuncts {
        isValid = read(part, of: node, over: stream, ends: (source, target), &draft) && isValid
      }
    }
    guard isValid else { return .invalid }
    if node.isDistinct {
      for (a, b) in pairs(draft.vertices.count) { add(Pattern.Pair(a, b), to: &draft) }
    }
    boundUnbounded(&draft, node)
    var edges: [Pattern.Edge] = []
    for (index, edge) in draft.edges.enumerated() {
      guard let input = input(of: index, draft, stream) else { return .invalid }
      edges.append(
        Pattern.Edge(
          name: edge.name.text, source: edge.source, target: edge.target, input: input))
    }
    let pattern = Pattern(
      vertices: draft.vertices, edges: edges, source: source, target: target, end: draft.end,
      times: draft.times, unequal: draft.unequal, comparisons: draft.comparisons)
    let added = add(.match(pattern), to: stream.node, range: node.range)
    var matches = TupleStream(node: added, key: nil)
    for condition in draft.joint {
      if let passed = passing(condition, of: matches) {
        matches = passed
      } else {
        isValid = false
      }
    }
    return isValid ? .tuples(matches) : .invalid
  }

  private func pairs(_ count: Int) -> [(Int, Int)] {
    (0..<count).flatMap { a in ((a + 1)..<max(count, a + 1)).map { (a, $0) } }
  }

  func add(_ pair: Pattern.Pair, to draft: inout PatternDraft) {
    if !draft.unequal.contains(pair) { draft.unequal.append(pair) }
  }

  /// When the tuples of a stream end.
  private func end(of stream: TupleStream) -> Pattern.End {
    guard let schema = plan.recordSchema(of: stream.node), !plan.isBehindMatch(stream.node) else {
      return .instant
    }
    if let field = schema.duration { return .after(field) }
    if let field = schema.end { return .at(field) }
    return .instant
  }

  // MARK: Edges

  private mutating func readEdges(of node: Subgraph, into draft: inout PatternDraft) -> Bool {
    var isValid = true
    for case .edge(let source, let edge, let target, let range) in node.constraints {
      guard !source.isMissing, !edge.isMissing, !target.isMissing else { return false }
      if let known = draft.edges.first(where: { $0.name.text == edge.text }) {
        report(
          Diagnostic(
            .duplicateColumn, "two edges are called ‘\(edge.text)’", at: edge.range,
            notes: [Diagnostic.Note("the first is here", at: known.name.range)]))
        isValid = false
      }
      func place(_ name: Name) -> Int {
        if let known = draft.vertex(name.text) { return known }
        draft.vertices.append(name.text)
        return draft.vertices.count - 1
      }
      draft.edges.append(
        PatternDraft.Edge(name: edge, source: place(source), target: place(target)))
      if draft.edges.count == Pattern.edgesMax + 1 {
        report(
          Diagnostic(
            .patternTooLarge, "a pattern has at most \(Pattern.edgesMax) edges", at: range))
        isValid = false
      }
    }
    for edge in draft.edges where draft.vertices.contains(edge.name.text) {
      report(
        Diagnostic(
          .duplicateColumn, "‘\(edge.name.text)’ is an edge and a vertex", at: edge.name.range))
      isValid = false
    }
    if draft.vertices.contains(Pattern.matchTime) {
      report(
        Diagnostic(
          .duplicateColumn, "‘\(Pattern.matchTime)’ is the time of a match, no vertex",
          at: node.range))
      isValid = false
    }
    if draft.edges.isEmpty, !tree.hasErrors {
      report(
        Diagnostic(
          .patternCondition, "the pattern has no edge", at: keyword(of: node.range),
          notes: [Diagnostic.Note("an edge is its source, its name and its target: a e1 b;")]))
    }
    draft.conditions = [[Expression]](repeating: [], count: draft.edges.count)
    draft.members = [[RowExpression]](repeating: [], count: draft.edges.count)
    return isValid && !draft.edges.isEmpty
  }

  /// The node of the tuples that an edge may be: those that satisfy its own conditions.
  private mutating func input(
    of edge: Int, _ draft: PatternDraft, _ stream: TupleStream
  ) -> Int? {
    var passed = stream
    for condition in draft.conditions[edge] {
      guard let next = passing(condition, of: passed) else { return nil }
      passed = next
    }
    if !draft.members[edge].isEmpty {
      let parts = draft.members[edge]
      let condition = parts.count == 1 ? parts[0] : .and(parts)
      passed.node = add(
        .filterBeside(condition), to: passed.node, range: draft.edges[edge].name.range)
    }
    return passed.node
  }

  // MARK: Time

  /// Gives edges that may lie any time apart the bound of `PatternWindow`, with a warning.
  private mutating func boundUnbounded(_ draft: inout PatternDraft, _ node: Subgraph) {
    let bounds = TimeBounds(
      edges: draft.edges.count, draft.times, isInstant: draft.end == .instant)
    let loose = pairs(draft.edges.count).flatMap { [($0.0, $0.1), ($0.1, $0.0)] }
      .filter { !bounds.isBounded($0.1, after: $0.0) }
    guard let (first, second) = loose.first else { return }
    for (a, b) in loose {
      draft.times.append(
        TimeBound(
          EdgeTime(edge: b, isEnd: false), after: EdgeTime(edge: a, isEnd: false),
          most: patternWindow))
    }
    guard settings["PatternWindow"] == nil else { return }
    let (a, b) = (draft.edges[first].name.text, draft.edges[second].name.text)
    let window = Timestamp.durationText(patternWindow)
    report(
      Diagnostic(
        .patternWithoutBound, .warning,
        "nothing says how long after ‘\(a)’ ‘\(b)’ may start; \(window) is taken",
        at: keyword(of: node.range),
        notes: [
          Diagnostic.Note("for example: start(\(b)) - start(\(a)) <= 10;"),
          Diagnostic.Note("or for all patterns: PatternWindow = \(window);"),
        ]))
  }
}
