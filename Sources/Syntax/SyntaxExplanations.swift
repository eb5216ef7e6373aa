public import Diagnostics

/// The texts of `salc why` for the codes of this module, in their order.
public enum SyntaxExplanations {
  /// One explanation for each code from SAL0101 to SAL0199 in use.
  public static let all: [DiagnosticExplanation] = structure + words + literals + limits

  private static let structure = [
    DiagnosticExplanation(
      .missingSemicolon, "missing ‘;’",
      """
      Every statement, and every constraint of a SUBGRAPH, ends with ‘;’. The caret shows where it
      belongs: behind the last word before the next statement.
      """,
      example: "A = FILTER P BY tcp\nB = FILTER P BY udp;"),
    DiagnosticExplanation(
      .unexpectedToken, "something else was expected",
      """
      The text cannot be read on here. The message names what was found and what may stand in its
      place; Grammar/sal.ebnf has the whole grammar.
      """,
      example: "A = FILTER P BY tcp.dstport 80;"),
    DiagnosticExplanation(
      .unclosedBracket, "a bracket is not closed",
      """
      A ‘(’ or ‘{’ has no partner. The note shows which. In a list, a missing comma looks the
      same: the compiler expects the list to end where the next element stands.
      """,
      example: "A = FILTER P BY tcp.dstport IN {22, 23;"),
    DiagnosticExplanation(
      .unnamedStatement, "a result without a name",
      """
      A stream or feature that has no name cannot be used and is not put out. Write a name and ‘=’
      before it, or OUTPUT to see its rows. Only SUBGRAPH, whose rows are always put out, may stand
      alone.
      """,
      example: "FILTER P BY tcp;"),
    DiagnosticExplanation(
      .missingAssign, "missing ‘=’",
      "Between a name and what it names stands a single ‘=’.",
      example: "Syns FILTER P BY tcp.flags.syn;"),
    DiagnosticExplanation(
      .missingBy, "missing BY",
      """
      STREAM, DISTINCT, COLLAPSE, FILTER, TOP, JOIN and PARTITION name what they work on, then BY,
      then the keys, the condition or the measure.
      """,
      example: "A = FILTER P tcp.dstport == 80;"),
    DiagnosticExplanation(
      .unparenthesizedStatement, "a statement in another without parentheses",
      """
      Wherever a stream is expected, a whole statement may stand, in parentheses. Without them it
      is not clear to a reader whose BY is whose.
      """,
      example: "K = STREAM FILTER P BY tcp BY DestIp;"),
    DiagnosticExplanation(
      .chainedComparison, "comparisons do not chain",
      """
      A comparison gives true or false, which cannot be compared with a third value. Say both
      conditions, or use BETWEEN.
      """,
      example: "A = FILTER P BY 1024 <= tcp.dstport < 49152;"),
    DiagnosticExplanation(
      .emptyStatement, "‘;’ without a statement",
      "The ‘;’ ends nothing; it can go.",
      example: "A = FILTER P BY tcp;;"),
    DiagnosticExplanation(
      .repeatedClause, "a clause is given twice",
      "Each clause may stand once. The later one was taken while reading on.",
      example: "F = FOREACH K GENERATE count() WINDOW 1s WINDOW 5s;"),
    DiagnosticExplanation(
      .missingArguments, "an operator without parentheses",
      "An operator is called with parentheses, also when it has no arguments.",
      example: "F = FOREACH K GENERATE count WINDOW 1s;"),
    DiagnosticExplanation(
      .incompleteEdge, "an edge with fewer than three names",
      """
      In a SUBGRAPH an edge is written as its source vertex, its own name and its target vertex.
      The names are yours; the same name twice is the same vertex.
      """,
      example: "SUBGRAPH ON P WITH source(SourceIp) AND target(DestIp) { a e1; }"),
  ]

