import Diagnostics
import Syntax

/// A text that the shell was given: what is typed, a script, or a file. It may grow.
struct InputText: Sendable {
  /// The name that messages show.
  let name: String
  /// Everything so far.
  private(set) var utf8: [UInt8] = []
  /// Where the first statement begins that has not been taken.
  private var start = 0

  /// An empty text.
  init(name: String) { self.name = name }

  /// The text for the renderer of diagnostics.
  var source: SourceText { SourceText(name: name, utf8: utf8) }

  /// The number of the line that would be appended next, from 1.
  var nextLine: Int { utf8.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 } }

  /// Adds a line; one without a line end is given it.
  mutating func append(_ line: String) {
    utf8 += Array(line.utf8)
    if utf8.last != UInt8(ascii: "\n") { utf8.append(UInt8(ascii: "\n")) }
  }

  /// Adds a line that holds no part of a statement, such as a command of the shell. Within one it
  /// is left empty, so that lines keep their numbers.
  mutating func skip(_ line: String) {
    let isBetween = !isPending
    append(isBetween ? line : "")
    if isBetween { start = utf8.count }
  }

  /// Whether a statement has begun and waits for its `;`.
  var isPending: Bool {
    let (tokens, isCommentOpen) = pendingTokens()
    return isCommentOpen || tokens.count > 1
  }

  /// What has begun and waits for its `;`.
  var pendingText: String { String(decoding: utf8[start...], as: UTF8.self) }

  /// Gives up what has begun.
  mutating func discardPending() { start = utf8.count }

  /// Takes the statements that are whole; the rest waits.
  mutating func takePieces() -> [Piece] {
    var pieces: [Piece] = []
    let (tokens, _) = pendingTokens()
    var first = 0
    var depth = 0
    for (index, token) in tokens.enumerated() {
      // Only patterns have statements inside of statements.
      switch token.kind {
      case .leftBrace where isPattern(tokens[first...]): depth += 1
      case .rightBrace: depth = max(0, depth - 1)
      case .semicolon where depth == 0:
        pieces.append(Piece(Array(tokens[first...index]), offset: start, utf8))
        first = index + 1
      default: break
      }
    }
    var taken = first > 0 ? tokens[first - 1].range.upperBound : 0
    let rest = tokens[first...].map(\.kind)
    if rest == [.ampersand, .endOfText], !pieces.isEmpty {
      // `Victims; &`
      pieces[pieces.count - 1].isBackground = true
      taken = tokens[first].range.upperBound
    } else if rest == [.identifier, .ampersand, .endOfText] {
      // `Victims &`, as people write it to their shell.
      pieces.append(Piece(Array(tokens[first...(first + 1)]), offset: start, utf8))
      taken = tokens[first + 1].range.upperBound
    }
    start += taken
    return pieces
  }

  /// Takes what has begun although its `;` is missing, at the end of the input.
  mutating func takeRest() -> Piece? {
    let (tokens, isCommentOpen) = pendingTokens()
    guard tokens.count > 1 || isCommentOpen else { return nil }
    defer { start = utf8.count }
    return Piece(tokens, offset: start, utf8)
  }

  private func isPattern(_ tokens: ArraySlice<Token>) -> Bool {
    tokens.contains { token in
      let bytes = utf8[(start + token.range.lowerBound)..<(start + token.range.upperBound)]
      return bytes.count == 8
        && String(decoding: bytes, as: UTF8.self).uppercased() == "SUBGRAPH"
    }
  }

  private func pendingTokens() -> (tokens: [Token], isCommentOpen: Bool) {
    var log = DiagnosticLog()
    let tree = parse(SourceText(name: name, utf8: Array(utf8[start...])), reportingTo: &log)
    return (tree.tokens, log.diagnostics.contains { $0.code == .unterminatedComment })
  }
}

/// One statement as it was given, and what can be said of it without resolving it.
struct Piece: Sendable, Hashable {
  /// What kind of statement it is.
  enum Kind: Sendable, Hashable {
    /// `Name = stream;`
    case definition(String)
    /// `Name = literal;`
    case setting(String)
    /// `OUTPUT …;`; the name where its stream is one
    case output(String?)
    /// `PARTITION`, `HASH` and other statements that give nothing a name
    case directive
    /// A stream by itself: `Victims;`, `TOP 3 Hosts BY Bytes;`
    case query(String?)
    /// Nothing but a `;`.
    case empty
  }

