import BPFRuntime

/// Whether users without privileges may load programs; salc needs none of that.
enum UnprivilegedCheck: MachineCheck {
  static let name = "unprivileged"

  static func remarks(on machine: any Machine) -> [Remark] {
    switch machine.setting("kernel/unprivileged_bpf_disabled") {
    case 0:
      [
        .warning(
          "every user of this machine may load BPF programs, which helps attacks of the Spectre "
            + "kind; salc does not need it",
          "sudo sysctl -w kernel.unprivileged_bpf_disabled=2")
      ]
    case nil: [.ok("the kernel does not say who may load programs")]
    default: [.ok("only privileged users load BPF programs")]
    }
  }
}