  private static let words = [
    DiagnosticExplanation(
      .misspeltKeyword, "a misspelt keyword",
      """
      A word stands where only certain keywords can stand, and one of them is nearly it. Keywords
      may be written in any case.
      """,
      example: "F = FOREACH K GENERTE count() WINDOW 1s;"),
    DiagnosticExplanation(
      .reservedWord, "a reserved word as a name",
      """
      AND, OR, NOT, IN and BY are reserved in any case. All other keywords may also be names, as
      they count only in their place.
      """,
      example: "in = FILTER P BY tcp;"),
    DiagnosticExplanation(
      .foreignSpelling, "something as another language spells it",
      """
      The meaning is clear, and the compiler read on with it, but the language has one spelling:
      AND OR NOT, == (or =), !=, <=, >=, -, and plain ASCII punctuation; only the minus sign
      U+2212 is taken as ‘-’ too. Keys are STREAM’s, a feature is named by its statement, and TOP
      stands before its stream.
      """,
      example: "A = FILTER P BY tcp && tcp.dstport <> 80;"),
    DiagnosticExplanation(
      .foreignQuotes, "a string in other quotes",
      "Strings stand in double quotes (U+0022), not in single or typographic ones.",
      example: "P = PacketStream('eth0');"),
    DiagnosticExplanation(
      .unexpectedCharacter, "a character that belongs to no token",
      """
      No name, number or operator contains this character. It was left out while reading on. Names
      are letters of any script, digits and underscores; comments start with // or --.
      """,
      example: "A = FILTER P BY tcp.dstport == 80 # web"),
    DiagnosticExplanation(
      .invalidUTF8, "not UTF-8 text",
      """
      Programs are UTF-8 text. The file may be in another encoding (iconv converts it), or be no
      program at all. In a string write the byte as \\xHH.
      """,
      example: "// café, saved as Latin-1"),
    DiagnosticExplanation(
      .unterminatedComment, "a comment without its end",
      "A comment from /* ends with */, which was not found up to the end of the text.",
      example: "/* which hosts\nA = FILTER P BY tcp;"),
  ]

  private static let literals = [
    DiagnosticExplanation(
      .unterminatedString, "a string without its closing quote",
      """
      A string ends on the line it begins on. Within it, a quote is written \\" and a line end \\n.
      """,
      example: "P = PcapStream(\"trace.pcap);"),
    DiagnosticExplanation(
      .malformedAddress, "not an address",
      """
      IPv4 addresses have four numbers from 0 to 255 and no leading zeros (which some tools read as
      octal); IPv6 addresses eight groups of hex digits, or fewer with one ‘::’; MACs six pairs of
      hex digits. A prefix has at most 32 or 128 bits.
      """,
      example: "A = FILTER P BY SourceIp IN 10.0.0.0/33;"),
    DiagnosticExplanation(
      .malformedNumber, "not a number that can be held",
      """
      Integers have up to 64 bits, decimals up to 19 digits; durations are whole nanoseconds of at
      most 292 years, sizes whole bytes; hexadecimal numbers are 0x and hex digits.
      """,
      example: "A = FILTER P BY frame.len > 99999999999999999999;"),
    DiagnosticExplanation(
      .unknownUnit, "an unknown unit",
      """
      Durations end in ns us ms s m h d, sizes in B KB MB GB TB (powers of 1000) or KiB MiB GiB TiB
      (powers of 1024), without a space.
      """,
      example: "F = FOREACH K GENERATE count() WINDOW 10sec;"),
    DiagnosticExplanation(
      .missingUnit, "a number that needs a unit",
      """
      A window or another span of time has a unit: 10s is ten seconds. WINDOW 10000 ITEMS is the
      last 10000 tuples of a key.
      """,
      example: "F = FOREACH K GENERATE count() WINDOW 10;"),
    DiagnosticExplanation(
      .malformedEscape, "an unknown escape in a string",
      #"Strings know \n \r \t \0 \" \\ \xHH (one byte) and \u{H…} (one character)."#,
      example: #"A = FILTER P BY payload CONTAINS "C:\dir";"#),
    DiagnosticExplanation(
      .zeroLength, "a length of zero",
      "Windows, slides and other spans are greater than zero.",
      example: "F = FOREACH K GENERATE count() WINDOW 0s;"),
  ]

  private static let limits = [
    DiagnosticExplanation(
      .nestedTooDeeply, "nested too deeply",
      """
      Brackets, statements and prefix operators may stand in each other up to 128 deep. Give an
      inner statement a name and use the name.
      """,
      example: "A = FILTER P BY ((((((((((((((((((((… tcp …))))))))))))))))))));"),
    DiagnosticExplanation(
      .expressionTooLong, "an expression is too long",
      """
      A chain of operators may have up to 400 links. To compare with many values write a list:
      x IN {a, b, c}, of any length.
      """,
      example: "A = FILTER P BY tcp.dstport == 1 OR tcp.dstport == 2 OR …;"),
    DiagnosticExplanation(
      .tooManyErrors, "too many errors",
      "After 100 syntax errors the rest is not shown. Perhaps the file is no program.",
      example: "salc check picture.png"),
  ]
}
