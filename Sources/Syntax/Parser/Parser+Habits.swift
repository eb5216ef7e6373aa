import Diagnostics

// What somebody writes who comes from SQL, Pig or a query language of logs. The meaning is clear:
// each is reported with the edit that makes it SAL, and read on as that edit would have it.

extension Parser {
  /// Keywords by the word that another language has for them.
  static let foreignWords: [String: Keyword] = [
    "aggregate": .generate, "group": .stream, "select": .generate, "where": .filter,
  ]

  /// The text from `start` to the last token read.
  func text(from start: Int) -> String { source[range(from: start)] }

  /// `keys FROM stream`, in the order of SQL: reported, and read as `stream BY keys`. Nil where no
  /// FROM follows what may be keys.
  mutating func parseKeysFrom() -> (StreamExpression, [Key])? {
    guard isFromAhead else { return nil }
    let start = start
    let keys = parseKeys()
    let written = text(from: start)
    advance()
    let place = self.start
    let input = parseOperand()
    reportAlways(
      .keysBeforeStream(written, stream: text(from: place), at: range(from: start)))
    return (input, keys)
  }

  private var isFromAhead: Bool {
    var ahead = 1
    while [.identifier, .dot, .comma, .slash, .integer].contains(kind(ahead: ahead)) {
      if text(token(ahead: ahead).token).lowercased() == "from",
        kind(ahead: ahead + 1) == .identifier || kind(ahead: ahead + 1) == .leftParenthesis
      {
        return kind(ahead: ahead - 1) != .dot
      }
      ahead += 1
    }
    return false
  }

  /// `FOREACH S BY k GENERATE`, read as `FOREACH (STREAM S BY k) GENERATE`.
  mutating func parseKeysOfForeach(
    _ input: StreamExpression, from start: Int
  ) -> StreamExpression {
    guard keyword == .by else { return input }
    takeKeyword()
    let keys = parseKeys()
    let range = range(from: start)
    reportAlways(.keysInForeach("(STREAM \(text(from: start)))", at: range))
    return .keyed(KeyedStream(input: input, keys: keys, range: range))
  }

  /// `GENERATE n = count()`: the name is reported and dropped.
  mutating func dropNameBeforeCall() {
    guard kind == .identifier, kind(ahead: 1) == .assign else { return }
    let start = start
    let name = text(advance())
    advance()
    reportAlways(
      .nameInFeature(
        name, at: range(from: start), removing: SourceRange(start, self.start)))
  }

  /// `count() AS n`: the name is reported and dropped; whether there was one.
  mutating func dropNameAfterCall() -> Bool {
    guard keyword == .as, kind(ahead: 1) == .identifier else { return false }
    let end = previousEnd
    let start = start
    takeKeyword()
    let name = text(advance())
    reportAlways(
      .nameInFeature(name, at: range(from: start), removing: SourceRange(end, previousEnd)))
    return true
  }

  /// `count() EVERY 10s`, read as `WINDOW 10s`; behind OUTPUT it is the output's.
  mutating func parseEveryAsWindow() -> WindowClause? {
    guard keyword == .every, !columnsMayFollow else { return nil }
    let word = takeKeyword()
    reportAlways(.foreignSpelling("EVERY", writing: "WINDOW", at: word.range))
    let length = parseDuration("WINDOW")
    let range = range(from: word.range.lowerBound)
    return WindowClause(length: .time(length), slide: nil, range: range)
  }

