import Diagnostics

extension Parser {
  /// Whether the token `distance` ahead is a word that opens a stream and is meant as one.
  ///
  /// `FILTER x`, `FILTER (…)`, `TOP 10 x`; but `filter > 3` and `Filter;` are a name.
  func startsStream(ahead distance: Int) -> Bool {
    let word = token(ahead: distance)
    guard word.token.kind == .identifier, let keyword = word.keyword, keyword.opensStream else {
      return false
    }
    switch kind(ahead: distance + 1) {
    case .identifier: return true
    case .leftParenthesis: return keyword != .top
    case .integer: return keyword == .top
    default: return false
    }
  }

  /// A statement's right side, a name, or either in parentheses.
  mutating func parseStream() -> StreamExpression {
    let start = start
    return nested { $0.parseStreamHere() } ?? .invalid(range(from: start))
  }

  private mutating func parseStreamHere() -> StreamExpression {
    if kind == .leftParenthesis { return parseParenthesizedStream() }
    guard kind == .identifier else {
      reportUnexpected(expecting: "a stream")
      return .invalid(SourceRange(at: start))
    }
    if let keyword, keyword.opensStream, !standsForName {
      return parseStatementBody(keyword)
    }
    if kind(ahead: 1) == .leftParenthesis, !opensColumns(ahead: 1) { return parseSource() }
    if kind(ahead: 1) == .identifier || kind(ahead: 1) == .integer,
      !columnsMayFollow || kind(ahead: 2) == .keyword,
      let meant = misspelt(among: Self.streamKeywords)
    {
      report(.misspeltKeyword(text(token), meaning: meant.rawValue, at: token.range))
      return parseStatementBody(meant)
    }
    return .reference(parseName("a stream"))
  }

  private static let streamKeywords = Keyword.allCases.filter(\.opensStream)

  /// Whether a word that could open a stream is a name because nothing of a stream follows.
  private var standsForName: Bool {
    switch kind(ahead: 1) {
    case .semicolon, .comma, .rightParenthesis, .endOfText: return true
    case .identifier:
      let next = token(ahead: 1).keyword
      return columnsMayFollow && (next == .every || next == .to) && kind(ahead: 2) != .keyword
    default: return false
    }
  }

  /// Whether a `(` after a name opens an OUTPUT's columns; a source's first argument is a string.
  private func opensColumns(ahead distance: Int) -> Bool {
    columnsMayFollow && kind(ahead: distance + 1) != .string
  }

  private mutating func parseStatementBody(_ keyword: Keyword) -> StreamExpression {
    switch keyword {
    case .union: return parseUnion()
    case .stream: return parseKeyedStream()
    case .distinct: return parseDistinct()
    case .foreach: return parseForeach()
    case .collapse: return parseCollapse()
    case .filter: return parseFilter()
    case .top: return parseTop()
    case .join: return parseJoin()
    case .subgraph: return parseSubgraph()
    default: preconditionFailure("\(keyword.rawValue) opens no stream")
    }
  }

  mutating func parseParenthesizedStream() -> StreamExpression {
    let opening = advance().range
    let outer = columnsMayFollow
    columnsMayFollow = false
    let stream = parseStream()
    columnsMayFollow = outer
    expectClosing(.rightParenthesis, of: opening)
    return stream
  }

  /// The stream that a statement works on: a name, or a statement in parentheses.
  mutating func parseOperand() -> StreamExpression {
    let start = start
    if kind == .identifier {
      let isSource =
        kind(ahead: 1) == .leftParenthesis && keyword?.opensStream != true
        && !opensColumns(ahead: 1)
      if isSource || (startsStream(ahead: 0) && !isFollowedByClause) {
        let word = text(token)
        let stream = parseStream()
        reportAlways(.unparenthesizedStatement(keyword: word, at: range(from: start)))
        return stream
      }
      return .reference(parseName("a stream"))
    }
    return parseStream()
  }

  /// Whether after the current word comes one that can only follow a name.
  private var isFollowedByClause: Bool {
    switch token(ahead: 1).keyword {
    case .generate, .transform, .with, .window: true
    default: opensColumns(ahead: 1) && kind(ahead: 1) == .leftParenthesis
    }
  }

  private mutating func parseSource() -> StreamExpression {
    let isVertexInfo = keyword == .vertexInfo
    let call = parseCall()
    return isVertexInfo ? .vertexInfo(call) : .source(call)
  }

  private mutating func parseOperands() -> [StreamExpression] {
    var inputs = [parseOperand()]
    while accept(.comma) != nil { inputs.append(parseOperand()) }
    if inputs.count < 2 { reportUnexpected(expecting: "‘,’ and a second stream") }
    return inputs
  }

  private mutating func parseUnion() -> StreamExpression {
    let start = start
    takeKeyword()
    let inputs = parseOperands()
    return .union(Union(inputs: inputs, range: range(from: start)))
  }

