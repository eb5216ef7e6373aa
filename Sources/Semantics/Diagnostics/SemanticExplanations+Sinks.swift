import Diagnostics

extension SemanticExplanations {
  static let sinks: [DiagnosticExplanation] = [
    DiagnosticExplanation(
      .unknownSink, "unknown sink",
      "TO names where the rows of an output go; there is no sink of this name. "
        + "Docs/Sinks.md lists them.",
      example: "OUTPUT Victims TO cvs(\"victims.csv\");"),
    DiagnosticExplanation(
      .refusedSink, "refused sink",
      "Queries are texts that come from many hands, and a sink that ran commands would "
        + "run theirs with an operator's rights. A pipe behind salc does the same with "
        + "the user's own: salc run q.sal --format json | your-command.",
      example: "OUTPUT Victims TO command(\"mail root\");"),
    DiagnosticExplanation(
      .unfitForSink, "output unfit for the sink",
      "The sink cannot take the output: a CSV file holds one table, so a second output "
        + "needs a file of its own.",
      example: "OUTPUT N TO csv(\"f\"); OUTPUT P TO csv(\"f\");"),
    DiagnosticExplanation(
      .unboundedKey, "too many keys for the sink",
      "Prometheus keeps a time series for each key for weeks, so an address or a flow as "
        + "a key would bring it down. The keys of one window may be 65 536 at most by "
        + "their types: ports, protocols, flags, addresses masked to few bits, listed "
        + "values, or the first n of TOP.",
      example: """
        K = STREAM P BY SourceIp;
        N = FOREACH K GENERATE count() WINDOW 10s;
        OUTPUT N TO prometheus(":9435");   // OUTPUT TOP 20 K BY N TO …
        """),
    DiagnosticExplanation(
      .repeatedSink, "sink named twice",
      "An output names the same target twice; each row goes there once.",
      example: "OUTPUT N TO json(\"f\"), json(\"f\");"),
  ]
}
