import Diagnostics

extension Parser {
  // MARK: Names

  func missingName() -> Name { Name("", SourceRange(at: previousEnd)) }

  /// An identifier; `what` says in messages what it would name.
  mutating func parseName(_ what: String) -> Name {
    if kind == .identifier {
      let token = advance()
      return Name(text(token), token.range)
    }
    if let keyword, keyword.isReserved {
      report(.reservedWord(text(token), as: what, at: token.range))
      return missingName()
    }
    reportUnexpected(expecting: what)
    return missingName()
  }

  /// Names joined by dots; after a dot a reserved word is a name too.
  mutating func parsePath(_ what: String) -> Path {
    let start = start
    var components = [parseName(what)]
    while kind == .dot, isNameAfterDot { components.append(parseNameAfterDot()) }
    return Path(components, range(from: start))
  }

  var isNameAfterDot: Bool { kind(ahead: 1) == .identifier || kind(ahead: 1) == .keyword }

  mutating func parseNameAfterDot() -> Name {
    advance()
    let token = takeName()
    return Name(text(token), token.range)
  }

  // MARK: Keys

  /// `BY k1, k2`; after a missing BY no keys.
  mutating func parseByKeys() -> [Key] {
    expectBy() ? parseKeys() : []
  }

  /// Takes BY. SQL's WHERE, and nothing at all before a name, are reported and read as BY.
  mutating func expectBy() -> Bool {
    if accept(.by) != nil { return true }
    let word = kind == .identifier ? text(token) : ""
    if word.lowercased() == "where" {
      report(.misspeltKeyword(word, meaning: "BY", at: token.range))
      takeKeyword()
      return true
    }
    if kind == .identifier, keyword == nil, !isFirstOnLine() {
      report(.missingBy(before: token.range))
      return true
    }
    return expect(.by) != nil
  }

  mutating func parseKeys() -> [Key] {
    var keys = [parseKey()]
    while accept(.comma) != nil { keys.append(parseKey()) }
    return keys
  }

  mutating func parseKey() -> Key {
    let start = start
    let expression = parsePostfix()
    let mask = parseMask()
    var fallback: Expression?
    var alias: Name?
    while true {
      if let word = accept(.as) {
        if alias != nil { reportAlways(.repeatedClause("AS", at: word.range)) }
        alias = parseName("a name after AS")
      } else if let word = accept(.else) {
        if fallback != nil { reportAlways(.repeatedClause("ELSE", at: word.range)) }
        fallback = parsePrefix()
      } else {
        break
      }
    }
    return Key(
      expression: expression, mask: mask, fallback: fallback, alias: alias,
      range: range(from: start))
  }

  private mutating func parseMask() -> PrefixMask? {
    let start = start
    if kind == .slash { mark(.mask) }
    guard accept(.slash) != nil else { return nil }
    let first = parseInteger("the bits of a mask")
    if kind == .slash { mark(.mask) }
    let second = accept(.slash) != nil ? parseInteger("the IPv6 bits of a mask") : nil
    return PrefixMask(first: first, second: second, range: range(from: start))
  }

  // MARK: Windows and accuracy

  mutating func parseWindow() -> WindowClause? {
    guard let word = accept(.window) else { return nil }
    let start = word.range.lowerBound
    if kind == .integer {
      let count = parseInteger("a number of items")
      let length = parseItems(count)
      return WindowClause(length: length, slide: parseSlide(), range: range(from: start))
    }
    let length = parseDuration("WINDOW")
    return WindowClause(length: .time(length), slide: parseSlide(), range: range(from: start))
  }

  /// What follows the number of `WINDOW 10000 ITEMS`.
  private mutating func parseItems(_ count: IntegerLiteral) -> WindowClause.Length {
    if accept(.items) == nil {
      if let duration = parseSeparatedUnit(after: count.range) {
        return .time(duration)
      } else if let meant = misspelt(among: [.items]) {
        report(.misspeltKeyword(text(token), meaning: meant.rawValue, at: token.range))
        takeKeyword()
      } else {
        let text = source[count.range]
        reportAlways(.missingUnit("a window", text, units: ["s", " ITEMS"], at: count.range))
      }
    }
    if count.value == 0 { reportAlways(.zeroLength("a window", at: count.range)) }
    return .items(count)
  }

  private mutating func parseSlide() -> DurationLiteral? {
    accept(.slide) != nil ? parseDuration("SLIDE") : nil
  }

