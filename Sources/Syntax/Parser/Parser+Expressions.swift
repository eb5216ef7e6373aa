import Diagnostics

/// How tightly an operator binds; a higher number binds tighter.
enum Precedence: Int, Comparable {
  case or = 1
  case and, not, comparison, additive, multiplicative, prefix

  static func < (left: Precedence, right: Precedence) -> Bool { left.rawValue < right.rawValue }

  /// The next tighter level, for the right side of a left-associative operator.
  var tighter: Precedence { Precedence(rawValue: rawValue + 1) ?? .prefix }
}

extension BinaryOperator {
  /// The level of the operator (language.md §3.8).
  var precedence: Precedence {
    switch self {
    case .or: .or
    case .and: .and
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contains: .comparison
    case .add, .subtract, .bitOr, .bitXor: .additive
    case .multiply, .divide, .remainder, .bitAnd, .shiftLeft, .shiftRight: .multiplicative
    }
  }
}

extension Parser {
  mutating func parseExpression() -> Expression {
    parseExpression(.or)
  }

  /// An expression of operators that bind at least as tightly as `level`.
  mutating func parseExpression(_ level: Precedence) -> Expression {
    let start = start
    return nested { $0.parseOperators(level) } ?? .invalid(range(from: start))
  }

  private mutating func parseOperators(_ level: Precedence) -> Expression {
    let start = start
    var left = parsePrefix(level)
    if passOverPatternMatching() { left = .invalid(range(from: start)) }
    var comparison: SourceRange?
    while let infix = infixHere {
      guard infix.precedence >= level else { break }
      if infix.precedence == .comparison {
        if let comparison { reportChain(left, comparison) }
        comparison = token.range
      }
      let leftHeight = height
      switch infix {
      case .binary(let op): left = parseBinary(op, left, from: start)
      case .contains(let isNegated): left = parseContains(left, isNegated, from: start)
      case .membership(let isNegated): left = parseMembership(left, isNegated, from: start)
      case .between(let isNegated): left = parseBetween(left, isNegated, from: start)
      }
      guard grow(leftHeight, height) else { return .invalid(range(from: start)) }
    }
    return left
  }

  /// What may stand between two operands.
  private enum Infix {
    case binary(BinaryOperator)
    case contains(isNegated: Bool)
    case membership(isNegated: Bool)
    case between(isNegated: Bool)

    var precedence: Precedence {
      if case .binary(let op) = self { return op.precedence }
      return .comparison
    }
  }

  private var infixHere: Infix? {
    if let op = Self.symbols[kind] { return .binary(op) }
    switch keyword {
    case .and: return .binary(.and)
    case .or: return .binary(.or)
    case .in: return .membership(isNegated: false)
    case .contains: return .contains(isNegated: false)
    case .between: return .between(isNegated: false)
    case .not:
      switch token(ahead: 1).keyword {
      case .in: return .membership(isNegated: true)
      case .contains: return .contains(isNegated: true)
      case .between: return .between(isNegated: true)
      default: return nil
      }
    default: return nil
    }
  }

  private static let symbols: [TokenKind: BinaryOperator] = [
    .plus: .add, .minus: .subtract, .star: .multiply, .slash: .divide, .percent: .remainder,
    .ampersand: .bitAnd, .pipe: .bitOr, .caret: .bitXor, .shiftLeft: .shiftLeft,
    .shiftRight: .shiftRight, .assign: .equal, .equal: .equal, .notEqual: .notEqual, .less: .less,
    .lessOrEqual: .lessOrEqual, .greater: .greater, .greaterOrEqual: .greaterOrEqual,
    .doubleAmpersand: .and, .doublePipe: .or,
  ]

  private mutating func reportChain(_ left: Expression, _ before: SourceRange) {
    var middle = left.range
    if case .binary(let binary) = left { middle = binary.right.range }
    report(
      .chainedComparison(
        left: "‘\(source[left.range])’", between: before, right: token.range,
        middle: source[middle]))
  }

  // MARK: Operators

  private mutating func parseBinary(
    _ op: BinaryOperator, _ left: Expression, from start: Int
  ) -> Expression {
    if op == .equal { mark(.equality) }
    let spelling = op == .and || op == .or ? takeKeywordOrSymbol(op) : advance()
    let right = parseExpression(op.precedence.tighter)
    return .binary(
      Binary(
        op: op, operatorRange: spelling.range, left: left, right: right, range: range(from: start)))
  }

  /// AND or OR, reported if spelt as in C.
  private mutating func takeKeywordOrSymbol(_ op: BinaryOperator) -> Token {
    if kind == .doubleAmpersand || kind == .doublePipe {
      let before = token.trivia.isEmpty ? " " : ""
      let after = self.token(ahead: 1).token.trivia.isEmpty ? " " : ""
      let word = before + op.rawValue + after
      reportAlways(
        .foreignSpelling(text(token), writing: op.rawValue, at: token.range, replacement: word))
      return advance()
    }
    return takeKeyword()
  }

  private mutating func parseContains(
    _ left: Expression, _ isNegated: Bool, from start: Int
  ) -> Expression {
    let negation = isNegated ? takeKeyword() : nil
    let spelling = takeKeyword()
    let right = parseExpression(Precedence.comparison.tighter)
    let whole = range(from: start)
    let contains = Expression.binary(
      Binary(op: .contains, operatorRange: spelling.range, left: left, right: right, range: whole))
    guard let negation else { return contains }
    return .unary(
      Unary(op: .not, operatorRange: negation.range, operand: contains, range: whole))
  }

  private mutating func parseMembership(
    _ element: Expression, _ isNegated: Bool, from start: Int
  ) -> Expression {
    let operatorStart = self.start
    if isNegated { takeKeyword() }
    takeKeyword()
    let operatorRange = range(from: operatorStart)
    let set = parseExpression(Precedence.comparison.tighter)
    let within = accept(.within) != nil ? parseDuration("WITHIN") : nil
    return .membership(
      Membership(
        element: element, set: set, isNegated: isNegated, within: within,
        operatorRange: operatorRange, range: range(from: start)))
  }

  private mutating func parseBetween(
    _ operand: Expression, _ isNegated: Bool, from start: Int
  ) -> Expression {
    if isNegated { takeKeyword() }
    takeKeyword()
    let lower = parseExpression(Precedence.comparison.tighter)
    let lowerHeight = height
    let upper =
      expect(.and) != nil
      ? parseExpression(Precedence.comparison.tighter) : .invalid(SourceRange(at: previousEnd))
    height = max(height, lowerHeight)
    return .between(
      Between(
        operand: operand, lower: lower, upper: upper, isNegated: isNegated,
        range: range(from: start)))
  }

  /// An operand with the operators before it.
  mutating func parsePrefix(_ level: Precedence = .prefix) -> Expression {
    let op: UnaryOperator
    switch kind {
    case .minus: op = .minus
    case .exclamation:
      reportAlways(.foreignSpelling("!", writing: "NOT", at: token.range, replacement: "NOT "))
      op = .not
    case .keyword where keyword == .not: op = .not
    default: return parsePostfix()
    }
    if op == .minus { mark(.unary) }
    let spelling = advance()
    // NOT reaches over a comparison; under a tighter operator only over its operand.
    let reach = op == .minus ? .prefix : max(level, .not)
    let operand = parseExpression(reach)
    guard grow(height) else { return .invalid(range(from: spelling.range.lowerBound)) }
    return .unary(
      Unary(
        op: op, operatorRange: spelling.range, operand: operand,
        range: range(from: spelling.range.lowerBound)))
  }
}
