import Diagnostics

extension SemanticExplanations {
  static let patterns: [DiagnosticExplanation] = [
    DiagnosticExplanation(
      .patternContradiction, "times that no match can keep",
      "The conditions on times are put together before anything runs; with this one some "
        + "edge would have to start before itself, so the pattern would never match.",
      example: """
        SUBGRAPH ON F WITH source(SourceIp) AND target(DestIp) {
          a e1 b;
          b e2 a;
          start(e1) < start(e2);
          start(e2) < start(e1);
        }
        """),
    DiagnosticExplanation(
      .patternWithoutBound, "pattern without a bound of time",
      "An edge is kept until it can be in no match any more. Where the conditions do not say "
        + "how far apart edges may start, PatternWindow says it for each such pair: 100 s "
        + "unless the program sets it.",
      example: "SUBGRAPH ON F WITH source(SourceIp) AND target(DestIp) { a e1 b; b e2 a; }"),
    DiagnosticExplanation(
      .patternTooLarge, "too many edges",
      "A pattern has at most eight edges. Larger ones are made of smaller ones: matches are "
        + "a stream, which FILTER, STREAM and FOREACH take.",
      example: "SUBGRAPH ON F WITH source(SourceIp) AND target(DestIp) { a e1 b; … a e9 b; }"),
    DiagnosticExplanation(
      .unknownPatternName, "name that the pattern does not have",
      "A condition speaks of the edges and vertices that the pattern declares: e.Field of an "
        + "edge, start(e) and end(e), and vertices by their names.",
      example: """
        SUBGRAPH ON F WITH source(SourceIp) AND target(DestIp) { a e1 b; start(e2) > 1; }
        """),
    DiagnosticExplanation(
      .serverNotAsked, "server of vertices that is not asked",
      "SAL's programs name a server that tells about vertices, and no such server has ever been "
        + "published. What is known of vertices is read from a file when the query starts: "
        + "--bind NAME=FILE names it, or VertexInfo(\"file\").",
      example: "Domains = VertexInfo(\"domainurl\", 5000);"),
    DiagnosticExplanation(
      .patternCondition, "no condition of a pattern",
      "Conditions compare two times of edges, ask a field of one edge, ask whether a vertex is "
        + "in a list or set, say that two vertices differ, or compare what a table says of them.",
      example: """
        SUBGRAPH ON F WITH source(SourceIp) AND target(DestIp) { a e1 b; start(e1) < 10; }
        """),
  ]
}
