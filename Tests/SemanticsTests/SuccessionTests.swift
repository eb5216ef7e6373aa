import Plan
import TestSupport
import Testing

/// Which state goes on when a changed program takes the place of a running one.
@Suite("Succession of plans")
struct SuccessionTests {
  private static let program = """
    P = PacketStream("eth0");
    K = STREAM P BY SourceIp;
    N = FOREACH K GENERATE count() WINDOW 1s;
    D = FOREACH (STREAM P BY DestIp AS SourceIp) GENERATE count() WINDOW 1s;
    Hot = FILTER K BY N > 10;
    Most = TOP 3 K BY N;
    Both = JOIN Hot, (FILTER (STREAM P BY DestIp AS SourceIp) BY D > 5) BY SourceIp;
    A = FOREACH (FILTER P BY SourceIp IN Hot) GENERATE count() WINDOW 1s;
    B = FOREACH (FILTER P BY SourceIp IN Most) GENERATE count() WINDOW 1s;
    C = FOREACH (FILTER P BY SourceIp IN Both) GENERATE count() WINDOW 1s;
    New = DISTINCT P BY DestIp WINDOW 2s;
    E = FOREACH New GENERATE count() WINDOW 2s;
    Odd = FILTER K BY frame.len > N;
    F = FOREACH Odd GENERATE count() WINDOW 1s;
    """

  /// The features whose aggregations begin anew where a text takes the place of another.
  private func begun(_ old: String, _ new: String) throws -> Set<String> {
    let (old, new) = (try plan(old), try plan(new))
    let kept = Set(StateSuccession(from: old, to: new).aggregations.map(\.new))
    return Set(new.features.filter { !kept.contains($0.aggregation) }.map(\.name))
  }

  @Test func aProgramGoesOnInItselfUnderOtherNames() throws {
    let renamed = Self.program.replacing("Hot", with: "Busy").replacing("Odd", with: "Long")
    #expect(try begun(Self.program, renamed) == [])
    let plan = try plan(Self.program)
    let succession = StateSuccession(from: plan, to: plan)
    #expect(succession.sets.map(\.new) == Array(plan.sets.indices))
    #expect(succession.nodes.count == 2)
    #expect(succession.otherWindows == [])
  }

  /// Numbers shift where a statement comes first; what they stand for is the same.
  @Test func aStatementInFrontBeginsNothingElseAnew() throws {
    let more = Self.program.replacing(
      "K = STREAM", with: "Z = FOREACH (FILTER P BY udp) GENERATE count() WINDOW 1s;\nK = STREAM")
    #expect(try begun(Self.program, more) == ["Z"])
  }

  @Test(
    arguments: [
      ("N > 10", "N > 11", ["A", "C"]), ("TOP 3", "TOP 4", ["B"]), ("D > 5", "D > 6", ["C"]),
      ("JOIN Hot,", "JOIN Most,", ["C"]), ("frame.len > N", "frame.len > 2 * N", ["F"]),
      ("BY DestIp WINDOW 2s", "BY SourceIp WINDOW 2s", ["E"]),
      ("SourceIp IN Hot", "NOT SourceIp IN Hot", ["A"]),
    ])
  func whatAChangeReachesBeginsAnew(old: String, new: String, begun: [String]) throws {
    #expect(try self.begun(Self.program, Self.program.replacing(old, with: new)) == Set(begun))
  }

  /// All samples without the operations whose state ends with their plan.
  @Test func samplesGoOnInThemselves() throws {
    var compared = 0
    for file in Repository.files(below: "samples") where file.hasSuffix(".sal") {
      guard let plan = Resolved(Repository.text(file)).plan,
        plan.nodes.allSatisfy({ node in
          switch node.operation {
          case .source, .filter, .filterBeside, .distinct, .flows: true
          default: false
          }
        }), plan.items.isEmpty
      else { continue }
      let succession = StateSuccession(from: plan, to: plan)
      #expect(succession.aggregations.count == plan.aggregations.count, "\(file)")
      #expect(succession.sets.count == plan.sets.count, "\(file)")
      compared += 1
    }
    #expect(compared > 10)
  }
}
