import BPFRuntime

/// Whether maps find room: before Linux 5.11 they are locked memory of the process.
enum MemoryLockCheck: MachineCheck {
  static let name = "memory"
  /// The maps of an ordinary query: state of a few MiB for each CPU and a ring of 16 MiB.
  private static let room: UInt64 = 256 << 20

  static func remarks(on machine: any Machine) -> [Remark] {
    guard machine.missing.isEmpty else { return [] }
    if machine.accountsToCgroup { return [.ok("maps are the cgroup's; ulimit -l does not matter")] }
    guard let limit = machine.memoryLockLimit, limit < room else {
      return [.ok("enough may be locked for maps")]
    }
    return [
      .failure(
        "maps are locked memory on this kernel, and the process may lock \(limit >> 10) KiB only",
        "ulimit -l unlimited")
    ]
  }
}