  private mutating func parseKeyedStream() -> StreamExpression {
    let start = start
    takeKeyword()
    let input = parseOperand()
    let keys = parseByKeys()
    return .keyed(KeyedStream(input: input, keys: keys, range: range(from: start)))
  }

  private mutating func parseDistinct() -> StreamExpression {
    let start = start
    takeKeyword()
    let (input, keys) = parseKeysFrom() ?? (parseOperand(), parseByKeys())
    let window = parseWindow()
    if window == nil { reportUnexpected(expecting: "WINDOW and a duration") }
    return .distinct(
      Distinct(input: input, keys: keys, window: window, range: range(from: start)))
  }

  private mutating func parseForeach() -> StreamExpression {
    let start = start
    takeKeyword()
    let place = self.start
    let input = parseKeysOfForeach(parseOperand(), from: place)
    switch expect(.generate, .transform) {
    case .generate: return parseFeature(input, from: start)
    case .transform: return parseTransform(input, from: start)
    default: return .invalid(range(from: start))
    }
  }

  private mutating func parseFeature(
    _ input: StreamExpression, from start: Int
  ) -> StreamExpression {
    dropNameBeforeCall()
    let call: Call
    if kind == .identifier, kind(ahead: 1) != .leftParenthesis {
      let name = parseName("an operator")
      reportAlways(.missingArguments(of: name))
      call = Call(name: name, arguments: [], range: name.range)
    } else {
      call = parseCall()
    }
    var accuracy: AccuracyClause?
    var window: WindowClause?
    while true {
      if let clause = parseAccuracy() {
        if accuracy != nil { reportAlways(.repeatedClause("the accuracy", at: clause.range)) }
        accuracy = clause
      } else if let clause = parseWindow() ?? parseEveryAsWindow() {
        if window != nil { reportAlways(.repeatedClause("WINDOW", at: clause.range)) }
        window = clause
      } else if !dropNameAfterCall() {
        break
      }
    }
    return .feature(
      Feature(
        input: input, call: call, accuracy: accuracy, window: window, range: range(from: start)))
  }

  private mutating func parseTransform(
    _ input: StreamExpression, from start: Int
  ) -> StreamExpression {
    var fields: [TransformField] = []
    repeat {
      let start = self.start
      let expression = parseExpression()
      let hasColon = expect(.colon, after: "the expression of TRANSFORM")
      let name = hasColon ? parseName("the name of the new field") : missingName()
      fields.append(
        TransformField(expression: expression, name: name, range: range(from: start)))
    } while accept(.comma) != nil
    return .transform(Transform(input: input, fields: fields, range: range(from: start)))
  }

  private mutating func parseCollapse() -> StreamExpression {
    let start = start
    takeKeyword()
    let input = parseOperand()
    let keys = parseByKeys()
    var features: [Path]?
    if accept(.for) != nil {
      var list = [parsePath("a feature")]
      while accept(.comma) != nil { list.append(parsePath("a feature")) }
      features = list
    }
    return .collapse(
      Collapse(input: input, keys: keys, features: features, range: range(from: start)))
  }

  private mutating func parseFilter() -> StreamExpression {
    let start = start
    takeKeyword()
    let input = parseOperand()
    guard expectBy() else { return .invalid(range(from: start)) }
    let predicate = parseExpression()
    return .filter(Filter(input: input, predicate: predicate, range: range(from: start)))
  }

  private mutating func parseTop() -> StreamExpression {
    let start = start
    takeKeyword()
    let count = parseInteger("the number of keys after TOP")
    let input = parseOperand()
    if kind == .semicolon, case .reference(let name) = input, !name.isMissing {
      report(.missingMeasure(name.text, after: name.range.upperBound))
      return .invalid(range(from: start))
    }
    guard expectBy() else { return .invalid(range(from: start)) }
    let measure = parseExpression()
    let groups = accept(.per) != nil ? parseKeys() : []
    return .top(
      Top(count: count, input: input, measure: measure, groups: groups, range: range(from: start)))
  }

  private mutating func parseJoin() -> StreamExpression {
    let start = start
    takeKeyword()
    let inputs = parseOperands()
    let keys = parseByKeys()
    var kind = Join.Kind.inner
    var reach: Join.Reach?
    if accept(.left) != nil {
      kind = .left
    } else if accept(.outer) != nil {
      kind = .outer
    } else if accept(.anti) != nil {
      kind = .anti
      reach = parseReach()
    }
    return .join(
      Join(inputs: inputs, keys: keys, kind: kind, reach: reach, range: range(from: start)))
  }

  private mutating func parseReach() -> Join.Reach? {
    let start = start
    let side: Join.Side
    if accept(.after) != nil {
      side = .after
    } else if accept(.before) != nil {
      side = .before
    } else {
      return nil
    }
    let duration = parseDuration(side == .after ? "AFTER" : "BEFORE")
    return Join.Reach(side: side, duration: duration, range: range(from: start))
  }
}
