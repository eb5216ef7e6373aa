public import Diagnostics

/// Reads a program. A tree always comes back; what is wrong with the text is in `log`.
///
/// Linear in the length of the text; the depth of nesting is bounded, so no text can exhaust the
/// stack. Errors do not end the reading: it goes on at the next `;` or at the next line that can
/// only start a statement.
public func parse(_ source: SourceText, reportingTo log: inout DiagnosticLog) -> SyntaxTree {
  var lexer = Lexer(source)
  lexer.run()
  var parser = Parser(source, lexer.tokens, lexer.diagnostics)
  let program = parser.parseProgram()
  for diagnostic in parser.diagnostics { log.report(diagnostic) }
  return SyntaxTree(
    source: source, tokens: parser.lexed.map(\.token), program: program,
    hasErrors: parser.hasErrors)
}

/// A recursive-descent parser: one method a nonterminal of `Grammar/sal.ebnf`, by the same name.
struct Parser {
  /// Brackets, statements and prefix operators in each other.
  static let depthLimit = 128
  /// Height of an expression's tree; a chain of operators leans to the left.
  static let heightLimit = 400
  /// Errors reported for one text.
  static let errorLimit = 100

  let source: SourceText
  /// All tokens, with those that the parser read as keywords marked so.
  private(set) var lexed: [LexedToken]
  /// Indices into `lexed` of the tokens that the parser sees; unknown bytes are left out.
  private let visible: [Int]
  /// Index into `visible` of the current token.
  private(set) var index = 0
  private(set) var diagnostics: [Diagnostic]
  private(set) var hasErrors: Bool
  /// Where the last error was reported; a second one at the same token would only be noise.
  private var lastErrorIndex = -1
  /// Keywords looked for at the current token in vain; a misspelt word is held against them.
  private var sought: [Keyword] = []
  private var depth = 0
  /// Height of the expression read last.
  var height = 0
  /// Whether a `(` may open the columns of an OUTPUT, so that it is no call.
  var columnsMayFollow = false

  init(_ source: SourceText, _ lexed: [LexedToken], _ diagnostics: [Diagnostic]) {
    precondition(lexed.last?.token.kind == .endOfText, "a token list ends with the end of text")
    self.source = source
    self.lexed = lexed
    self.diagnostics = Array(diagnostics.prefix(Self.errorLimit))
    hasErrors = diagnostics.contains { $0.severity == .error }
    visible = lexed.indices.filter { lexed[$0].token.kind != .unknown }
  }

  // MARK: Looking

  var token: Token { lexed[visible[index]].token }
  var kind: TokenKind { token.kind }
  var isAtEnd: Bool { kind == .endOfText }

  /// The token `distance` after the current one, or the end of the text.
  func token(ahead distance: Int) -> LexedToken {
    lexed[visible[min(index + distance, visible.count - 1)]]
  }

  func kind(ahead distance: Int) -> TokenKind { token(ahead: distance).token.kind }

  /// The keyword that the current token spells, whatever its place.
  var keyword: Keyword? { lexed[visible[index]].keyword }

  /// Whether the current token is the first on its line.
  func isFirstOnLine(ahead distance: Int = 0) -> Bool {
    let trivia = token(ahead: distance).token.trivia
    return trivia.lowerBound == 0
      || source.utf8[trivia.lowerBound..<trivia.upperBound].contains(UInt8(ascii: "\n"))
  }

  /// What the last token read is.
  var previousKind: TokenKind? { index == 0 ? nil : lexed[visible[index - 1]].token.kind }

  /// Where the last token read ends.
  var previousEnd: Int { index == 0 ? 0 : lexed[visible[index - 1]].token.range.upperBound }

  /// Where the current token begins.
  var start: Int { token.range.lowerBound }

  /// From `start` to the end of the last token read.
  func range(from start: Int) -> SourceRange { SourceRange(start, max(start, previousEnd)) }

  func text(_ token: Token) -> String { source[token.range] }

  /// The current token as messages show it.
  var found: String {
    switch kind {
    case .endOfText: return "the end of the text"
    default:
      let text = text(token)
      return text.unicodeScalars.count <= 40 ? "‘\(text)’" : "‘\(text.prefix(40))…’"
    }
  }

  // MARK: Taking

  /// Moves past the current token; the end of the text stays current.
  @discardableResult
  mutating func advance() -> Token {
    let current = token
    if index < visible.count - 1 { index += 1 }
    sought.removeAll(keepingCapacity: true)
    return current
  }

  /// Marks the current token as a name, though it spells a reserved word, and moves past it.
  mutating func takeName() -> Token {
    lexed[visible[index]].token.kind = .identifier
    return advance()
  }

  /// Says what the current token does.
  mutating func mark(_ role: TokenRole) {
    lexed[visible[index]].token.role = role
  }

  /// Says that the current token begins a statement or a constraint.
  mutating func markLineStart() {
    lexed[visible[index]].token.startsLine = true
  }

