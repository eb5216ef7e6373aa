import CLibBPF
import Glibc

/// The names that emitted programs and this module agree on (`sal/layout.h` has the C side).
enum Contract {
  static let state = "sal_state"
  static let ring = "sal_ring"
  static let control = "sal_control"
  static let seed = "sal_seed"
  static let frags = "sal_frags"
  /// A CPU has two halves of the state, one an epoch.
  static let epochs = 2
}

/// libbpf's object with its lifetime.
final class ObjectHandle: @unchecked Sendable {
  // Used by one thread at a time: its only owners are noncopyable values. The pointer is never
  // written after init, so passing the handle on is safe.
  let pointer: OpaquePointer

  init(_ pointer: OpaquePointer) { self.pointer = pointer }

  deinit { bpf_object__close(pointer) }

  /// The first program; an object of ours has no other.
  var program: OpaquePointer? { bpf_object__next_program(pointer, nil) }
}

/// An object that is open but not loaded: the kernel knows nothing of it yet.
public struct BPFObject: ~Copyable, Sendable {
  /// What is decided when an object is loaded, not when it is compiled.
  public struct Configuration: Sendable {
    /// How many CPUs the state has halves for. The data path counts packets of a CPU beyond them
    /// as lost, so a live run takes at least `BPFObject.possibleCPUs`.
    public var cpus: Int
    /// Bytes of the ring for evictions and tuples: a power of two, at least a page.
    public var ringBytes: Int
    /// Whether the program takes frames of several buffers (`xdp.frags`): for an MTU above
    /// 3.5 KB and for replay of frames longer than that.
    public var frags: Bool
    /// The seed of the data path's hashes (`sal_seed`). A live run takes a random one, since
    /// traffic may be hostile; a replay a fixed one; kept state goes on with its own.
    public var seed: UInt64
    /// A descriptor of a `sal_state` to go on with, see `LoadedProgram.keepState()`.
    public var reusedState: Int32?

    /// The default suits a live run on this machine.
    public init(
      cpus: Int = BPFObject.possibleCPUs, ringBytes: Int = 16 << 20, frags: Bool = false,
      seed: UInt64 = 0, reusedState: Int32? = nil
    ) {
      self.cpus = cpus
      self.ringBytes = ringBytes
      self.frags = frags
      self.seed = seed
      self.reusedState = reusedState
    }
  }

  /// How many CPUs this machine may ever have; CPU numbers of the data path are below it.
  public static var possibleCPUs: Int { max(1, Int(libbpf_num_possible_cpus())) }

  private let handle: ObjectHandle
  private var configuration = Configuration()

  private init(_ handle: ObjectHandle) { self.handle = handle }

  /// Opens the ELF object in `elf`; the bytes are not needed afterwards. The kernel shows maps
  /// under `name` (its first eight characters and the section's name).
  public static func open(_ elf: [UInt8], name: String = "salc") throws(BPFError) -> BPFObject {
    salbpf_log_clear()
    var options = bpf_object_open_opts()
    options.sz = sizeThrough(\bpf_object_open_opts.kernel_log_level)
    let opened: OpaquePointer? = name.withCString { name in
      options.object_name = name
      return elf.withUnsafeBytes { bpf_object__open_mem($0.baseAddress, $0.count, &options) }
    }
    guard let opened else {
      throw .invalidObject(reason: "\(SystemError.last)", log: String(cString: salbpf_log_text()))
    }
    let handle = ObjectHandle(opened)
    guard let program = handle.program,
      bpf_program__type(program) == BPF_PROG_TYPE_XDP,
      bpf_object__next_program(opened, program) == nil
    else { throw .invalidObject(reason: "it does not hold exactly one XDP program", log: "") }
    return BPFObject(handle)
  }

  /// Whether the object has a map of this name.
  public func hasMap(_ name: String) -> Bool {
    bpf_object__find_map_by_name(handle.pointer, name) != nil
  }

  /// Says how to load; the last call before `load()` holds.
  public mutating func configure(_ configuration: Configuration) throws(BPFError) {
    guard (1...4096).contains(configuration.cpus) else {
      throw .invalidOption("\(configuration.cpus) CPUs are not between 1 and 4096")
    }
    let ring = configuration.ringBytes
    guard ring >= Int(getpagesize()), ring <= 1 << 30, ring & (ring - 1) == 0 else {
      throw .invalidOption(
        "a ring of \(ring) bytes is not a power of two between a page and 1 GiB")
    }
    self.configuration = configuration
  }

