import Diagnostics

extension Parser {
  mutating func parseProgram() -> Program {
    var statements: [Statement] = []
    while !isAtEnd {
      if let semicolon = accept(.semicolon) {
        reportAlways(.emptyStatement(at: semicolon.range))
        continue
      }
      let before = index
      markLineStart()
      statements.append(parseStatement())
      if index == before { advance() }
    }
    return Program(statements: statements, range: source.range)
  }

  mutating func parseStatement() -> Statement {
    columnsMayFollow = false
    guard kind == .identifier else {
      if kind == .keyword, kind(ahead: 1) == .assign {
        report(.reservedWord(text(token), as: "a name", at: token.range))
      } else {
        reportUnexpected(expecting: "a statement: Name = …; or OUTPUT …;")
      }
      return invalidStatement(from: start)
    }
    switch kind(ahead: 1) {
    case .assign: return parseAssignment()
    case .equal:
      let operatorRange = token(ahead: 1).token.range
      report(.foreignSpelling("==", writing: "=", at: operatorRange))
      return parseAssignment()
    default: break
    }
    if let keyword, keyword.opensStatement { return parseDirective(keyword) }
    if let keyword, keyword.opensStream || keyword == .vertexInfo { return parseUnnamed() }
    if kind(ahead: 1) == .leftParenthesis { return parseUnnamed() }
    if let next = token(ahead: 1).keyword, next.opensStream, startsStream(ahead: 1) {
      return parseAssignmentWithoutSign()
    }
    if kind(ahead: 1) == .identifier, let meant = misspelt(among: Self.directives) {
      report(.misspeltKeyword(text(token), meaning: meant.rawValue, at: token.range))
      return parseDirective(meant)
    }
    advance()
    reportUnexpected(expecting: "‘=’ after a name")
    return invalidStatement(from: previousEnd)
  }

  private static let directives = Keyword.allCases.filter(\.opensStatement)

  private mutating func parseDirective(_ keyword: Keyword) -> Statement {
    switch keyword {
    case .output: return parseOutput()
    case .partition: return parsePartition()
    case .hash: return parseHash()
    default:
      let start = start
      guard case .subgraph(let subgraph) = parseSubgraph() else {
        return invalidStatement(from: start)
      }
      finishStatement(optionalSemicolon: true)
      return .subgraph(subgraph)
    }
  }

  // MARK: Statements with a name

  /// `Name = stream;` or `Name = value;`
  private mutating func parseAssignment() -> Statement {
    let start = start
    let name = parseName("a name")
    advance()
    if startsSetting {
      let value = parseExpression()
      finishStatement()
      return .setting(Setting(name: name, value: value, range: range(from: start)))
    }
    return finishAssignment(name, from: start)
  }

  /// `Name FILTER …`: the sign is missing, and is reported.
  private mutating func parseAssignmentWithoutSign() -> Statement {
    let start = start
    let name = parseName("a name")
    report(.missingAssign(after: name))
    return finishAssignment(name, from: start)
  }

  private mutating func finishAssignment(_ name: Name, from start: Int) -> Statement {
    let value = parseStream()
    var isPattern = false
    if case .subgraph = value { isPattern = true }
    finishStatement(optionalSemicolon: isPattern)
    return .assignment(Assignment(name: name, value: value, range: range(from: start)))
  }

  /// Whether a value follows rather than a stream.
  private var startsSetting: Bool {
    switch kind {
    case .identifier: keyword == .true || keyword == .false
    case .leftParenthesis:
      !startsStream(ahead: 1) && kind(ahead: 1) != .identifier
        && kind(ahead: 1) != .leftParenthesis
    case .keyword, .semicolon, .endOfText: false
    default: true
    }
  }

  // MARK: Statements without a name

  private mutating func parsePartition() -> Statement {
    let start = start
    takeKeyword()
    let input = parseOperand()
    let keys = parseByKeys()
    finishStatement()
    return .partition(Partition(input: input, keys: keys, range: range(from: start)))
  }

  private mutating func parseHash() -> Statement {
    let start = start
    takeKeyword()
    let key = parseKey()
    let function =
      expect(.with) != nil ? parseName("the name of a hash function") : missingName()
    finishStatement()
    return .hash(HashDirective(key: key, function: function, range: range(from: start)))
  }

  private mutating func parseOutput() -> Statement {
    let start = start
    takeKeyword()
    columnsMayFollow = true
    let place = self.start
    let input = parseOrderBehind(parseWhereBehind(parseStream(), from: place), from: place)
    columnsMayFollow = false
    let columns = kind == .leftParenthesis ? parseColumns() : nil
    var every: DurationLiteral?
    var sinks: [Call] = []
    while true {
      if let word = accept(.every) {
        if every != nil { reportAlways(.repeatedClause("EVERY", at: word.range)) }
        every = parseDuration("EVERY")
      } else if let word = accept(.to) {
        if !sinks.isEmpty { reportAlways(.repeatedClause("TO", at: word.range)) }
        repeat { sinks.append(parseSink()) } while accept(.comma) != nil
      } else {
        break
      }
    }
    finishStatement()
    return .output(
      Output(
        input: input, columns: columns, every: every, sinks: sinks, range: range(from: start)))
  }

