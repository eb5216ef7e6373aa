import BPFModel
import Compiler
import DataModel
import Diagnostics
import Planning
import Reference
import Session
import Sinks
import Synchronization
import TestSupport
import Testing

/// Objects are held against the target before they are loaded; what does not fit runs on the host.
@Suite struct BudgetTests {
  /// What a run remarked.
  private final class Remarks: Sendable { let list = Mutex<[String]>([]) }

  private static let text = """
    Packets = PacketStream("eth0");
    ByDest = STREAM Packets BY DestIp;
    N = FOREACH ByDest GENERATE count() WINDOW 1s;
    V = FOREACH ByDest GENERATE var(tcp.window) WINDOW 1s;
    D = FOREACH ByDest GENERATE countdistinct(SourceIp, SourcePort) WINDOW 1s;
    OUTPUT ByDest (N, V, D);
    """

  private func compiled(
    _ placement: PlacementPolicy = .dataPath, stack: Int = TargetProfile.xdp.stackBytesMax
  ) throws -> CompiledQuery {
    var options = CompileOptions(placement: placement)
    options.target.stackBytesMax = stack
    var log = DiagnosticLog()
    let source = SourceText(name: "query.sal", Self.text)
    return try #require(Compiler.compile(source, options: options, reportingTo: &log))
  }

  private func facts(_ query: CompiledQuery) throws -> ObjectFacts {
    try #require(ObjectFacts(try Session.object(of: query)))
  }

  @Test func anObjectBeyondTheBudgetIsNotMadeAndSaysWhy() throws {
    let stack = try facts(compiled()).stackBytes
    #expect(throws: Never.self) { try Session.object(of: compiled(stack: stack)) }
    let error = #expect(throws: SessionError.self) {
      try Session.object(of: compiled(stack: stack - 1))
    }
    let words = try #require(error).description
    #expect(words.contains("\(stack) of \(stack - 1) B of stack"), "\(words)")
    #expect(words.contains("--place host"), "\(words)")
  }

  @Test(.enabled(if: Requirement.kernel.isMet, "needs the kernel"))
  func aRunRetreatsToTheHostWithTheSameRowsAndARemark() throws {
    let stack = try facts(compiled()).stackBytes
    // Decoding alone takes less.
    let decoding = try facts(compiled(.host)).stackBytes
    try #require(decoding < stack)
    var generator = PacketGenerator(seed: 12)
    let directory = TemporaryDirectory()
    let capture = directory.file("traffic.pcap")
    FileBytes.write(CaptureFile.classic(generator.frames(1500)), to: capture)
    func run(_ query: CompiledQuery) throws -> (rows: [Row], remarks: [String]) {
      let sink = CollectingSink()
      let remarks = Remarks()
      var configuration = RunConfiguration(
        query: query, input: .captureInKernel(path: capture, cpus: 1), seed: 7)
      configuration.remark = { text in remarks.list.withLock { $0.append(text) } }
      _ = try Session.run(configuration, into: sink, shouldStop: { false })
      return (sink.rows, remarks.list.withLock { $0 })
    }
    let whole = try run(compiled())
    #expect(whole.remarks.isEmpty && !whole.rows.isEmpty)
    let retreat = try run(compiled(stack: stack - 1))
    #expect(retreat.rows == whole.rows)
    #expect(retreat.remarks.count == 1)
    #expect(retreat.remarks.first?.contains("run on the host instead") == true)
    var remarks: [String] = []
    let shown = try compiled(stack: stack - 1).withObject { remarks.append($0) }
    #expect(shown.options.placement == .host && remarks == retreat.remarks)
  }
}
