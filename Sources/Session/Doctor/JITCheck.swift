import BPFRuntime

/// Whether programs run as machine code, and without constants being disguised.
enum JITCheck: MachineCheck {
  static let name = "jit"

  static func remarks(on machine: any Machine) -> [Remark] {
    let enabled = machine.setting("net/core/bpf_jit_enable")
    let bytes = machine.machineBytes
    // The program's own word counts; an ordinary user is told 0 bytes of anything.
    let isOn = bytes.map { $0 > 0 || enabled != 0 } ?? (enabled != 0)
    guard isOn else {
      return [
        .warning(
          "the BPF JIT is off, so the data path is interpreted, several times slower",
          "sudo sysctl -w net.core.bpf_jit_enable=1")
      ]
    }
    guard machine.setting("net/core/bpf_jit_harden") == 2 else {
      return [.ok(enabled == nil && bytes == nil ? "not readable by this user" : "on")]
    }
    return [
      .warning(
        "on, but constants are blinded also for root (net.core.bpf_jit_harden=2), which makes "
          + "programs longer and slower; 1 blinds only those of ordinary users",
        "sudo sysctl -w net.core.bpf_jit_harden=1")
    ]
  }
}
