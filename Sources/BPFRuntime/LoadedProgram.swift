import CLibBPF
import Glibc

/// How a program is called where the kernel lists it.
public struct ProgramIdentity: Sendable, Hashable, CustomStringConvertible {
  /// The kernel's number for the program, as `bpftool prog` shows it.
  public let id: UInt32
  /// Its name, at most 15 characters; empty if it may not be asked for.
  public let name: String

  /// `program 17 'salc_main'`.
  public var description: String {
    name.isEmpty ? "program \(id)" : "program \(id) '\(name)'"
  }
}

/// A program that the kernel has verified, with its maps. It lives until this value and everything
/// it is attached to are gone.
public struct LoadedProgram: ~Copyable, Sendable {
  /// What the program came to, in the kernel's own counts.
  public struct Cost: Sendable, Hashable {
    /// Instructions after the verifier's rewriting.
    public let instructions: Int
    /// Bytes of machine code; 0 without a JIT.
    public let machineBytes: Int
    /// Instructions that the verifier walked (its limit is a million); 0 before Linux 5.16.
    public let verifiedInstructions: Int
    /// How long loading took: maps, verifier and JIT.
    public let loadNanoseconds: UInt64
  }

  /// The program's descriptor, open as long as this value lives.
  public let descriptor: Int32
  /// Its number and name.
  public let identity: ProgramIdentity
  /// Its size, and what it cost to load.
  public let cost: Cost
  /// How many CPUs its state has halves for.
  public let cpus: Int
  /// Whether it takes frames of several buffers.
  public let frags: Bool
  let handle: ObjectHandle
  let ringBytes: Int

  init(
    _ handle: ObjectHandle, cpus: Int, ringBytes: Int, frags: Bool, loadNanoseconds: UInt64
  ) throws(BPFError) {
    let descriptor = bpf_program__fd(handle.program)
    let info = try Self.information(descriptor)
    self.handle = handle
    self.descriptor = descriptor
    self.cpus = cpus
    self.ringBytes = ringBytes
    self.frags = frags
    identity = ProgramIdentity(info)
    cost = Cost(
      instructions: Int(info.xlated_prog_len) / MemoryLayout<bpf_insn>.size,
      machineBytes: Int(info.jited_prog_len), verifiedInstructions: Int(info.verified_insns),
      loadNanoseconds: loadNanoseconds)
  }

  /// Whether the program has a map of this name.
  public func hasMap(_ name: String) -> Bool {
    bpf_object__find_map_by_name(handle.pointer, name) != nil
  }

  /// The descriptor of a map, valid as long as this value lives.
  public func mapDescriptor(_ name: String) throws(BPFError) -> Int32 {
    guard let map = bpf_object__find_map_by_name(handle.pointer, name) else {
      throw .missing(kind: "map", name: name)
    }
    return bpf_map__fd(map)
  }

  /// The state with a lifetime of its own, for `BPFObject.Configuration.reusedState`.
  public func keepState() throws(BPFError) -> MapHandle {
    try MapHandle(duplicating: mapDescriptor(Contract.state))
  }

  /// The state in memory.
  public func mapState() throws(BPFError) -> MappedState {
    try MappedState(descriptor: mapDescriptor(Contract.state), cpus: cpus)
  }

  /// The control word and the query's variables in memory.
  public func mapControl() throws(BPFError) -> ControlBlock {
    try ControlBlock(handle)
  }

  /// The reading end of the ring. There is one reader at a time.
  public func openRing() throws(BPFError) -> RingDrain {
    try RingDrain(descriptor: mapDescriptor(Contract.ring), bytes: ringBytes)
  }

  private static func information(_ descriptor: Int32) throws(BPFError) -> bpf_prog_info {
    var info = bpf_prog_info()
    var length = UInt32(MemoryLayout<bpf_prog_info>.size)
    guard bpf_obj_get_info_by_fd(descriptor, &info, &length) == 0 else {
      throw .lastCall("cannot ask for the program's size")
    }
    return info
  }
}

extension ProgramIdentity {
  init(_ info: bpf_prog_info) {
    let name = withUnsafeBytes(of: info.name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    self.init(id: info.id, name: name)
  }

  /// Looks a program up; without the privilege to open it only the number is known.
  init(id: UInt32) {
    let descriptor = bpf_prog_get_fd_by_id(id)
    guard descriptor >= 0 else {
      self.init(id: id, name: "")
      return
    }
    defer { close(descriptor) }
    var info = bpf_prog_info()
    var length = UInt32(MemoryLayout<bpf_prog_info>.size)
    if bpf_obj_get_info_by_fd(descriptor, &info, &length) == 0 {
      self.init(info)
    } else {
      self.init(id: id, name: "")
    }
  }
}
