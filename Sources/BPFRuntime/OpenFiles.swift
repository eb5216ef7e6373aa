import Glibc

/// How many descriptors this process may have open (`ulimit -n`).
public enum OpenFiles {
  /// What a run takes beside a link for each interface: maps, program, ring, control socket, and
  /// room to look things up. 16 were enough when it was measured, with one interface.
  private static let needed = 32

  /// What is asked for where the hard limit allows it: queries that share a program, clients of the
  /// control socket and sinks take more than a run begins with.
  private static let wanted: rlim_t = 1024

  /// Raises the limit for a run on so many interfaces. Without room the kernel's and libbpf's
  /// messages name whatever came to be missing, down to a verifier that sees no map.
  public static func allow(interfaces: Int) throws(BPFError) {
    let count = needed + interfaces
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    if limit.rlim_cur < min(wanted, limit.rlim_max) {
      var raised = limit
      raised.rlim_cur = min(wanted, limit.rlim_max)
      if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
    }
    guard limit.rlim_cur < rlim_t(count) else { return }
    throw .call(
      "cannot run a program in the data path with \(limit.rlim_cur) open files",
      SystemError(code: EMFILE),
      remedy: "it needs \(count): ulimit -n \(count), LimitNOFILE= in a systemd unit")
  }
}