  /// What it is.
  let kind: Kind
  /// Where it stands in its text, comments before it included, `;` included.
  let range: SourceRange
  /// Its bytes.
  let utf8: [UInt8]
  /// Every name in it, those of fields and operators included.
  let words: Set<String>
  /// The word behind the `=` of a definition, in capitals: what opens its right side.
  let opening: String
  /// Whether a definition uses the name that it defines.
  let mentionsItself: Bool
  /// Whether it ends in `&`.
  var isBackground = false

  /// Which text it belongs to: an index into ``Workspace/texts``.
  var text = 0

  /// The statement of these tokens, whose ranges count from `offset`.
  init(_ tokens: [Token], offset: Int, _ utf8: [UInt8]) {
    func text(_ token: Token) -> String {
      String(
        decoding: utf8[(offset + token.range.lowerBound)..<(offset + token.range.upperBound)],
        as: UTF8.self)
    }
    var used = tokens.filter { $0.kind != .endOfText }
    let hasEnd = used.last?.kind == .semicolon
    let marks = hasEnd ? used.dropLast() : used[...]
    if marks.last?.kind == .ampersand, marks.count > 1 {
      isBackground = true
      used = Array(marks.dropLast())
    }
    var lower = offset + (used.first?.fullRange.lowerBound ?? 0)
    while lower < utf8.count, [0x20, 0x09, 0x0A, 0x0D].contains(utf8[lower]) { lower += 1 }
    let upper = offset + ((used.last ?? tokens.last)?.range.upperBound ?? 0)
    range = SourceRange(min(lower, upper), upper)
    self.utf8 = Array(utf8[range.lowerBound..<range.upperBound])
    words = Set(used.filter { $0.kind == .identifier }.map(text))
    let body = used.filter { $0.kind != .semicolon }
    kind = Self.kind(body, text)
    opening = body.count > 2 ? text(body[2]).uppercased() : ""
    mentionsItself = body.indices.dropFirst().contains { index in
      guard case .definition(let name) = Self.kind(body, text), text(body[index]) == name else {
        return false
      }
      let before = text(body[index - 1]).uppercased()
      let isCall = index + 1 < body.count && body[index + 1].kind == .leftParenthesis
      return !isCall && before != "AS" && before != "."
    }
  }

  private static func kind(_ tokens: [Token], _ text: (Token) -> String) -> Kind {
    guard let first = tokens.first else { return .empty }
    let word = text(first)
    let upper = word.uppercased()
    if tokens.count > 1, tokens[1].kind == .assign || tokens[1].kind == .equal {
      return isSetting(tokens.dropFirst(2).first, text) ? .setting(word) : .definition(word)
    }
    if upper == "OUTPUT", tokens.count > 1 {
      let name = tokens[1].kind == .identifier ? text(tokens[1]) : nil
      return .output(isName(tokens.dropFirst(1), name) ? name : nil)
    }
    // A statement with a name that lost its `=` is answered by the parser.
    let opensDirective = ["PARTITION", "HASH", "SUBGRAPH"].contains(upper)
    if opensDirective, tokens.count > 1 { return .directive }
    if tokens.count > 1, first.kind == .identifier, !opensStream(upper),
      tokens[1].kind != .leftParenthesis
    {
      return .directive
    }
    return .query(first.kind == .identifier && tokens.count == 1 ? word : nil)
  }

  private static func isName(_ tokens: ArraySlice<Token>, _ name: String?) -> Bool {
    guard let name, !opensStream(name.uppercased()) else { return false }
    let next = tokens.dropFirst().first?.kind
    return next == nil || next == .leftParenthesis || next == .keyword || next == .identifier
  }

  private static func opensStream(_ word: String) -> Bool {
    keywordsOpeningStreams.contains(word)
  }

  private static func isSetting(_ value: Token?, _ text: (Token) -> String) -> Bool {
    guard let value else { return false }
    if ["true", "false"].contains(text(value).lowercased()) { return true }
    switch value.kind {
    case .identifier: return false
    case .leftParenthesis, .keyword, .unknown, .endOfText: return false
    default: return true
    }
  }
}
