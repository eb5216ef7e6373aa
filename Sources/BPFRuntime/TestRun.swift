import CLibBPF
import Glibc

/// Runs frames through a loaded program without a network (BPF_PROG_TEST_RUN). The caller writes
/// the control block before each frame as a live run's clock would.
public struct TestRun: ~Copyable, Sendable {
  /// The kernel takes no shorter frame (ETH_HLEN); pad a runt and tell its length by
  /// `ControlBlock.describeFrame`.
  public static let shortestFrame = 14
  /// Every frame up to this length can be replayed. Beyond a page less headroom (3 520 bytes) the
  /// kernel cuts it into several buffers, of which the program sees the first directly
  /// (net/bpf/test_run.c, Linux 5.18).
  public static let longestFrame = 65_549

  private let program: Int32

  /// Holds on to the program by a descriptor of its own.
  public init(_ program: borrowing LoadedProgram) throws(BPFError) {
    self.program = fcntl(program.descriptor, F_DUPFD_CLOEXEC, 0)
    if self.program < 0 { throw .lastCall("cannot keep the program") }
  }

  deinit { close(program) }

  /// Runs one frame on the CPU that the thread is on; returns what the program returned
  /// (`XDP_PASS` is 2).
  public func replay(_ frame: UnsafeRawBufferPointer) throws(BPFError) -> UInt32 {
    var options = bpf_test_run_opts()
    options.sz = MemoryLayout<bpf_test_run_opts>.size
    options.data_in = frame.baseAddress
    options.data_size_in = UInt32(frame.count)
    options.repeat = 1
    var result = bpf_prog_test_run_opts(program, &options)
    // A signal can interrupt the run before it began; the frame was not counted then.
    while result == -EINTR { result = bpf_prog_test_run_opts(program, &options) }
    guard result == 0 else {
      throw .call(
        "cannot replay a frame of \(frame.count) bytes", SystemError(code: result),
        remedy: Self.remedy(frame.count))
    }
    return options.retval
  }

  private static func remedy(_ count: Int) -> String? {
    count < shortestFrame
      ? "pad it to \(shortestFrame) bytes"
      : count > longestFrame ? "frames above 64 KiB cannot be replayed" : nil
  }
}

/// The calling thread on one CPU, until this value ends; then it is free again as before.
/// To be made and ended on the same thread.
public struct PinnedThread: ~Copyable {
  private var before = [UInt64](repeating: 0, count: Self.words)
  private static let words = 128  // 8192 CPUs

  /// Moves the calling thread to `cpu`.
  public init(cpu: Int) throws(BPFError) {
    let result = salbpf_get_affinity(&before, Self.words)
    guard result == 0 else {
      throw .call("cannot ask for the thread's CPUs", SystemError(code: result))
    }
    try Self.move(to: cpu)
  }

  deinit {
    // The former set was allowed before; nothing helps if it no longer is.
    _ = salbpf_set_affinity(before, Self.words)
  }

  /// Moves the thread on to another CPU.
  public mutating func move(to cpu: Int) throws(BPFError) {
    try Self.move(to: cpu)
  }

  private static func move(to cpu: Int) throws(BPFError) {
    guard cpu >= 0 && cpu < words * 64 else {
      throw .invalidOption("there is no CPU \(cpu)")
    }
    var mask = [UInt64](repeating: 0, count: words)
    mask[cpu / 64] = 1 << UInt64(cpu % 64)
    let result = salbpf_set_affinity(mask, words)
    guard result == 0 else {
      throw .call(
        "cannot run on CPU \(cpu)", SystemError(code: result),
        remedy: "the machine or the container has fewer CPUs")
    }
  }

  /// The CPUs that the calling thread may run on, ascending.
  public static func allowed() throws(BPFError) -> [Int] {
    var mask = [UInt64](repeating: 0, count: words)
    let result = salbpf_get_affinity(&mask, words)
    guard result == 0 else {
      throw .call("cannot ask for the thread's CPUs", SystemError(code: result))
    }
    return (0..<words * 64).filter { mask[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
  }
}
