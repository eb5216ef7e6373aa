import BPFRuntime
import Compiler
import Diagnostics

/// The whole way of a small query, up to the moment before it would be attached.
enum TrialCheck: MachineCheck {
  static let name = "trial"

  static let query = """
    Packets = PacketStream("lo");
    BySource = STREAM Packets BY SourceIp;
    Count = FOREACH BySource GENERATE count() WINDOW 1s;
    OUTPUT BySource (Count);
    """

  static func remarks() -> [Remark] {
    var log = DiagnosticLog()
    let source = SourceText(name: "trial", query)
    guard let compiled = Compiler.compile(source, options: CompileOptions(), reportingTo: &log)
    else { preconditionFailure("the query of the trial is right") }
    do throws(BPFError) {
      let start = ContinuousClock.now
      let object = try ObjectCache().object(of: CompiledUnion([compiled]))
      let compiling = milliseconds(start.duration(to: .now))
      guard Capability.missing().isEmpty else {
        return [.ok("a query compiles in \(compiling) ms")]
      }
      var program = try BPFObject.open(object)
      try program.configure(BPFObject.Configuration(seed: RunConfiguration.captureSeed))
      let cost = try program.load().cost
      return [
        .ok(
          "a query compiles in \(compiling) ms and loads in \(cost.loadNanoseconds / 1_000_000) ms "
            + "(\(cost.instructions) instructions)")
      ]
    } catch {
      // What is missing has been told by the check before.
      if case .noCompiler = error { return [] }
      if case .noRuntimeHeaders = error { return [] }
      return [.failure("a query that counts packets does not get ready: \(error)")]
    }
  }

  private static func milliseconds(_ duration: Duration) -> Int64 {
    duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
  }
}
