/// The program in canonical layout: a statement a line, wrapped at 100 columns, keywords in their
/// canonical case, comments kept; nil for a text with errors.
///
/// Formatting again changes nothing, and the result has the same tree up to ranges.
public func format(_ tree: SyntaxTree) -> String? {
  guard !tree.hasErrors else { return nil }
  var formatter = Formatter(tree)
  formatter.run()
  return formatter.output
}

/// Lays out the tokens of a tree line by line.
struct Formatter {
  private let tree: SyntaxTree
  private(set) var output = ""
  /// The items of the statement or constraint being read.
  private var line: [LayoutItem] = []
  /// Spaces before the first item of the line.
  private var indent = 0
  /// Brackets open in the line.
  private var depth = 0

  init(_ tree: SyntaxTree) {
    self.tree = tree
  }

  mutating func run() {
    for (index, token) in tree.tokens.enumerated() {
      let trivia = Trivia(tree.source, token.trivia)
      let closesPattern = token.role == .pattern && token.kind == .rightBrace
      if token.kind == .endOfText || token.startsLine || closesPattern {
        endLine(trivia, isFirst: index == 0, closing: closesPattern)
      } else {
        addInnerComments(trivia)
      }
      if token.kind == .endOfText { return }
      add(index, token)
      if token.role == .pattern, token.kind == .leftBrace { openPattern() }
    }
  }

  // MARK: Lines

  /// Writes the line read so far, then the comments before the next one.
  private mutating func endLine(_ trivia: Trivia, isFirst: Bool, closing: Bool) {
    let comments = trivia.comments
    let trailing = isFirst ? 0 : comments.prefix { !$0.isOnOwnLine }.count
    // The brace of a pattern was written with its line; the comment belongs behind it.
    if line.isEmpty, trailing > 0, output.hasSuffix("\n") { output.removeLast() }
    writeLine(ended: trailing == 0)
    for (index, comment) in comments[..<trailing].enumerated() {
      output += (index == 0 ? "  " : " ") + comment.text
    }
    if trailing > 0 { output += "\n" }
    let margin = String(repeating: " ", count: indent)
    for comment in comments[trailing...] {
      if comment.hasBlankLineBefore, !isAtBlockStart { output += "\n" }
      output += margin + comment.text + "\n"
    }
    if trivia.endsWithBlankLine, !isAtBlockStart, !closing, !trivia.isAtEnd { output += "\n" }
    depth = 0
    if closing { indent = max(0, indent - Layout.patternIndent) }
  }

  private var isAtBlockStart: Bool {
    output.isEmpty || output.hasSuffix("{\n") || output.hasSuffix("\n\n")
  }

  private mutating func writeLine(ended: Bool) {
    guard !line.isEmpty else { return }
    let text = Layout.lines(line, indent: indent).joined(separator: "\n")
    output += text + (ended ? "\n" : "")
    line.removeAll(keepingCapacity: true)
  }

  private mutating func openPattern() {
    writeLine(ended: true)
    indent += Layout.patternIndent
  }

  /// Comments between the tokens of one statement.
  private mutating func addInnerComments(_ trivia: Trivia) {
    for comment in trivia.comments {
      let isWhole = comment.isLineComment || comment.text.utf8.contains(UInt8(ascii: "\n"))
      line.append(
        LayoutItem(
          text: comment.text, spaceBefore: true, breakCost: 4 * depth,
          breaksBefore: isWhole && comment.isOnOwnLine, breaksAfter: isWhole))
    }
  }

  // MARK: Tokens

  private mutating func add(_ index: Int, _ token: Token) {
    let opens = token.kind == .leftParenthesis || token.kind == .leftBrace
    let closes = token.kind == .rightParenthesis || token.kind == .rightBrace
    if closes { depth = max(0, depth - 1) }
    var item = LayoutItem(text: canonicalText(of: token))
    if index > 0, !line.isEmpty {
      let left = tree.tokens[index - 1]
      item.spaceBefore = spaced(left, token) || lineEndsWithComment
      item.breakCost = breakCost(left, token)
    }
    line.append(item)
    if opens { depth += 1 }
  }

  private var lineEndsWithComment: Bool { line.last?.text.hasSuffix("*/") ?? false }

  private func canonicalText(of token: Token) -> String {
    let text = tree.text(of: token)
    switch token.kind {
    case .keyword: return Keyword(text.utf8)?.rawValue ?? text
    case .minus: return "-"
    case .assign where token.role == .equality: return "=="
    default: return text
    }
  }

  /// Whether a space stands between two neighbours.
  private func spaced(_ left: Token, _ right: Token) -> Bool {
    switch right.kind {
    case .semicolon, .comma, .rightParenthesis, .dot: return false
    case .rightBrace: return right.role == .pattern
    case .leftParenthesis where right.role == .call: return false
    case .colon: return right.role != .label
    case .percent where right.role == .percent: return false
    // Glued, an address and its mask would be one prefix.
    case .slash where right.role == .mask: return left.kind == .ipv4 || left.kind == .ipv6
    default: break
    }
    switch left.kind {
    case .leftParenthesis, .leftBrace, .dot: return false
    // Glued, two minus signs would open a comment.
    case .minus where left.role == .unary: return right.kind == .minus
    case .slash where left.role == .mask: return false
    default: return true
    }
  }

  /// How bad a line break between two neighbours is: brackets count most, then what is cut.
  private func breakCost(_ left: Token, _ right: Token) -> Int? {
    let base = 4 * depth
    if right.kind == .keyword {
      switch Keyword(tree.text(of: right).utf8) {
      case .and, .or: return base + 1
      case .by, .every, .exact, .for, .generate, .per, .to, .transform, .window, .with, .within:
        return base
      default: return nil
      }
    }
    if left.kind == .comma { return base + 2 }
    if right.role == .columns { return base }
    switch right.kind {
    case .plus, .minus, .pipe, .caret: return right.role == .unary ? nil : base + 3
    default: return nil
    }
  }
}
