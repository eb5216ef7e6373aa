import Diagnostics
import Plan
import Planning
import Semantics
import Syntax
import Testing

/// The plan of a program that must have one.
func logicalPlan(
  _ text: String, sourceLocation: SourceLocation = #_sourceLocation
) throws -> LogicalPlan {
  let source = SourceText(name: "test.sal", text)
  var log = DiagnosticLog()
  let plan = resolve(parse(source, reportingTo: &log), reportingTo: &log)
  let messages = DiagnosticRenderer(source: source).render(log)
  return try #require(plan, Comment(rawValue: messages), sourceLocation: sourceLocation)
}

@Suite struct FirstPlacementTests {
  let text = """
    P = PacketStream("eth0");
    BySource = STREAM P BY ip.src;
    Count = FOREACH BySource GENERATE count() WINDOW 1s;
    OUTPUT Count;
    """

  @Test func countRunsInTheDataPath() throws {
    let placed = place(optimize(try logicalPlan(text)))
    #expect(
      placed.description == """
        xdp  n0  packets of eth0  (P)
        xdp  a0  aggregate n0 by (ip.src) window 1s: tuples  (Count)

        """)
  }

  @Test func hostPolicyExportsWhatTheHostNeeds() throws {
    let placed = place(optimize(try logicalPlan(text)), policy: .host)
    #expect(
      placed.description == """
        xdp  n0  packets of eth0  (P)
        host a0  aggregate n0 by (ip.src) window 1s: tuples  (Count)
               because all operators were asked to run on the host
        export n0: (ip.src), 4 words

        """)
  }
}
