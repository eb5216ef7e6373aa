import Glibc
import Reference
import TestSupport
import Testing

/// The two flavours of a program: the one for root, and the one that the kernel takes from a user
/// with CAP_BPF and CAP_NET_ADMIN alone. Both are loaded, and both give the same rows.
///
/// The tool is a child process here, so that the test itself keeps its privileges.
@Suite(
  "All loads with two capabilities",
  .enabled(if: Requirement.kernel.isMet, "needs the kernel"),
  .enabled(if: Requirement.program("setpriv").isMet, "needs the program setpriv"))
struct TwoCapabilitiesTests {
  /// The queries of Docs/Operators.md, which has one for each operator of the catalogue.
  static let operators: [String] = Repository.text("Docs/Operators.md")
    .parts(separatedBy: "```sal\n").dropFirst()
    .map { "P = PacketStream(\"lo\"); " + $0.parts(separatedBy: "```")[0] }

  static let others: [String] = {
    let long = "01234567890123456789012345678901"
    let filters: [String] = [
      "payload CONTAINS \"GET\"",
      "payload CONTAINS \"a\" OR payload CONTAINS \"\(long)\"",
      "payload CONTAINS \"x\" AND payload CONTAINS \"yz\" OR tcp.payload CONTAINS \"0\"",
      "payload.len > 10 AND tcp.len < 1000 AND vlan.id != 7",
      "ip.src IN 10.0.0.0/8 AND ApplicationProtocol != \"http\"",
    ]
    return filters.map { filter in
      "P = PacketStream(\"lo\"); Q = FILTER P BY \(filter); "
        + "N = FOREACH (STREAM Q BY SourceIp) GENERATE count() WINDOW 1s;"
    }
  }()

  static let random: [String] = {
    var generator = QueryGenerator(seed: 4711)
    return (0..<3).map { _ in generator.next() }
  }()

  /// Runs through the XDP program, with these words before the tool's path.
  private static func replay(
    _ query: String, _ capture: String, _ words: [String], _ directory: String
  ) -> SalcRun {
    let environment = words + ["/usr/bin/env", "TMPDIR=" + directory, Tool.salc]
    return SalcRun(
      Tool.run(
        environment[0],
        environment.dropFirst()
          + ["run", "-e", query, "--pcap", capture, "--engine", "kernel", "--format", "json"],
        timeout: 120))
  }

  @Test(arguments: operators + others + random)
  func loadsAndAgrees(query: String) throws {
    let setpriv = try #require(Tool.find("setpriv"))
    let sets = "-all,+bpf,+net_admin"
    let two = [
      setpriv, "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps", sets,
      "--ambient-caps", sets, "--bounding-set", sets,
    ]
    // Nobody may read the capture, but not write beside it.
    let directory = TemporaryDirectory()
    chmod(directory.path, 0o755)
    var generator = PacketGenerator(seed: 20)
    let capture = directory.file("odd.pcap")
    FileBytes.write(CaptureFile.classic(generator.frames(300) + Self.texts), to: capture)
    let theirs = Self.replay(query, capture, two, "/tmp")
    let ours = Self.replay(query, capture, [], directory.path)
    #expect(theirs.outcome.exitCode == 0, "\(theirs.outcome.summary)\n\(query)")
    #expect(ours.outcome.exitCode == 0 && !ours.outcome.errors.contains("verifier"))
    // Of programs with many outputs clang joins addresses that the verifier then refuses without
    // CAP_PERFMON: those run on the host, with a remark, and give the same rows.
    if !Self.random.contains(query) {
      #expect(!theirs.outcome.errors.contains("verifier"), "\(theirs.outcome.summary)\n\(query)")
      #expect(theirs.meta == ours.meta)
    }
    #expect(theirs.violations.isEmpty)
    #expect(theirs.rows == ours.rows, "\(query)")
    #expect(theirs.losses == ours.losses)
  }

  /// Payloads in which the searched texts stand first, last, nowhere, and too far behind.
  static let texts: [CapturedFrame] = {
    let long = "01234567890123456789012345678901"
    let behind = String(repeating: "x", count: 509)
    let texts: [String] = [
      "GET /", "xxxGET", behind + "GET", behind + "xGET", "GE", "", "yz", String(long.dropLast()),
      long, String(repeating: "z", count: 100) + long,
    ]
    return texts.enumerated().map { index, text in frame(index, text) }
  }()

  private static func frame(_ index: Int, _ text: String) -> CapturedFrame {
    let segment = FrameBuilder.tcp(
      source: 4000 + index, destination: 80, flags: 0x18, payload: Array(text.utf8))
    let packet = FrameBuilder.ipv4(
      source: [10, 7, 0, UInt8(index)], destination: [10, 99, 0, 2], protocol: 6, payload: segment)
    return CapturedFrame(
      time: 1_700_000_100_000_000_000 + Int64(index),
      bytes: FrameBuilder.ethernet(type: 0x0800, payload: packet))
  }
}
