import BPFRuntime

/// What the checks ask of a machine. The product asks the one that it runs on; tests answer for
/// machines that are not at hand, such as one of an old kernel or one on which all is well.
protocol Machine: Sendable {
  /// `Linux 6.12.1 x86_64`.
  var kernel: String { get }
  /// CPUs that the machine may ever have.
  var possibleCPUs: Int { get }
  /// The path of the program that asks.
  var program: String { get }
  /// Whether the process has the capability.
  func holds(_ capability: Capability) -> Bool
  /// A number below /proc/sys; nil where there is none or it may not be read.
  func setting(_ path: String) -> Int?
  /// Bytes of machine code that the kernel makes of two instructions; nil where it was not tried.
  var machineBytes: Int? { get }
  /// The features of the kernel that matter, tried.
  func triedFeatures() -> [TriedFeature]
  /// Whether maps are accounted to the memory cgroup, and not to `ulimit -l`.
  var accountsToCgroup: Bool { get }
  /// Bytes that the process may lock in memory; nil: without limit.
  var memoryLockLimit: UInt64? { get }
  /// How far the kernel is locked down; nil where it does not say.
  var lockdown: String? { get }
  /// What the distribution calls itself and its relatives: `ubuntu debian`.
  var distribution: [String] { get }
  /// The clang that queries are compiled with.
  func compiler() throws(BPFError) -> Clang
  /// Others that would do as well.
  func otherCompilers(than chosen: Clang) -> [Clang]
  /// The directory of the data path's headers.
  func headers() throws(BPFError) -> String
  /// Takes a small query all the way to the moment before it would be attached.
  func trial() throws(BPFError) -> Trial
  /// The hardware that the kernel reads time from.
  var clockSource: String? { get }
  /// Whether something keeps the wall clock in step with others.
  var isClockSynchronized: Bool { get }
  /// Nanoseconds between ticks of a thread that sleeps so long each time, ascending.
  func tickSpacings(of nanoseconds: Int, count: Int) -> [UInt64]
  /// The interface of this name, or all.
  func interfaces(named name: String?) throws(BPFError) -> [NetworkInterface]
  /// What an interface and its driver say about themselves.
  func facts(of interface: NetworkInterface) throws(BPFError) -> InterfaceFacts
}

/// A feature of the kernel and what the trial of it came to.
struct TriedFeature: Sendable {
  /// What it is called, and the first kernel that has it.
  var name: String
  var since: String
  /// Whether nothing runs in the kernel without it; else what goes without.
  var isNeeded: Bool
  var use: String
  var outcome: Probe.Outcome
}

/// What a small query took to get ready.
struct Trial: Sendable {
  var compileMilliseconds: Int64
  /// Nil where the process may not load.
  var load: (milliseconds: UInt64, instructions: Int)?
}

extension Machine {
  /// The capabilities that a run on an interface needs and the process lacks.
  var missing: [Capability] { Capability.needed.filter { !holds($0) } }
}
