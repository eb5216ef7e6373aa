public import Diagnostics

// One factory a message, in alphabetical order; the explanations are in
// `SyntaxExplanations.swift`.

extension DiagnosticCode {
  /// Missing `;`.
  public static let missingSemicolon = DiagnosticCode("SAL0101")
  /// Something else was expected.
  public static let unexpectedToken = DiagnosticCode("SAL0102")
  /// A keyword with a letter wrong.
  public static let misspeltKeyword = DiagnosticCode("SAL0103")
  /// A bracket that nothing closes.
  public static let unclosedBracket = DiagnosticCode("SAL0104")
  /// A statement whose result has no name.
  public static let unnamedStatement = DiagnosticCode("SAL0105")
  /// Missing or wrong `=` after a name.
  public static let missingAssign = DiagnosticCode("SAL0106")
  /// A reserved word used as a name.
  public static let reservedWord = DiagnosticCode("SAL0107")
  /// A statement in another without parentheses.
  public static let unparenthesizedStatement = DiagnosticCode("SAL0108")
  /// `a < b < c`.
  public static let chainedComparison = DiagnosticCode("SAL0109")
  /// An operator as another language spells it.
  public static let foreignSpelling = DiagnosticCode("SAL0110")
  /// A string in other quotes than `"`.
  public static let foreignQuotes = DiagnosticCode("SAL0111")
  /// A string without its closing quote.
  public static let unterminatedString = DiagnosticCode("SAL0112")
  /// A comment without its end.
  public static let unterminatedComment = DiagnosticCode("SAL0113")
  /// A character that belongs to no token.
  public static let unexpectedCharacter = DiagnosticCode("SAL0114")
  /// Bytes that are not UTF-8.
  public static let invalidUTF8 = DiagnosticCode("SAL0115")
  /// An address that cannot be one.
  public static let malformedAddress = DiagnosticCode("SAL0116")
  /// A number that cannot be read or does not fit.
  public static let malformedNumber = DiagnosticCode("SAL0117")
  /// A unit that the language does not have.
  public static let unknownUnit = DiagnosticCode("SAL0118")
  /// A bare number where a duration is needed.
  public static let missingUnit = DiagnosticCode("SAL0119")
  /// An escape that strings do not have.
  public static let malformedEscape = DiagnosticCode("SAL0120")
  /// Too many brackets in each other.
  public static let nestedTooDeeply = DiagnosticCode("SAL0121")
  /// Too many operators in one expression.
  public static let expressionTooLong = DiagnosticCode("SAL0122")
  /// More errors than are shown.
  public static let tooManyErrors = DiagnosticCode("SAL0123")
  /// A `;` without a statement.
  public static let emptyStatement = DiagnosticCode("SAL0124")
  /// A clause that was given before.
  public static let repeatedClause = DiagnosticCode("SAL0125")
  /// An operator without its parentheses.
  public static let missingArguments = DiagnosticCode("SAL0126")
  /// An edge of a pattern with fewer than three names.
  public static let incompleteEdge = DiagnosticCode("SAL0127")
  /// A duration or number of zero where none can be.
  public static let zeroLength = DiagnosticCode("SAL0128")
  /// A statement without its BY.
  public static let missingBy = DiagnosticCode("SAL0129")
}

extension Diagnostic {
  static func chainedComparison(
    left: String, between: SourceRange, right: SourceRange, middle: String
  ) -> Diagnostic {
    Diagnostic(
      .chainedComparison, "comparisons do not chain", at: right,
      notes: [Note("\(left) is already a condition", at: between)],
      fixIts: [
        FixIt("repeat the middle operand", [.insert("AND \(middle) ", at: right.lowerBound)])
      ])
  }

