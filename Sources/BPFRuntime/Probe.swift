import CLibBPF
import Glibc

/// Asks the kernel, by trying, for what the data path needs.
public enum Probe {
  /// Something of the kernel, and how to find out whether it is there.
  public struct Feature: Sendable {
    /// What it is called in messages.
    public let name: String
    /// The first kernel that has it.
    public let since: String
    /// Whether nothing runs in the kernel without it; else some runs do without.
    public let isNeeded: Bool
    /// What goes without it, for those that are not needed.
    public let use: String
    /// Tries it; what was measured, if anything.
    let attempt: @Sendable () throws(BPFError) -> String?

    /// Tries it.
    public func outcome() -> Outcome {
      do throws(BPFError) {
        return .works(try attempt())
      } catch {
        switch error {
        case .notPermitted, .untried: return .untried("\(error)")
        default: return .refused("\(error)")
        }
      }
    }
  }

  /// What a trial came to.
  public enum Outcome: Sendable, Hashable {
    /// It is there; what was measured, if anything.
    case works(String?)
    /// It is not; what the kernel said.
    case refused(String)
    /// It could not be tried; why.
    case untried(String)
  }

  /// All features that matter, those first that others build on.
  public static let features: [Feature] = [
    needed("mappable arrays", "Linux 5.5") { () throws(BPFError) in
      try tryMap(BPF_MAP_TYPE_ARRAY, "mappable arrays (Linux 5.5)", flags: UInt32(BPF_F_MMAPABLE))
    },
    needed("ring buffers", "Linux 5.8") { () throws(BPFError) in
      try tryMap(
        BPF_MAP_TYPE_RINGBUF, "ring buffers (Linux 5.8)", key: 0, value: 0,
        entries: UInt32(getpagesize()))
    },
    needed("XDP programs", "Linux 4.8") { () throws(BPFError) in _ = try TinyProgram() },
    needed("maps of maps", "Linux 4.12") { () throws(BPFError) in _ = try GracePeriod() },
    Feature(
      name: "grace periods", since: "Linux 4.18", isNeeded: true, use: "", attempt: gracePeriod),
    Feature(
      name: "XDP links and their update", since: "Linux 5.9", isNeeded: true, use: "",
      attempt: tryLink),
    Feature(
      name: "frames of several buffers", since: "Linux 5.18", isNeeded: false,
      use: "native XDP at an MTU above 3498, and replay of longer frames"
    ) { () throws(BPFError) in
      _ = try TinyProgram(flags: UInt32(BPF_F_XDP_HAS_FRAGS))
      return nil
    },
    Feature(
      name: "test runs", since: "Linux 4.12", isNeeded: false, use: "salc run --engine kernel",
      attempt: tryRuns),
  ]

  /// Why nothing can be loaded here, as a sentence for the user; nil if it can. Tries the features
  /// that are needed and take no time.
  public static func obstacle() -> String? {
    for feature in features.prefix(4) {
      switch feature.outcome() {
      case .works: continue
      case .refused(let text), .untried(let text): return text
      }
    }
    return nil
  }

  /// Bytes of machine code that the kernel makes of two instructions; 0: the JIT is off.
  public static func machineBytes() throws(BPFError) -> Int { try TinyProgram().machineBytes() }

  /// Whether maps are accounted to the memory cgroup (Linux 5.11), and not to `ulimit -l`; asked
  /// as libbpf does, by a helper function of the same age.
  public static func accountsToCgroup() -> Bool {
    libbpf_probe_bpf_helper(BPF_PROG_TYPE_XDP, BPF_FUNC_ktime_get_coarse_ns, nil) == 1
  }

  private static func needed(
    _ name: String, _ since: String, _ attempt: @escaping @Sendable () throws(BPFError) -> Void
  ) -> Feature {
    Feature(name: name, since: since, isNeeded: true, use: "") { () throws(BPFError) in
      try attempt()
      return nil
    }
  }

  private static func tryMap(
    _ type: bpf_map_type, _ what: String, key: UInt32 = 4, value: UInt32 = 8, entries: UInt32 = 1,
    flags: UInt32 = 0
  ) throws(BPFError) {
    salbpf_log_clear()
    var options = bpf_map_create_opts()
    options.sz = MemoryLayout<bpf_map_create_opts>.size
    options.map_flags = flags
    let map = bpf_map_create(type, "salc_probe", key, value, entries, &options)
    guard map >= 0 else {
      throw .call(
        "the kernel gave no BPF map", SystemError(code: map), remedy: "salc needs \(what)")
    }
    close(map)
  }

  private static func gracePeriod() throws(BPFError) -> String? {
    let barrier = try GracePeriod()
    let start = monotonicNanoseconds()
    try barrier.wait()
    return "\((monotonicNanoseconds() - start) / 1_000_000) ms"
  }

  /// By the loopback device of a namespace that nobody else is in.
  private static func tryLink() throws(BPFError) -> String? {
    let program = try TinyProgram()
    let other = try TinyProgram()
    var step = SALBPF_LINK_NAMESPACE
    let failure = salbpf_try_link(program.descriptor, other.descriptor, &step)
    if failure == 0 { return nil }
    let error = SystemError(code: failure)
    switch step {
    case SALBPF_LINK_NAMESPACE:
      throw .untried("XDP links were not tried: no network namespace could be made (\(error))")
    case SALBPF_LINK_CREATE where error == .notPermitted || error == .accessDenied:
      throw .untried("XDP links were not tried: this needs root (\(error))")
    case SALBPF_LINK_CREATE:
      throw .system(
        operation: "the kernel made no XDP link", error: error, remedy: "salc needs Linux 5.9")
    default:
      throw .system(
        operation: "the kernel did not replace a link's program", error: error,
        remedy: "salc needs Linux 5.9")
    }
  }

  /// On every CPU that the process may use.
  private static func tryRuns() throws(BPFError) -> String? {
    let program = try TinyProgram()
    let cpus = try PinnedThread.allowed()
    guard let first = cpus.first else { return nil }
    var thread = try PinnedThread(cpu: first)
    for cpu in cpus {
      try thread.move(to: cpu)
      try program.run()
    }
    return "\(cpus.count) CPUs"
  }
}
