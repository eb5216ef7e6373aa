import CLibBPF
import Glibc

/// Asks the kernel, by trying, for what the data path needs.
public enum Probe {
  /// Why nothing can be loaded here, as a sentence for the user; nil if it can. Tries each of:
  /// a memory-mapped array, a ring buffer, a map of maps, a two-instruction XDP program.
  public static func obstacle() -> String? {
    do throws(BPFError) {
      try tryMap(BPF_MAP_TYPE_ARRAY, "mappable arrays (Linux 5.5)", flags: UInt32(BPF_F_MMAPABLE))
      try tryMap(
        BPF_MAP_TYPE_RINGBUF, "ring buffers (Linux 5.8)", key: 0, value: 0,
        entries: UInt32(getpagesize()))
      _ = try GracePeriod()
      try tryProgram()
      return nil
    } catch {
      return "\(error)"
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

  /// `return XDP_PASS`.
  private static func tryProgram() throws(BPFError) {
    salbpf_log_clear()
    var pass = bpf_insn()
    pass.code = 0xb7  // BPF_ALU64 | BPF_MOV | BPF_K, into r0
    pass.imm = 2
    var exit = bpf_insn()
    exit.code = 0x95  // BPF_JMP | BPF_EXIT
    let program = [pass, exit]
    let loaded = bpf_prog_load(
      BPF_PROG_TYPE_XDP, "salc_probe", "GPL", program, program.count, nil)
    guard loaded >= 0 else {
      throw .call(
        "the kernel loaded no XDP program", SystemError(code: loaded),
        remedy: "salc needs a kernel with XDP (Linux 5.9 for links)")
    }
    close(loaded)
  }
}
