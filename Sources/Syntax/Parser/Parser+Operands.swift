import Diagnostics

extension Parser {
  /// Functions that may be called in an expression after a bare OUTPUT, where a `(` after any
  /// other name opens the columns.
  private static let functions: Set<String> = ["div"]

  /// An operand with its calls and members.
  mutating func parsePostfix() -> Expression {
    let start = start
    height = 1
    var operand = parsePrimary()
    while kind == .dot {
      guard isNameAfterDot else {
        advance()
        reportUnexpected(expecting: "a name after ‘.’")
        break
      }
      let base = height
      let name = parseNameAfterDot()
      if isCall(method: true) {
        let arguments = parseArguments(of: name)
        operand = .method(
          MethodCall(base: operand, name: name, arguments: arguments, range: range(from: start)))
      } else if case .path(let path) = operand {
        operand = .path(Path(path.components + [name], range(from: start)))
      } else {
        operand = .member(Member(base: operand, name: name, range: range(from: start)))
      }
      guard grow(base, height) else { return .invalid(range(from: start)) }
    }
    return operand
  }

  /// Whether the current token opens the arguments of the name before it.
  private func isCall(method: Bool, name: String = "") -> Bool {
    guard kind == .leftParenthesis else { return false }
    guard columnsMayFollow else { return true }
    return method
      ? token.trivia.isEmpty : Self.functions.contains(name) || isComparedBehindParentheses
  }

  /// Whether nothing is in the parentheses that open here, or they are compared with something, so
  /// that they hold arguments and not the columns of an OUTPUT: `FILTER S BY count() > 3`.
  private var isComparedBehindParentheses: Bool {
    if kind(ahead: 1) == .rightParenthesis { return true }
    var (depth, ahead) = (1, 1)
    while depth > 0 {
      switch kind(ahead: ahead) {
      case .leftParenthesis: depth += 1
      case .rightParenthesis: depth -= 1
      case .semicolon, .endOfText: return false
      default: break
      }
      ahead += 1
    }
    return [.equal, .assign, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual]
      .contains(kind(ahead: ahead))
  }

  private mutating func parsePrimary() -> Expression {
    switch kind {
    case .identifier:
      if keyword == .true || keyword == .false { return .literal(parseLiteral()) }
      if startsStatement, isFirstOnLine() {
        reportUnexpected(expecting: "a value before the next statement")
        return .invalid(SourceRange(at: previousEnd))
      }
      let name = parseName("a value")
      guard isCall(method: false, name: name.text) else { return .path(Path([name], name.range)) }
      let arguments = parseArguments(of: name)
      return .call(
        Call(name: name, arguments: arguments, range: range(from: name.range.lowerBound)))
    case .integer, .hexInteger, .decimal, .string, .duration, .size, .ipv4, .ipv4Prefix, .ipv6,
      .ipv6Prefix, .mac:
      return .literal(parseLiteral())
    case .leftParenthesis: return parseParenthesized()
    case .leftBrace: return parseBracedList()
    default:
      if previousIsPercent {
        report(.misplacedPercent(at: SourceRange(previousEnd - 1, previousEnd)))
      }
      reportUnexpected(expecting: "a value")
      return .invalid(SourceRange(at: previousEnd))
    }
  }

  private var previousIsPercent: Bool {
    previousEnd > 0 && source.utf8[previousEnd - 1] == UInt8(ascii: "%")
  }

  /// `(e)`, `(a, b)` or a statement in parentheses.
  private mutating func parseParenthesized() -> Expression {
    let start = start
    if startsStream(ahead: 1), !isOperandAhead {
      let stream = parseParenthesizedStream()
      height = 1
      return .stream(stream)
    }
    let opening = advance().range
    let outer = columnsMayFollow
    columnsMayFollow = false
    var elements = [parseExpression()]
    var tallest = height
    while accept(.comma) != nil {
      elements.append(parseExpression())
      tallest = max(tallest, height)
    }
    height = tallest
    columnsMayFollow = outer
    expectClosing(.rightParenthesis, of: opening)
    guard elements.count > 1 else { return elements[0] }
    return .list(
      ListExpression(elements: elements, isBraced: false, range: range(from: start)))
  }

  /// Whether after `(` comes a field that is called like a statement, then CONTAINS or BETWEEN.
  private var isOperandAhead: Bool {
    switch token(ahead: 2).keyword {
    case .contains, .between: kind(ahead: 3) != .keyword
    default: false
    }
  }

  /// `{a, b}`; a comma may follow the last element.
  private mutating func parseBracedList() -> Expression {
    let start = start
    let opening = advance().range
    let outer = columnsMayFollow
    columnsMayFollow = false
    defer { columnsMayFollow = outer }
    var elements: [Expression] = []
    var tallest = 0
    while kind != .rightBrace {
      elements.append(parseExpression())
      tallest = max(tallest, height)
      if accept(.comma) == nil { break }
    }
    height = tallest
    expectClosing(.rightBrace, of: opening)
    return .list(ListExpression(elements: elements, isBraced: true, range: range(from: start)))
  }
}
