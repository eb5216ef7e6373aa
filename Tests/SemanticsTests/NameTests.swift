import Diagnostics
import Plan
import Testing

@Suite("Names")
struct NameTests {
  @Test func unknownStreamGetsASuggestion() {
    expectMessages(
      "Packets = PacketStream(\"eth0\"); OUTPUT ⟦SAL0201:Packts⟧;",
      fixed: "Packets = PacketStream(\"eth0\"); OUTPUT Packets;")
  }

  @Test func unknownFieldGetsASuggestion() {
    expectErrors(
      "X = FILTER P BY ⟦SAL0202:tcp.flags.sync⟧;", fixed: "X = FILTER P BY tcp.flags.syn;")
    expectErrors("X = STREAM P BY ⟦SAL0202:DestIpp⟧;", fixed: "X = STREAM P BY DestIp;")
  }

  @Test func fieldInOtherCaseIsTakenWithANote() {
    expectErrors(
      "X = FILTER P BY ⟦SAL0208:destport⟧ == 80;", fixed: "X = FILTER P BY DestPort == 80;")
  }

  @Test func unknownSourceAndOperator() {
    expectMessages(
      "P = ⟦SAL0203:PaketStream⟧(\"eth0\");", fixed: "P = PacketStream(\"eth0\");")
    expectErrors(
      "N = FOREACH P GENERATE ⟦SAL0204:cuont⟧() WINDOW 1s;",
      fixed: "N = FOREACH P GENERATE count() WINDOW 1s;")
  }

  @Test func nameAssignedOnceMayBeUsedAbove() throws {
    _ = try plan("OUTPUT X; X = FILTER P BY tcp; P = PacketStream(\"eth0\");")
  }

  @Test func nameAssignedTwiceMeansTheLatestAbove() throws {
    let plan = try plan(
      """
      P = PacketStream("eth0");
      S = FILTER P BY tcp;
      A = FILTER S BY frame.len > 1;
      S = FILTER S BY udp;
      B = FILTER S BY frame.len > 2;
      """)
    #expect(plan.nodes.map(\.input) == [nil, 0, 1, 1, 3])
  }

  @Test func secondAssignmentIsAWarning() {
    expectErrors("S = FILTER P BY tcp; ⟦SAL0212:S⟧ = FILTER S BY udp;")
  }

  @Test func useAboveTheFirstOfTwoAssignments() {
    expectErrors(
      "K = STREAM ⟦SAL0211:S⟧ BY DestIp; S = FILTER P BY tcp; ⟦SAL0212:S⟧ = FILTER S BY udp;")
  }

  @Test func circlesAreErrors() {
    expectErrors("A = FILTER B BY tcp; B = FILTER ⟦SAL0213:A⟧ BY udp;")
    expectErrors("A = FILTER ⟦SAL0213:A⟧ BY tcp;")
  }

  @Test func circleThroughASetIsNone() throws {
    let plan = try plan(
      """
      P = PacketStream("eth0");
      Calm = FILTER P BY DestIp NOT IN Hot;
      K = STREAM Calm BY DestIp;
      Rate = FOREACH K GENERATE count() WINDOW 1s;
      Hot = FILTER K BY Rate > 5;
      OUTPUT Hot;
      """)
    #expect(plan.sets.count == 1)
    #expect(plan.sets[0].relation == plan.relations.count - 1)
  }

  @Test func nameOfAProtocolIsAWarning() {
    expectErrors("⟦SAL0214:dns⟧ = FILTER P BY udp.dstport == 53;")
  }

  @Test func nameOfAFieldIsAnErrorInAPredicate() {
    expectErrors(
      "K = STREAM P BY DestPort; SourceIp = FOREACH K GENERATE count() WINDOW 1s;"
        + " X = FILTER P BY ⟦SAL0215:SourceIp⟧ == 10.0.0.1;")
  }

  @Test func unusedNameIsAWarningBesideOutput() {
    expectErrors("⟦SAL0216:A⟧ = FILTER P BY tcp; B = FILTER P BY udp; OUTPUT B;")
  }

  @Test func deepChainOfForwardUsesIsRefused() {
    let count = 2000
    var text = (0..<count).map { "A\($0) = FILTER A\($0 + 1) BY tcp;" }.joined(separator: "\n")
    text += "\nA\(count) = PacketStream(\"eth0\");"
    let resolved = Resolved(text)
    #expect(resolved.log.diagnostics.first?.code.name == "SAL0217")
  }

  @Test func longChainInOrderIsFine() throws {
    let text = (1..<2000).map { "A\($0) = FILTER A\($0 - 1) BY tcp;" }.joined(separator: "\n")
    let plan = try plan("A0 = PacketStream(\"eth0\");\n" + text)
    #expect(plan.nodes.count == 2000)
  }
}
