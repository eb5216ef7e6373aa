import Diagnostics

extension Parser {
  mutating func parseSubgraph() -> StreamExpression {
    let start = start
    takeKeyword()
    guard expect(.on) != nil else { return .invalid(range(from: start)) }
    let input = parseOperand()
    guard expect(.with) != nil, let source = parseEndpoint(.source), expect(.and) != nil,
      let target = parseEndpoint(.target)
    else { return .invalid(range(from: start)) }
    let isDistinct = accept(.distinct) != nil
    let constraints = parseConstraints()
    return .subgraph(
      Subgraph(
        input: input, source: source, target: target, isDistinct: isDistinct,
        constraints: constraints, range: range(from: start)))
  }

  /// `source(field)` or `target(field)`.
  private mutating func parseEndpoint(_ keyword: Keyword) -> Path? {
    guard expect(keyword) != nil else { return nil }
    if kind == .leftParenthesis { mark(.call) }
    guard let opening = accept(.leftParenthesis) else {
      reportUnexpected(expecting: "‘(’ and a field")
      return nil
    }
    let field = parsePath("a field")
    expectClosing(.rightParenthesis, of: opening.range)
    return field
  }

  private mutating func parseConstraints() -> [SubgraphConstraint] {
    if kind == .leftBrace { mark(.pattern) }
    guard let opening = accept(.leftBrace) else {
      reportUnexpected(expecting: "‘{’ and the constraints of the pattern")
      return []
    }
    let outer = columnsMayFollow
    columnsMayFollow = false
    defer { columnsMayFollow = outer }
    var constraints: [SubgraphConstraint] = []
    while !isAtEnd, kind != .rightBrace {
      if startsStatement, isFirstOnLine() { break }
      if let semicolon = accept(.semicolon) {
        reportAlways(.emptyStatement(at: semicolon.range))
        continue
      }
      let before = index
      markLineStart()
      constraints.append(parseConstraint())
      if index == before { advance() }
    }
    if kind == .rightBrace { mark(.pattern) }
    expectClosing(.rightBrace, of: opening.range)
    return constraints
  }

  private mutating func parseConstraint() -> SubgraphConstraint {
    let start = start
    let isEdge =
      kind == .identifier && kind(ahead: 1) == .identifier
      && ![.contains, .between].contains(token(ahead: 1).keyword)
    guard isEdge else {
      let predicate = parseExpression()
      finishStatement(inPattern: true)
      return .predicate(predicate)
    }
    let source = parseName("a vertex")
    let edge = parseName("an edge")
    guard kind == .identifier, !isFirstOnLine() || kind(ahead: 1) == .semicolon else {
      report(.incompleteEdge(at: range(from: start)))
      recover(inPattern: true)
      return .invalid(range(from: start))
    }
    let target = parseName("a vertex")
    let end = range(from: start)
    finishStatement(inPattern: true)
    return .edge(source: source, edge: edge, target: target, range: end)
  }
}
