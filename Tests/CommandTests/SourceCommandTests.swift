import DataModel
import TestSupport
import Testing

@Suite("Several sources on the command line") struct SourceCommandTests {
  private let directory = TemporaryDirectory()

  static let query = """
    A = VastStream();
    B = VastStream();
    U = UNION A, B;
    N = FOREACH U GENERATE count() WINDOW 10s;
    OUTPUT N;

    """

  private func file(_ name: String, _ times: [String]) -> String {
    let path = directory.path + "/" + name
    let text = times.map { RecordCommandTests.line($0, "1") }.joined()
    _ = shell("printf '%s' '\(text)' > '\(path)'")
    return path
  }

  @Test func areBoundByName() {
    let (a, b) = (file("a", ["101", "105", "311"]), file("b", ["102", "109.5"]))
    let run = SalcRun(
      salc(
        "run", "-e", Self.query, "--bind", "A=\(a)", "--bind", "B=\(b)", "--format", "json"))
    #expect(run.outcome.exitCode == 0 && run.violations.isEmpty, "\(run.outcome.summary)")
    #expect(run.meta?["placement"]?.string == "host")
    #expect(run.rows.map { $0.values } == [[.integer(4)], [.integer(1)]])
    #expect(run.end?["packets"]?.integer == 5)
    // One place is one source, whatever it is called.
    let once = SalcRun(
      salc(
        "run", "-e", Self.query, "--bind", "A=\(a)", "--bind", "B=\(a)", "--format", "json"))
    #expect(
      once.rows.map { $0.values } == [[.integer(2)], [.integer(1)]], "\(once.outcome.summary)")
  }

  @Test(
    "mistakes have one message each",
    arguments: [
      (["--bind", "A=a"], "name what B reads with --bind B=PLACE"),
      (["--bind", "A=a", "--bind", "B=b", "--bind", "C=c"], "no source is called C"),
      (["--csv", "a", "--bind", "A=a", "--bind", "B=b"], "say which reads what with --bind"),
      (["--bind", "A=a", "--bind", "B=b", "--engine", "kernel"], "the data path has one source"),
      (["--bind", "A=a", "--bind", "B=b", "--for", "3s"], "--for is for live sources"),
    ])
  func mistakes(flags: [String], message: String) {
    // Without its own place a source that is called differently is another one.
    let query = Self.query.replacing("B = VastStream()", with: "B = VastStream(\"listen\")")
    let text = message.hasPrefix("name what B") ? Self.query : query
    let outcome = Tool.run(Tool.salc, ["run", "-e", text] + flags, timeout: 60)
    #expect(outcome.exitCode == 2 && outcome.errors.contains(message), "\(outcome.summary)")
  }

  @Test func interfacesAreSources() {
    let query = "A = PacketStream(\"lo\"); B = PacketStream(\"lo0\"); OUTPUT A; OUTPUT B;"
    let outcome = salc("run", "-e", query)
    #expect(outcome.exitCode == 2 && outcome.errors.contains("only a query with one source can"))
  }
}