  mutating func accept(_ kind: TokenKind) -> Token? {
    guard self.kind == kind else { return nil }
    return advance()
  }

  /// Takes the current token if it spells `keyword`.
  mutating func accept(_ keyword: Keyword) -> Token? {
    guard self.keyword == keyword else {
      sought.append(keyword)
      return nil
    }
    return takeKeyword()
  }

  /// Marks the current token as a keyword and moves past it.
  @discardableResult
  mutating func takeKeyword() -> Token {
    lexed[visible[index]].token.kind = .keyword
    return advance()
  }

  /// Takes one of `keywords`, a near miss included; else reports what was expected.
  mutating func expect(_ keywords: Keyword...) -> Keyword? {
    for keyword in keywords where accept(keyword) != nil { return keyword }
    if let meant = misspelt(among: keywords) {
      report(.misspeltKeyword(text(token), meaning: meant.rawValue, at: token.range))
      takeKeyword()
      return meant
    }
    let wanted = keywords.map(\.rawValue).joined(separator: " or ")
    reportUnexpected(expecting: wanted)
    return nil
  }

  mutating func expect(_ kind: TokenKind, after what: String) -> Bool {
    if accept(kind) != nil { return true }
    reportUnexpected(expecting: "‘\(kind.rawValue)’ after \(what)")
    return false
  }

  /// Takes the bracket that closes the one at `opening`, or reports that nothing does.
  mutating func expectClosing(_ kind: TokenKind, of opening: SourceRange) {
    if accept(kind) != nil { return }
    // With something else in the way, the caret belongs there; at a boundary, to the gap.
    let isBoundary = isAtEnd || self.kind == .semicolon || isFirstOnLine()
    guard isBoundary || keyword != nil || self.kind == .rightParenthesis || self.kind == .rightBrace
    else {
      let note = Diagnostic.Note("to close this", at: opening)
      report(.unclosedBracket(kind, found: found, at: token.range, note: note))
      return
    }
    let place = isBoundary ? SourceRange(at: previousEnd) : token.range
    report(.unclosedBracket(kind, opening: opening, at: place, insertAt: previousEnd))
  }

  /// The keyword of `candidates` that the current identifier nearly spells.
  func misspelt(among candidates: [Keyword]) -> Keyword? {
    guard kind == .identifier, keyword == nil else { return nil }
    let word = text(token)
    if let meant = Self.foreignWords[word.lowercased()], candidates.contains(meant) { return meant }
    return nearest(to: word, in: candidates.map(\.rawValue)).flatMap { Keyword($0.utf8) }
  }

  /// The keyword looked for here that the current identifier nearly spells.
  var misspeltSought: Keyword? { misspelt(among: sought) }

  // MARK: Reporting

  /// Reports an error, unless one was reported at this token or unknown bytes lie before it.
  mutating func report(_ diagnostic: Diagnostic) {
    hasErrors = hasErrors || diagnostic.severity == .error
    let follows = index > 0 && visible[index] - visible[index - 1] > 1
    guard index != lastErrorIndex, !follows else { return }
    lastErrorIndex = index
    reportAlways(diagnostic)
  }

  /// Reports a message about tokens already read.
  mutating func reportAlways(_ diagnostic: Diagnostic) {
    hasErrors = hasErrors || diagnostic.severity == .error
    if diagnostics.count < Self.errorLimit {
      diagnostics.append(diagnostic)
    } else if diagnostics.count == Self.errorLimit {
      diagnostics.append(.tooManyErrors(limit: Self.errorLimit, at: diagnostic.range))
    }
  }

  mutating func reportUnexpected(expecting wanted: String, notes: [Diagnostic.Note] = []) {
    let range = isAtEnd ? SourceRange(at: previousEnd) : token.range
    report(.unexpected(found, expecting: wanted, at: range, notes: notes))
  }

  // MARK: Depth

  /// Runs `body` one level deeper; at the limit reports, leaves the statement and gives nil.
  mutating func nested<Node>(_ body: (inout Parser) -> Node) -> Node? {
    guard depth < Self.depthLimit else {
      report(.nestedTooDeeply(limit: Self.depthLimit, at: token.range))
      abandonStatement()
      return nil
    }
    depth += 1
    defer { depth -= 1 }
    return body(&self)
  }

  /// Counts a node above expressions of the given heights; at the limit leaves the statement.
  mutating func grow(_ heights: Int...) -> Bool {
    height = 1 + (heights.max() ?? 0)
    guard height > Self.heightLimit else { return true }
    report(.expressionTooLong(limit: Self.heightLimit, at: token.range))
    abandonStatement()
    return false
  }

  /// Moves to the end of the statement and keeps quiet about what is missing there.
  mutating func abandonStatement() {
    while !isAtEnd, kind != .semicolon { advance() }
    lastErrorIndex = index
  }
}