  static func emptyStatement(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .emptyStatement, "‘;’ ends no statement", at: range, severity: .warning,
      fixIts: [FixIt("remove it", replacing: range, with: "")])
  }

  static func expressionTooLong(limit: Int, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .expressionTooLong, "an expression may be \(limit) operators deep at most", at: range,
      notes: [Note("compare with many values by a list: x IN {a, b, c}")])
  }

  static func foreignQuotes(opening: SourceRange, closing: SourceRange) -> Diagnostic {
    Diagnostic(
      .foreignQuotes, "strings stand in \"double quotes\"", at: opening,
      fixIts: [FixIt("use double quotes", [TextEdit(opening, "\""), TextEdit(closing, "\"")])])
  }

  static func foreignSpelling(
    _ text: String, writing meant: String, at range: SourceRange, replacement: String? = nil
  ) -> Diagnostic {
    Diagnostic(
      .foreignSpelling, "‘\(text)’ is written \(meant) here", at: range,
      fixIts: [FixIt("write \(meant)", replacing: range, with: replacement ?? meant)])
  }

  static func foreignSpelling(
    _ text: String, of kind: TokenKind, at range: SourceRange
  ) -> Diagnostic {
    foreignSpelling(text, writing: kind.rawValue, at: range)
  }

  static func hashComment(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unexpectedCharacter, "comments start with //, not with ‘#’", at: range,
      fixIts: [FixIt("write //", replacing: range, with: "//")])
  }

  static func incompleteEdge(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .incompleteEdge, "an edge has three names: source, edge, target", at: range,
      notes: [Note("for example: client e1 server;")])
  }

  static func invalidUTF8(at range: SourceRange) -> Diagnostic {
    let bytes = range.count == 1 ? "a byte that is" : "\(range.count) bytes that are"
    return Diagnostic(.invalidUTF8, "found \(bytes) not UTF-8 text", at: range)
  }

  static func malformedAddress(
    _ text: String, _ reason: String, at range: SourceRange
  ) -> Diagnostic {
    Diagnostic(.malformedAddress, "‘\(text)’ is no address: \(reason)", at: range)
  }

  static func malformedEscape(_ text: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .malformedEscape, "strings have no escape ‘\(text)’", at: range,
      notes: [Note(#"allowed are \n \r \t \0 \" \\ \xHH and \u{H…}"#)])
  }

  static func malformedNumber(
    _ text: String, _ reason: String, at range: SourceRange
  ) -> Diagnostic {
    Diagnostic(.malformedNumber, "‘\(text)’ \(reason)", at: range)
  }

  static func misplacedPercent(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unexpectedToken, "expected an operand after ‘%’", at: range,
      notes: [Note("percentages stand only after WITHIN and CONFIDENCE; elsewhere write 0.02")])
  }

  static func missingArguments(of name: Name) -> Diagnostic {
    Diagnostic(
      .missingArguments, "operator ‘\(name.text)’ lacks its parentheses", at: name.range,
      fixIts: [FixIt("insert ‘()’", [.insert("()", at: name.range.upperBound)])])
  }

  static func missingAssign(after name: Name) -> Diagnostic {
    let place = SourceRange(at: name.range.upperBound)
    return Diagnostic(
      .missingAssign, "missing ‘=’ after ‘\(name.text)’", at: place,
      fixIts: [FixIt("insert ‘=’", [.insert(" =", at: place.lowerBound)])])
  }

  static func missingBy(before range: SourceRange) -> Diagnostic {
    Diagnostic(
      .missingBy, "missing BY", at: range,
      fixIts: [FixIt("insert BY", [.insert("BY ", at: range.lowerBound)])])
  }

  static func missingMeasure(_ name: String, after end: Int) -> Diagnostic {
    Diagnostic(
      .missingBy, "TOP lacks BY and the feature that it compares", at: SourceRange(at: end),
      fixIts: [FixIt("compare \(name)", [.insert(" BY \(name)", at: end)])])
  }

  static func missingSemicolon(
    after end: Int, next: SourceRange?, inPattern: Bool
  ) -> Diagnostic {
    let what = inPattern ? "constraint" : "statement"
    let notes = next.map { [Note("the next \(what) starts here", at: $0)] } ?? []
    return Diagnostic(
      .missingSemicolon, "missing ‘;’ after the \(what)", at: SourceRange(at: end), notes: notes,
      fixIts: [FixIt("insert ‘;’", [.insert(";", at: end)])])
  }

  static func missingUnit(
    _ what: String, _ text: String, units: [String], at range: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .missingUnit, "\(what) needs a unit after \(text)", at: range,
      fixIts: units.map {
        FixIt("write \(text)\($0)", [.insert($0, at: range.upperBound)])
      })
  }

  static func misspeltKeyword(
    _ text: String, meaning keyword: String, at range: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .misspeltKeyword, "found ‘\(text)’; did you mean \(keyword)?", at: range,
      fixIts: [FixIt("write \(keyword)", replacing: range, with: keyword)])
  }

  static func nestedTooDeeply(limit: Int, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .nestedTooDeeply, "more than \(limit) brackets or operators in each other", at: range,
      notes: [Note("give an inner part a name of its own")])
  }

  static func quotedAddress(opening: SourceRange, closing: SourceRange) -> Diagnostic {
    Diagnostic(
      .foreignQuotes, "addresses stand without quotes", at: opening,
      fixIts: [FixIt("take the quotes away", [TextEdit(opening, ""), TextEdit(closing, "")])])
  }

  static func repeatedClause(_ clause: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(.repeatedClause, "\(clause) is given twice", at: range)
  }

  static func reservedWord(_ text: String, as what: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .reservedWord, "‘\(text)’ is a reserved word; \(what) is needed here", at: range,
      notes: [Note("AND, OR, NOT, IN and BY, in any case, cannot be names")])
  }

  static func separatedUnit(
    _ number: String, _ unit: String, at range: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .missingUnit, "a unit stands at its number, without a space", at: range,
      fixIts: [FixIt("write \(number)\(unit)", replacing: range, with: number + unit)])
  }

  static func tooManyErrors(limit: Int, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .tooManyErrors, "more than \(limit) syntax errors; the rest is not shown", at: range)
  }

  static func unclosedBracket(
    _ closing: TokenKind, opening: SourceRange, at range: SourceRange, insertAt end: Int
  ) -> Diagnostic {
    Diagnostic(
      .unclosedBracket, "expected ‘\(closing.rawValue)’", at: range,
      notes: [Note("to close this", at: opening)],
      fixIts: [FixIt("insert ‘\(closing.rawValue)’", [.insert(closing.rawValue, at: end)])])
  }

  static func unclosedBracket(
    _ closing: TokenKind, found: String, at range: SourceRange, note: Note
  ) -> Diagnostic {
    Diagnostic(
      .unclosedBracket, "found \(found); expected ‘\(closing.rawValue)’", at: range, notes: [note])
  }

  static func unexpected(
    _ found: String, expecting wanted: String, at range: SourceRange, notes: [Note] = []
  ) -> Diagnostic {
    Diagnostic(
      .unexpectedToken, "found \(found); expected \(wanted)", at: range, notes: notes)
  }

  static func unexpectedCharacter(_ source: SourceText, at range: SourceRange) -> Diagnostic {
    let text = source[range]
    let isShort = text.unicodeScalars.count == 1
    let shown = isShort ? "‘\(text)’" : "\(text.unicodeScalars.count) characters"
    return Diagnostic(.unexpectedCharacter, "\(shown) cannot stand here", at: range)
  }

  static func unknownUnit(
    _ unit: String, suggesting suggestion: String?, at range: SourceRange
  ) -> Diagnostic {
    let known = (Unit.durations.map(\.name) + Unit.sizes.map(\.name)).joined(separator: " ")
    let fixIts = suggestion.map { [FixIt("write \($0)", replacing: range, with: $0)] } ?? []
    let question = suggestion.map { "; did you mean \($0)?" } ?? ""
    return Diagnostic(
      .unknownUnit, "unknown unit ‘\(unit)’\(question)", at: range,
      notes: [Note("units are \(known)")], fixIts: fixIts)
  }

  static func unnamedStatement(keyword: String, at range: SourceRange) -> Diagnostic {
    let start = range.lowerBound
    return Diagnostic(
      .unnamedStatement, "the result of \(keyword) has no name", at: range,
      fixIts: [
        FixIt("put it out", [.insert("OUTPUT ", at: start)]),
        FixIt("give it a name", [.insert("Name = ", at: start)]),
      ])
  }

  static func unparenthesizedStatement(keyword: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unparenthesizedStatement, "\(keyword) inside a statement stands in parentheses", at: range,
      fixIts: [
        FixIt(
          "add parentheses",
          [.insert("(", at: range.lowerBound), .insert(")", at: range.upperBound)])
      ])
  }

  static func unterminatedComment(at range: SourceRange, end: Int) -> Diagnostic {
    Diagnostic(
      .unterminatedComment, "this comment has no end", at: range,
      fixIts: [FixIt("insert ‘*/’ at the end of the text", [.insert(" */", at: end)])])
  }

  static func unterminatedString(at range: SourceRange, closingAt place: Int) -> Diagnostic {
    Diagnostic(
      .unterminatedString, "this string has no closing quote on its line", at: range,
      fixIts: [FixIt("insert ‘\"’", [.insert("\"", at: place)])])
  }

  static func zeroLength(_ what: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(.zeroLength, "\(what) must be greater than 0", at: range)
  }
}
