import Glibc

/// How many descriptors this process may have open (`ulimit -n`).
public enum OpenFiles {
  /// What a run on an interface takes: maps, program, link, ring, control socket, and room to look
  /// things up. 16 were enough when it was measured.
  public static let needed = 32

  /// Allows so many, up to the hard limit. Without room the kernel's and libbpf's messages name
  /// whatever came to be missing, down to a verifier that sees no map.
  public static func allow(_ count: Int = needed) throws(BPFError) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0,
      limit.rlim_cur < rlim_t(count)
    else { return }
    limit.rlim_cur = min(rlim_t(count), limit.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    guard limit.rlim_cur < rlim_t(count) else { return }
    throw .call(
      "cannot run a program in the data path with \(limit.rlim_cur) open files",
      SystemError(code: EMFILE),
      remedy: "it needs \(count): ulimit -n \(count), LimitNOFILE= in a systemd unit")
  }
}
