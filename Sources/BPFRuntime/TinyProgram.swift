import CLibBPF
import Glibc

/// `return XDP_PASS`, loaded: what shows that the kernel loads anything.
struct TinyProgram: ~Copyable {
  let descriptor: Int32

  /// Loads it with these flags (BPF_F_* of BPF_PROG_LOAD).
  init(flags: UInt32 = 0) throws(BPFError) {
    salbpf_log_clear()
    var pass = bpf_insn()
    pass.code = 0xb7  // BPF_ALU64 | BPF_MOV | BPF_K, into r0
    pass.imm = 2
    var exit = bpf_insn()
    exit.code = 0x95  // BPF_JMP | BPF_EXIT
    let program = [pass, exit]
    var options = bpf_prog_load_opts()
    options.sz = sizeThrough(\bpf_prog_load_opts.log_buf)
    options.prog_flags = flags
    descriptor = bpf_prog_load(
      BPF_PROG_TYPE_XDP, "salc_probe", "GPL", program, program.count, &options)
    guard descriptor >= 0 else {
      throw .call(
        "the kernel loaded no XDP program", SystemError(code: descriptor),
        remedy: "salc needs a kernel with XDP (Linux 5.9 for links)")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Bytes of machine code; 0 where the JIT is off.
  func machineBytes() throws(BPFError) -> Int {
    var info = bpf_prog_info()
    var length = UInt32(MemoryLayout<bpf_prog_info>.size)
    guard bpf_obj_get_info_by_fd(descriptor, &info, &length) == 0 else {
      throw .lastCall("cannot ask for the program's size")
    }
    return Int(info.jited_prog_len)
  }

  /// Runs one frame of zeros on the CPU that the thread is on.
  func run() throws(BPFError) {
    let frame = [UInt8](repeating: 0, count: 64)
    var options = bpf_test_run_opts()
    options.sz = MemoryLayout<bpf_test_run_opts>.size
    options.repeat = 1
    let result = frame.withUnsafeBytes { bytes in
      options.data_in = bytes.baseAddress
      options.data_size_in = UInt32(bytes.count)
      return bpf_prog_test_run_opts(descriptor, &options)
    }
    guard result == 0, options.retval == 2 else {
      throw .call("the kernel ran no frame through the program", SystemError(code: result))
    }
  }
}
