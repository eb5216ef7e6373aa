import Reference
import TestSupport
import Testing

/// Input that is not what it should be: a clear message, the right exit code, no crash.
@Suite("Bad input")
struct BadInputTests {
  /// Names an interface that does not exist, so that no test attaches to a real one by mistake.
  private static let query = """
    P = PacketStream("nosuchif0");
    N = FOREACH (STREAM P BY SourceIp) GENERATE count() WINDOW 1s;
    """

  /// Runs salc and expects this exit code and a message without a crash.
  private func expect(
    _ arguments: [String], exitCode: Int32, says text: String? = nil,
    output: Tool.Output = .collected, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let outcome = Tool.run(Tool.salc, arguments, output: output, timeout: 60)
    #expect(outcome.exitCode == exitCode, "\(outcome)", sourceLocation: sourceLocation)
    #expect(!outcome.timedOut, sourceLocation: sourceLocation)
    #expect(!outcome.errors.contains("Fatal error"), sourceLocation: sourceLocation)
    if exitCode != 0 { #expect(!outcome.errors.isEmpty, sourceLocation: sourceLocation) }
    if let text {
      #expect(outcome.errors.contains(text), "\(outcome)", sourceLocation: sourceLocation)
    }
  }

  @Test("captures: missing, a directory, empty, binary, cut")
  func captures() throws {
    let directory = TemporaryDirectory()
    func run(_ path: String) -> [String] { ["run", "-e", Self.query, "--pcap", path] }
    expect(run(directory.file("none.pcap")), exitCode: 1, says: "none.pcap")
    expect(run(directory.path), exitCode: 1, says: directory.path)
    expect(run(directory.write("", to: "empty.pcap")), exitCode: 65, says: "empty.pcap")
    expect(run(Tool.salc), exitCode: 65)
    var generator = PacketGenerator(seed: 3)
    let whole = CaptureFile.classic(generator.frames(50))
    let cut = directory.file("cut.pcap")
    FileBytes.write(Array(whole.dropLast(7)), to: cut)
    let outcome = SalcRun.replay(Self.query, capture: cut)
    #expect(outcome.outcome.exitCode == 65, "\(outcome.outcome)")
    #expect(outcome.end?["packets"]?.integer == 49)
    #expect(outcome.outcome.errors.contains("byte"), "\(outcome.outcome.errors)")
  }

  @Test("queries: missing, a directory, empty, binary")
  func queries() {
    let directory = TemporaryDirectory()
    expect(["check", directory.file("none.sal")], exitCode: 1, says: "none.sal")
    expect(["check", directory.path], exitCode: 1, says: directory.path)
    expect(["check", Tool.salc], exitCode: 65)
    let noise = directory.file("noise.sal")
    FileBytes.write((0..<4000).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 / 7) }, to: noise)
    expect(["check", noise], exitCode: 1)
    let empty = Tool.run(Tool.salc, ["check", directory.write("", to: "empty.sal")])
    #expect(empty.exitCode <= 1 && !empty.errors.contains("Fatal"))
  }

  @Test("a line of a megabyte")
  func longLine() {
    let directory = TemporaryDirectory()
    let names = String(repeating: "a", count: 1 << 20)
    expect(["check", directory.write(names, to: "name.sal")], exitCode: 1)
    let spaces = Self.query + String(repeating: " ", count: 1 << 20)
    expect(["check", directory.write(spaces, to: "spaces.sal")], exitCode: 0)
  }

  @Test("ten thousand parentheses")
  func deepNesting() {
    let directory = TemporaryDirectory()
    let open = String(repeating: "(", count: 10_000)
    let close = String(repeating: ")", count: 10_000)
    let text = "P = PacketStream(\"eth0\");\nF = FILTER P BY \(open)tcp\(close);\n"
    expect(["check", directory.write(text, to: "deep.sal")], exitCode: 1)
    let nots = String(repeating: "NOT ", count: 10_000)
    let text2 = "P = PacketStream(\"eth0\");\nF = FILTER P BY \(nots)tcp;\n"
    expect(["check", directory.write(text2, to: "nots.sal")], exitCode: 1)
  }

  @Test("usage: unknown flags and commands, missing input")
  func usage() {
    expect(["run", "--no-such-flag"], exitCode: 2)
    expect(["nonsense"], exitCode: 2)
    expect(["run", "-e", Self.query, "--pcap", "f.pcap", "--iface", "nosuchif0"], exitCode: 2)
  }

  @Test("outputs: a full disk, a closed reader")
  func outputs() throws {
    let directory = TemporaryDirectory()
    var generator = PacketGenerator(seed: 4)
    let capture = directory.file("some.pcap")
    FileBytes.write(CaptureFile.classic(generator.frames(2000)), to: capture)
    let arguments = ["run", "-e", Self.query, "--pcap", capture, "--format", "json"]
    expect(arguments, exitCode: 74, output: .file("/dev/full"))
    let outcome = Tool.run(Tool.salc, arguments, output: .closedPipe)
    #expect(outcome.exitCode == 0 && outcome.errors.isEmpty, "\(outcome)")
  }

  @Test("an unknown interface", .enabled(if: Requirement.kernel.isMet, "needs the kernel"))
  func unknownInterface() {
    expect(["run", "-e", Self.query], exitCode: 1, says: "nosuchif0")
    expect(
      ["run", "-e", Self.query, "--iface", "nosuchif1"], exitCode: 1, says: "nosuchif1")
  }

  @Test("a bundle that is damaged")
  func bundle() {
    let directory = TemporaryDirectory()
    let query = directory.write(Self.query, to: "q.sal")
    let bundle = directory.file("q.salb")
    let made = Tool.run(Tool.salc, ["compile", query, "-o", bundle])
    #expect(made.exitCode == 0, "\(made)")
    guard var bytes = FileBytes.read(bundle) else { return }
    bytes.removeLast(bytes.count / 2)
    FileBytes.write(bytes, to: bundle)
    expect(["run", bundle, "--pcap", "/dev/null"], exitCode: 65)
  }
}