  private mutating func parseColumns() -> [OutputColumn] {
    mark(.columns)
    let opening = advance().range
    var columns: [OutputColumn] = []
    repeat {
      let start = start
      let expression = parseExpression()
      let alias = accept(.as) != nil ? parseName("a name after AS") : nil
      columns.append(
        OutputColumn(expression: expression, alias: alias, range: range(from: start)))
    } while accept(.comma) != nil
    expectClosing(.rightParenthesis, of: opening)
    return columns
  }

  private mutating func parseSink() -> Call {
    guard kind(ahead: 1) == .leftParenthesis else {
      let name = parseName("a sink such as csv(\"file\")")
      return Call(name: name, arguments: [], range: name.range)
    }
    return parseCall()
  }

  /// A statement whose result goes nowhere: reads it, reports it.
  private mutating func parseUnnamed() -> Statement {
    let start = start
    let word = text(token)
    let keyword = keyword?.rawValue ?? word
    let range = token.range
    let before = diagnostics.count
    let value = parseStream()
    if case .reference = value { return invalidStatement(from: start) }
    if diagnostics.count == before {
      reportAlways(.unnamedStatement(keyword: keyword, at: range))
    }
    finishStatement()
    return .invalid(self.range(from: start))
  }

  // MARK: Ends

  /// Takes the `;`, or says that it is missing and moves to where reading can go on.
  mutating func finishStatement(optionalSemicolon: Bool = false, inPattern: Bool = false) {
    if accept(.semicolon) != nil || (inPattern && kind == .rightBrace && reportMissing(inPattern)) {
      return
    }
    if optionalSemicolon, isAtEnd || startsStatement || isFirstOnLine() { return }
    if !startsStatement, let meant = misspeltSought {
      report(.misspeltKeyword(text(token), meaning: meant.rawValue, at: token.range))
      recover(inPattern: inPattern)
      return
    }
    let isNext = isAtEnd || startsStatement || (isFirstOnLine() && canStart(inPattern: inPattern))
    if isNext {
      _ = reportMissing(inPattern)
      return
    }
    let note =
      previousKind == .rightParenthesis
      ? "FOREACH computes one feature; OUTPUT S (A, B) shows several beside each other"
      : "a list stands in braces: {a, b}"
    reportUnexpected(
      expecting: "‘;’ or more of the \(inPattern ? "constraint" : "statement")",
      notes: kind == .comma ? [Diagnostic.Note(note)] : [])
    recover(inPattern: inPattern)
  }

  private mutating func reportMissing(_ inPattern: Bool) -> Bool {
    let next = isAtEnd || kind == .rightBrace ? nil : token.range
    report(.missingSemicolon(after: previousEnd, next: next, inPattern: inPattern))
    return true
  }

  /// Whether the current token, first on its line, may begin a statement or constraint.
  private func canStart(inPattern: Bool) -> Bool {
    switch kind {
    case .identifier:
      return inPattern || startsStatement || kind(ahead: 1) == .assign
        || kind(ahead: 1) == .equal || keyword?.opensStatement == true
        || (kind(ahead: 1) == .identifier && misspelt(among: Self.directives) != nil)
    case .leftParenthesis, .minus, .keyword: return inPattern
    default: return false
    }
  }

  /// Whether a statement must begin here: `OUTPUT X`, or `Name =` at the start of a line or
  /// before a word that opens a stream.
  var startsStatement: Bool {
    guard kind == .identifier else { return false }
    if kind(ahead: 1) == .assign {
      return isFirstOnLine() || startsStream(ahead: 2)
    }
    guard let keyword, keyword.opensStatement else { return false }
    return kind(ahead: 1) == .identifier
      || (keyword == .output && kind(ahead: 1) == .leftParenthesis)
  }

  /// Moves past the next `;`, or up to what must begin a statement, or to a pattern's `}`.
  mutating func recover(inPattern: Bool = false) {
    var braces = 0
    while !isAtEnd {
      switch kind {
      case .semicolon where braces == 0:
        advance()
        return
      case .leftBrace: braces += 1
      case .rightBrace:
        if braces == 0, inPattern { return }
        braces = max(0, braces - 1)
      case .identifier where startsStatement && isFirstOnLine(): return
      default: break
      }
      advance()
    }
  }

  private mutating func invalidStatement(from start: Int) -> Statement {
    recover()
    return .invalid(range(from: min(start, self.start)))
  }
}