  /// Hands the configuration to libbpf: sizes, flags, constants and reused maps.
  private func prepare() throws(BPFError) {
    try sizeState()
    if let map = bpf_object__find_map_by_name(handle.pointer, Contract.ring) {
      try check(
        bpf_map__set_max_entries(map, UInt32(configuration.ringBytes)), "cannot size the ring")
    }
    if let constants = try DataSection(".rodata", of: handle) {
      if let seed = constants.variable(Contract.seed) {
        try constants.setConstant(seed, to: configuration.seed)
      }
      if let frags = constants.variable(Contract.frags) {
        try constants.setConstant(frags, to: configuration.frags ? 1 : 0)
      }
    }
    if configuration.frags {
      let flags = bpf_program__flags(handle.program) | UInt32(BPF_F_XDP_HAS_FRAGS)
      try check(bpf_program__set_flags(handle.program, flags), "cannot set the program's flags")
    }
  }

  private func sizeState() throws(BPFError) {
    guard let map = bpf_object__find_map_by_name(handle.pointer, Contract.state) else {
      if configuration.reusedState != nil { throw .missing(kind: "map", name: Contract.state) }
      return
    }
    let entries = UInt32(configuration.cpus * Contract.epochs)
    guard let kept = configuration.reusedState else {
      return try check(bpf_map__set_max_entries(map, entries), "cannot size the state")
    }
    let found = try MapShape(descriptor: kept, of: Contract.state)
    let wanted = MapShape(
      type: bpf_map__type(map).rawValue, keySize: bpf_map__key_size(map),
      valueSize: bpf_map__value_size(map), entries: entries, flags: bpf_map__map_flags(map))
    guard found == wanted else {
      throw .mapShape(map: Contract.state, wanted: "\(wanted)", found: "\(found)")
    }
    try check(bpf_map__reuse_fd(map, kept), "cannot reuse the kept state")
  }

  /// Creates the maps and has the kernel verify the program. The object is used up.
  public consuming func load() throws(BPFError) -> LoadedProgram {
    try prepare()
    // Untouched pages of the log cost nothing; a short log would make the kernel refuse the load.
    let log = mmap(
      nil, Self.logBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
      -1, 0)
    guard let log, log != MAP_FAILED else { throw .lastCall("cannot allocate the verifier's log") }
    defer { munmap(log, Self.logBytes) }
    let text = log.assumingMemoryBound(to: CChar.self)
    bpf_program__set_log_buf(handle.program, text, Self.logBytes)

    salbpf_log_clear()
    let start = monotonicNanoseconds()
    let result = bpf_object__load(handle.pointer)
    let elapsed = monotonicNanoseconds() - start
    guard result == 0 else { throw Self.refusal(result, verifier: text) }
    return try LoadedProgram(
      handle, cpus: configuration.cpus, ringBytes: configuration.ringBytes,
      frags: configuration.frags, loadNanoseconds: elapsed)
  }

  private static let logBytes = 16 << 20

  /// A load fails in the verifier, or before it (maps, BTF, privileges).
  private static func refusal(_ result: Int32, verifier: UnsafePointer<CChar>) -> BPFError {
    let error = SystemError(code: result)
    let log = VerifierLog(String(cString: verifier))
    if !log.objection.isEmpty { return .verifier(log, error: error) }
    if error == .notPermitted || error == .accessDenied {
      return .notPermitted(
        operation: "cannot load the data-path program", missing: Capability.missing())
    }
    let remarks = String(cString: salbpf_log_text())
    return .system(
      operation: "cannot load the data-path program", error: error,
      remedy: error == .noMemory
        ? "give the state or the ring less memory, or raise the memory limit of the cgroup"
        : remarks.isEmpty ? nil : "libbpf says:\n\(remarks)")
  }

  private func check(_ result: Int32, _ operation: String) throws(BPFError) {
    if result < 0 { throw .call(operation, SystemError(code: result)) }
  }
}

/// Nanoseconds of CLOCK_MONOTONIC.
func monotonicNanoseconds() -> UInt64 {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
}
