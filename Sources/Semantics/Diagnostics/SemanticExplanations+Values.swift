import Diagnostics

extension SemanticExplanations {
  static let values: [DiagnosticExplanation] = [
    DiagnosticExplanation(
      .wrongType, "wrong type",
      "A value stands where its type has no meaning: arithmetic needs numbers, bit "
        + "operations whole numbers, a setting of time a duration.",
      example: "X = FILTER P BY SourceIp + 1 > 5;"),
    DiagnosticExplanation(
      .incomparable, "values of different kinds",
      "Numbers compare with numbers and bits, times and durations with each other (a "
        + "bare number beside them is seconds), addresses with addresses and networks, "
        + "MACs with MACs. Quotes make a text, not an address.",
      example: "X = FILTER P BY DestIp == \"10.0.0.1\";"),
    DiagnosticExplanation(
      .notACondition, "not a condition",
      "FILTER, AND, OR and NOT need something true or false. A number is compared "
        + "first.",
      example: "X = FILTER P BY tcp.flags & 2;"),
    DiagnosticExplanation(
      .numberTooLarge, "number too large",
      "Numbers are signed 64-bit integers or quotients of two.",
      example: "X = FILTER P BY frame.len < 99999999999999999999;"),
    DiagnosticExplanation(
      .leavesRange, "may leave 64 bits",
      "Arithmetic on tuples is exact in signed 64 bits. The types of the fields allow "
        + "values for which this expression would leave them, so it is refused rather "
        + "than wrapped.",
      example: "X = FOREACH K GENERATE sum(tcp.seq * tcp.ack * 8) WINDOW 1s;"),
    DiagnosticExplanation(
      .realInTuple, "a fraction where whole numbers are needed",
      "`/` divides exactly and gives fractions. Comparisons take them; operators and "
        + "bit operations need whole numbers: div(a, b) cuts the fraction off.",
      example: "X = FOREACH K GENERATE sum(frame.len / 2) WINDOW 1s;"),
    DiagnosticExplanation(
      .neverTrue, "never true",
      "By the types of its operands the condition cannot be true of any tuple.",
      example: "X = FILTER P BY tcp.dstport == 70000;"),
    DiagnosticExplanation(
      .alwaysTrue, "always true",
      "By the types of its operands the condition is true wherever the field is "
        + "present, so it filters nothing else.",
      example: "X = FILTER P BY tcp.dstport >= 0;"),
    DiagnosticExplanation(
      .featureOutOfPlace, "a feature out of place",
      "Operators fold tuples: their arguments are fields and constants, not features.",
      example: "B = FOREACH K GENERATE sum(A) WINDOW 1s;"),
    DiagnosticExplanation(
      .streamIsNoValue, "a stream is no value",
      "A stream cannot be compared. Whether a key is among its rows is asked with IN.",
      example: "X = FILTER P BY Hot == 1;"),
    DiagnosticExplanation(
      .fieldNotInRows, "rows do not have the field",
      "Rows carry the key and features; fields of single tuples are gone by then. "
        + "Filter the tuples first.",
      example: "X = FILTER Rate BY frame.len > 100;"),
    DiagnosticExplanation(
      .keysDoNotMeet, "keys do not meet",
      "Features meet where their keys have equal names and types. AS gives a "
        + "component the name it shares: STREAM Syn BY DestIp AS Host.",
      example: """
        A = FOREACH (STREAM P BY SourceIp) GENERATE count() WINDOW 1s;
        X = FILTER (STREAM P BY DestIp) BY A > 5;
        """),
  ]
}
