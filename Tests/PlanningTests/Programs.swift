import Diagnostics
import Plan
import Planning
import Semantics
import Syntax
import Testing

/// The plan of statements after `P = PacketStream("eth0");`.
func logicalPlan(
  _ text: String, sourceLocation: SourceLocation = #_sourceLocation
) throws -> LogicalPlan {
  let source = SourceText(name: "test.sal", "P = PacketStream(\"eth0\");\n" + text)
  var log = DiagnosticLog()
  let plan = resolve(parse(source, reportingTo: &log), reportingTo: &log)
  let messages = DiagnosticRenderer(source: source).render(log)
  return try #require(plan, Comment(rawValue: messages), sourceLocation: sourceLocation)
}

/// Programs that between them use every form that a plan can take.
let programs = [
  "C = FOREACH (STREAM P BY ip.src) GENERATE count() WINDOW 1s;",
  """
  K = STREAM (FILTER P BY tcp) BY SourceIp;
  N = FOREACH K GENERATE count() WINDOW 1s;
  D = FOREACH K GENERATE countdistinct(DestIp, DestPort) WINDOW 1s;
  T = FOREACH K GENERATE topk(DestPort, 5) WINDOW 2s;
  F = FOREACH K GENERATE first(frame.len) WINDOW 1s;
  Hot = FILTER K BY N > 10 AND D > 3;
  Late = FILTER P BY SourceIp IN Hot WITHIN 10s AND udp;
  OUTPUT Hot; OUTPUT T; OUTPUT F; OUTPUT Late (SourceIp, DestIp, frame.len);
  """,
  """
  New = DISTINCT P BY SourceIp, DestIp WINDOW 10s;
  N = FOREACH (STREAM New BY SourceIp) GENERATE count() WINDOW 10s;
  Ports = DISTINCT P BY SourceIp WINDOW 10s;
  Sum = FOREACH Ports GENERATE sum(frame.len) WINDOW 10s;
  OUTPUT N; OUTPUT Sum;
  """,
  """
  All = FOREACH P GENERATE count() WINDOW 1s;
  Sources = FOREACH P GENERATE countdistinct(SourceIp) WINDOW 1s;
  K = STREAM P BY DestIp/24, DestPort ELSE 0;
  V = FOREACH K GENERATE var(frame.len) WINDOW 1s;
  N = FOREACH K GENERATE count() WINDOW 1s;
  OUTPUT All; OUTPUT Sources; OUTPUT TOP 3 K BY N / All (V);
  """,
]
