import CLibBPF

/// What the process may do, and giving it up.
public enum Privileges {
  /// Gives up every capability but those in `keeping`, in all threads and for all programs that the
  /// process starts, and forbids itself to gain any by exec. For the moment when the program is
  /// attached: the link, the maps and the ring are descriptors, and using or closing them asks for
  /// no privilege (kernel/bpf/syscall.c, link_detach, since Linux 5.19).
  ///
  /// To load and attach further programs keep `Capability.needed`; to load them as fast ones too,
  /// `performanceMonitoring`. What the process does not have is not gained.
  ///
  /// A thread that blocks all signals, as those of libdispatch do, cannot be reached: an error
  /// after two seconds. Without `inAllThreads` only the calling thread and those that it makes
  /// from then on drop theirs.
  public static func drop(
    keeping: Set<Capability> = [], inAllThreads: Bool = true
  ) throws(BPFError) {
    let mask = keeping.reduce(UInt64(0)) { $0 | 1 << UInt64($1.rawValue) }
    let failure = salbpf_drop_capabilities(mask, inAllThreads)
    guard failure == 0 else {
      throw .system(
        operation: "cannot give up the privileges that are not needed any more",
        error: SystemError(code: failure),
        remedy: "the run goes on with them")
    }
  }
}