  /// `OUTPUT X TOP 5 BY f` and `OUTPUT X ORDER BY f DESC LIMIT 5`, read as `TOP 5 X BY f`.
  mutating func parseOrderBehind(
    _ input: StreamExpression, from start: Int
  ) -> StreamExpression {
    let written = text(from: start)
    let isTop = keyword == .top && kind(ahead: 1) == .integer
    guard isTop || (isWord("order") && token(ahead: 1).keyword == .by) else { return input }
    let word = advance()
    let before = isTop ? parseInteger("the number of keys after TOP") : nil
    guard expectBy() else { return input }
    let place = self.start
    let measure = parseExpression()
    let compared = text(from: place)
    let falls = isWord("desc") && kind == .identifier
    if falls || isWord("asc") { advance() }
    var count = before
    if !isTop, falls, isWord("limit"), kind(ahead: 1) == .integer {
      advance()
      count = parseInteger("the number of keys after LIMIT")
    }
    guard let count else {
      reportAlways(.order(at: SourceRange(word.range.lowerBound, previousEnd)))
      return input
    }
    let range = range(from: start)
    reportAlways(
      .topBehind(
        "TOP \(count.value) \(written) BY \(compared)", at: word.range, replacing: range))
    return .top(Top(count: count, input: input, measure: measure, groups: [], range: range))
  }

  /// `OUTPUT X WHERE p`, read as `OUTPUT FILTER X BY p`.
  mutating func parseWhereBehind(
    _ input: StreamExpression, from start: Int
  ) -> StreamExpression {
    guard isWord("where") else { return input }
    let written = text(from: start)
    let word = advance()
    let place = self.start
    let predicate = parseExpression()
    let range = range(from: start)
    reportAlways(
      .whereBehind("FILTER \(written) BY \(text(from: place))", at: word.range, replacing: range))
    return .filter(Filter(input: input, predicate: predicate, range: range))
  }

  /// `name LIKE "%.com"`: said to be nothing that SAL has, and passed over; whether it was there.
  mutating func passOverPatternMatching() -> Bool {
    let words = ["like", "matches", "regexp", "startswith", "endswith"]
    guard kind(ahead: 1) == .string, words.contains(where: isWord) else { return false }
    let word = advance()
    advance()
    reportAlways(.patternMatching(text(word), at: word.range))
    return true
  }

  private func isWord(_ word: String) -> Bool {
    kind == .identifier && text(token).lowercased() == word
  }
}

extension Diagnostic {
  fileprivate static func keysBeforeStream(
    _ keys: String, stream: String, at range: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .foreignSpelling, "DISTINCT names the stream first, then BY its keys", at: range,
      fixIts: [
        FixIt("write it so", replacing: range, with: "\(stream) BY \(keys)")
      ])
  }

  fileprivate static func keysInForeach(_ meant: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .foreignSpelling, "FOREACH works on a keyed stream; keys are STREAM’s", at: range,
      fixIts: [FixIt("write \(meant)", replacing: range, with: meant)])
  }

  fileprivate static func nameInFeature(
    _ name: String, at range: SourceRange, removing: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .foreignSpelling, "a feature has the name of its statement: \(name) = FOREACH …", at: range,
      fixIts: [FixIt("remove the name here", replacing: removing, with: "")])
  }

  fileprivate static func whereBehind(
    _ meant: String, at range: SourceRange, replacing whole: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .foreignSpelling, "FILTER stands before the stream, and its condition behind BY", at: range,
      fixIts: [FixIt("write \(meant)", replacing: whole, with: meant)])
  }

  fileprivate static func patternMatching(_ word: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .foreignSpelling, "texts are compared whole, and not matched with patterns", at: range,
      notes: [
        Note("name IN {\"example.com\", \"example.org\"} asks for some of them"),
        Note("payload CONTAINS \"text\" searches the bytes of TCP and UDP"),
      ])
  }

  fileprivate static func order(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .foreignSpelling, "rows cannot be ordered as a whole", at: range,
      notes: [Note("OUTPUT TOP 10 X BY f shows the ten keys with the largest f, in that order")])
  }

  fileprivate static func topBehind(
    _ meant: String, at range: SourceRange, replacing whole: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .foreignSpelling, "TOP stands before the stream that it takes from", at: range,
      fixIts: [FixIt("write \(meant)", replacing: whole, with: meant)])
  }
}
