import BPFRuntime
import Compiler
import Diagnostics

/// The machine that salc runs on.
struct ThisMachine: Machine {
  var kernel: String { MachineFacts.kernel }
  var possibleCPUs: Int { BPFObject.possibleCPUs }
  var program: String { executablePath() }
  func holds(_ capability: Capability) -> Bool { capability.isHeld }
  func setting(_ path: String) -> Int? { MachineFacts.setting(path) }
  var machineBytes: Int? { try? Probe.machineBytes() }

  func triedFeatures() -> [TriedFeature] {
    Probe.features.map {
      TriedFeature(
        name: $0.name, since: $0.since, isNeeded: $0.isNeeded, use: $0.use, outcome: $0.outcome())
    }
  }

  var accountsToCgroup: Bool { Probe.accountsToCgroup() }
  var memoryLockLimit: UInt64? { MachineFacts.memoryLockLimit }
  var lockdown: String? { MachineFacts.lockdown }
  var distribution: [String] { MachineFacts.distribution }
  func compiler() throws(BPFError) -> Clang { try Clang.locate() }

  func otherCompilers(than chosen: Clang) -> [Clang] {
    // Others are for the reader's orientation: one that does not work does no harm.
    Clang.candidates().filter { $0 != chosen.path }.compactMap { try? Clang.probe($0) }
  }

  func headers() throws(BPFError) -> String { try RuntimeHeaders.locate() }

  private static let query = """
    Packets = PacketStream("lo");
    BySource = STREAM Packets BY SourceIp;
    Count = FOREACH BySource GENERATE count() WINDOW 1s;
    OUTPUT BySource (Count);
    """

  func trial() throws(BPFError) -> Trial {
    var log = DiagnosticLog()
    let source = SourceText(name: "trial", Self.query)
    guard let compiled = Compiler.compile(source, options: CompileOptions(), reportingTo: &log)
    else { preconditionFailure("the query of the trial is right") }
    let start = ContinuousClock.now
    let object = try ObjectCache().object(of: CompiledUnion([compiled]))
    let taken = start.duration(to: .now).components
    var trial = Trial(
      compileMilliseconds: taken.seconds * 1000 + taken.attoseconds / 1_000_000_000_000_000)
    guard missing.isEmpty else { return trial }
    var program = try BPFObject.open(object)
    try program.configure(BPFObject.Configuration(seed: RunConfiguration.captureSeed))
    let cost = try program.load().cost
    trial.load = (cost.loadNanoseconds / 1_000_000, cost.instructions)
    return trial
  }

  var clockSource: String? { MachineFacts.clockSource }
  var isClockSynchronized: Bool { MachineFacts.isClockSynchronized }

  func tickSpacings(of nanoseconds: Int, count: Int) -> [UInt64] {
    MachineFacts.tickSpacings(of: nanoseconds, count: count)
  }

  func interfaces(named name: String?) throws(BPFError) -> [NetworkInterface] {
    guard let name else { return NetworkInterface.all() }
    return [try NetworkInterface.named(name)]
  }

  func facts(of interface: NetworkInterface) throws(BPFError) -> InterfaceFacts {
    try InterfaceFacts(interface)
  }
}