  mutating func parseAccuracy() -> AccuracyClause? {
    if let word = accept(.exact) {
      return AccuracyClause(requirement: .exact, range: word.range)
    }
    guard let word = accept(.within) else { return nil }
    let isRank = accept(.rank) != nil
    let error = parseRatio("an error such as 2%")
    let confidence = accept(.confidence) != nil ? parseRatio("a share such as 99%") : nil
    return AccuracyClause(
      requirement: isRank
        ? .rank(error: error, confidence: confidence)
        : .relative(error: error, confidence: confidence),
      range: range(from: word.range.lowerBound))
  }

  private mutating func parseRatio(_ what: String) -> Ratio {
    let start = start
    let value: Double
    switch kind {
    case .integer, .decimal:
      switch parseLiteral().value {
      case .integer(let number): value = Double(number)
      case .decimal(let number): value = number.double
      default: value = 0
      }
    default:
      reportUnexpected(expecting: what)
      return Ratio(0, SourceRange(at: previousEnd))
    }
    if kind == .percent { mark(.percent) }
    let isPercent = accept(.percent) != nil
    return Ratio(isPercent ? value / 100 : value, range(from: start))
  }

  // MARK: Literals where the grammar asks for one

  mutating func parseInteger(_ what: String) -> IntegerLiteral {
    guard kind == .integer || kind == .hexInteger else {
      reportUnexpected(expecting: what)
      return IntegerLiteral(0, SourceRange(at: previousEnd))
    }
    let literal = parseLiteral()
    guard case .integer(let value) = literal.value else {
      return IntegerLiteral(0, literal.range)
    }
    return IntegerLiteral(value, literal.range)
  }

  /// A duration greater than zero, for the clause `what`.
  mutating func parseDuration(_ what: String) -> DurationLiteral {
    switch kind {
    case .duration:
      let literal = parseLiteral()
      guard case .duration(let nanoseconds) = literal.value else {
        return DurationLiteral(nanoseconds: 1, literal.range)
      }
      if nanoseconds == 0 { reportAlways(.zeroLength(what, at: literal.range)) }
      return DurationLiteral(nanoseconds: nanoseconds, literal.range)
    case .integer, .decimal:
      let number = advance()
      if let duration = parseSeparatedUnit(after: number.range) { return duration }
      reportAlways(.missingUnit(what, text(number), units: ["s"], at: number.range))
      return DurationLiteral(nanoseconds: 1, number.range)
    default:
      reportUnexpected(expecting: "a duration such as 1s after \(what)")
      return DurationLiteral(nanoseconds: 1, SourceRange(at: previousEnd))
    }
  }

  /// The unit of `1 s`, reported as what should touch its number.
  private mutating func parseSeparatedUnit(after number: SourceRange) -> DurationLiteral? {
    guard kind == .identifier else { return nil }
    let word = text(token)
    guard let name = Unit.duration(word.utf8) != nil ? word : Unit.meant(by: word) else {
      return nil
    }
    let whole = number.union(advance().range)
    reportAlways(.separatedUnit(source[number], name, at: whole))
    return DurationLiteral(nanoseconds: 1, whole)
  }

  // MARK: Calls

  /// `name(argument, …)`.
  mutating func parseCall() -> Call {
    let start = start
    let name = parseName("an operator or function")
    let arguments = parseArguments(of: name)
    return Call(name: name, arguments: arguments, range: range(from: start))
  }

  /// The arguments with their parentheses.
  mutating func parseArguments(of name: Name) -> [Argument] {
    if kind == .leftParenthesis { mark(.call) }
    guard let opening = accept(.leftParenthesis) else {
      if !name.isMissing { reportUnexpected(expecting: "‘(’ after ‘\(name.text)’") }
      return []
    }
    let outer = columnsMayFollow
    columnsMayFollow = false
    defer { columnsMayFollow = outer }
    var arguments: [Argument] = []
    var tallest = 0
    if kind != .rightParenthesis {
      repeat {
        arguments.append(parseArgument())
        tallest = max(tallest, height)
      } while accept(.comma) != nil
    }
    height = tallest
    expectClosing(.rightParenthesis, of: opening.range)
    return arguments
  }

  private mutating func parseArgument() -> Argument {
    let start = start
    var label: Name?
    if kind == .identifier, kind(ahead: 1) == .colon {
      label = parseName("a label")
      mark(.label)
      advance()
    }
    let value = parseExpression()
    return Argument(label: label, value: value, range: range(from: start))
  }
}
