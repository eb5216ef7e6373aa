public import Diagnostics

/// What a token is.
public enum TokenKind: String, Sendable, CaseIterable {
  /// A name, or a word whose place makes it no keyword
  case identifier
  /// A reserved word, or a word that the parser read as a keyword in its place
  case keyword
  case integer
  case hexInteger
  case decimal
  case string
  case duration
  case size
  case ipv4
  case ipv4Prefix
  case ipv6
  case ipv6Prefix
  case mac
  case plus = "+"
  case minus = "-"
  case star = "*"
  case slash = "/"
  case percent = "%"
  case ampersand = "&"
  case pipe = "|"
  case caret = "^"
  case shiftLeft = "<<"
  case shiftRight = ">>"
  /// `=` between a name and its value, and as another spelling of `==`
  case assign = "="
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case leftParenthesis = "("
  case rightParenthesis = ")"
  case leftBrace = "{"
  case rightBrace = "}"
  case comma = ","
  case semicolon = ";"
  case colon = ":"
  case dot = "."
  /// `&&`, another language's AND; the parser reports it and reads on
  case doubleAmpersand = "&&"
  /// `||`, another language's OR
  case doublePipe = "||"
  /// `!`, another language's NOT
  case exclamation = "!"
  /// Bytes that belong to no token; an error was reported
  case unknown
  /// The end of the text, empty; holds the trivia after the last token
  case endOfText
}

/// What a token does where the text alone does not tell; the formatter spaces by it.
enum TokenRole: UInt8, Sendable {
  case plain
  /// A `-` before its operand
  case unary
  /// The `/` of a masked key
  case mask
  /// The `(` of an OUTPUT's columns
  case columns
  /// The `(` of a call
  case call
  /// The `:` after an argument's label
  case label
  /// A brace around the constraints of a pattern
  case pattern
  /// The `%` of a share
  case percent
  /// `=` or `==` between two operands
  case equality
}

/// A token with the white space and comments before it.
///
/// The trivia and texts of all tokens, one after the other, are the source byte for byte.
public struct Token: Sendable, Hashable {
  /// What it is.
  public internal(set) var kind: TokenKind
  /// What it does where the text alone does not tell.
  var role = TokenRole.plain
  /// Whether it begins a statement or a constraint.
  var startsLine = false
  /// White space and comments before it.
  public let trivia: SourceRange
  /// The token itself.
  public let range: SourceRange

  /// Trivia and token together.
  public var fullRange: SourceRange { trivia.union(range) }
}

/// What the parser makes of a text: the statements, and every byte in tokens.
public struct SyntaxTree: Sendable {
  /// The text.
  public let source: SourceText
  /// All tokens; the last is `.endOfText`.
  public let tokens: [Token]
  /// The statements.
  public let program: Program
  /// Whether the text broke the grammar; such a tree is not formatted.
  public let hasErrors: Bool

  /// The text of a token.
  public func text(of token: Token) -> String { source[token.range] }
}
