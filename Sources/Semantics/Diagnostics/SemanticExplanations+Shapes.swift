import Diagnostics

extension SemanticExplanations {
  static let shapes: [DiagnosticExplanation] = [
    DiagnosticExplanation(
      .missingWindow, "missing window",
      "A stream of packets has no end, so an operator needs to know how much time one "
        + "value speaks of. (On record streams SAL's own operators default to 10 000 "
        + "items.)",
      example: "N = FOREACH K GENERATE count();"),
    DiagnosticExplanation(
      .emptyWindow, "window without length",
      "A window covers a positive length of time.",
      example: "N = FOREACH K GENERATE count() WINDOW 0s;"),
    DiagnosticExplanation(
      .lagBeyondWindow, "set lag beyond the window",
      "The keys of a closed window take effect SetLag after its close (100 ms unless "
        + "set) and hold until those of the next window do. The lag has to be shorter "
        + "than the window.",
      example: """
        Hot = FILTER K BY Rate > 5;
        X = FILTER P BY DestIp IN Hot;   // where Rate has WINDOW 50ms
        """),
    DiagnosticExplanation(
      .collapseNeedsFeatures, "COLLAPSE without features of its stream",
      "COLLAPSE T BY a FOR f keeps, for each a, the table of the rest of T's key with the "
        + "current f of each. FOR names features of T itself, and at least one column of the key "
        + "is dropped. Without FOR it has the distinct a.",
      example: "C = COLLAPSE Pairs BY DestIp FOR Other;"),
    DiagnosticExplanation(
      .wrongKeyOfSet, "set asked with another key",
      "A set holds keys of a stream; it is asked with as many values as the key has "
        + "columns, of the same types, by position.",
      example: "X = FILTER P BY DestPort IN Victims;   // keyed by DestIp"),
    DiagnosticExplanation(
      .notASet, "no set",
      "IN asks a list, a network, or a stream of rows; a stream of tuples holds no "
        + "keys.",
      example: "X = FILTER P BY DestIp IN Syns;"),
    DiagnosticExplanation(
      .settingWithoutEffect, "setting without effect",
      "The setting belongs to another implementation of SAL; here queues have their "
        + "sizes by construction.",
      example: "QueueLength = 1000;"),
    DiagnosticExplanation(
      .repeatedSetting, "set again",
      "The setting is given twice; the last value holds for the whole program.",
      example: """
        SetLag = 10ms;
        SetLag = 20ms;
        """),
    DiagnosticExplanation(
      .wrongArgument, "wrong argument",
      "An argument is not of the kind that the call takes.",
      example: "P = PacketStream(eth0);"),
    DiagnosticExplanation(
      .wrongArgumentCount, "wrong number of arguments",
      "The call has more or fewer arguments than its parameters.",
      example: "N = FOREACH K GENERATE sum() WINDOW 1s;"),
    DiagnosticExplanation(
      .accuracyOutOfReach, "accuracy out of reach",
      "The operator's state cannot be made large enough for this bound; EXACT keeps "
        + "all items instead.",
      example: "N = FOREACH K GENERATE countdistinct(SourceIp) WITHIN 0.01% WINDOW 1s;"),
    DiagnosticExplanation(
      .keyIsNoField, "a key is a field",
      "STREAM, DISTINCT and operators' fields name fields of the tuple, with a prefix "
        + "for addresses.",
      example: "K = STREAM P BY DestPort + 1;"),
    DiagnosticExplanation(
      .duplicateKey, "two components of one name",
      "Columns of a key are told apart by their names; AS renames one.",
      example: "K = STREAM P BY SourceIp AS Host, DestIp AS Host;"),
    DiagnosticExplanation(
      .maskedField, "impossible prefix",
      "Only addresses have prefixes: up to 32 bits of IPv4 and 128 of IPv6.",
      example: "K = STREAM P BY DestIp/33/129;"),
    DiagnosticExplanation(
      .topNeedsKeys, "TOP without keys",
      "TOP ranks the keys of a keyed stream or of rows.",
      example: "OUTPUT TOP 10 P BY Bytes;"),
    DiagnosticExplanation(
      .topNeedsFeature, "TOP without a feature",
      "TOP compares a feature that is computed for each key and window.",
      example: "OUTPUT TOP 10 K BY 5;"),
    DiagnosticExplanation(
      .duplicateColumn, "two columns of one name",
      "Columns of an output are told apart by their names; AS renames one.",
      example: "OUTPUT K (Rate, Rate);"),
    DiagnosticExplanation(
      .joinNeedsRows, "JOIN takes rows",
      "JOIN pairs rows of equal key and window: features, FILTERs by them, TOP, COLLAPSE "
        + "and other JOINs. A stream of tuples has no rows until a feature is computed over it.",
      example: "J = JOIN P, Rate BY DestIp;"),
    DiagnosticExplanation(
      .windowsDoNotMeet, "rows of different windows",
      "Rows are joined at the close of the window that they share. Features of several "
        + "windows meet in one FILTER, the longer ones by their last closed value.",
      example: "J = JOIN PerSecond, PerMinute BY DestIp;"),
    DiagnosticExplanation(
      .slideDoesNotDivide, "slide that does not divide the window",
      "Sliding windows are merged from panes of the slide's length, so the slide divides "
        + "the window, into at most 10 000 panes.",
      example: "N = FOREACH K GENERATE count() WINDOW 60s SLIDE 7s;"),
    DiagnosticExplanation(
      .notSupportedYet, "not supported yet",
      "The language has this, and this version of the compiler reads and formats it, "
        + "but cannot run it yet. It is refused rather than ignored.",
      example: "X = UNION A, B;"),
  ]
}
