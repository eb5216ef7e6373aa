import BPFRuntime

/// Kernel lockdown: it forbids programs to read kernel memory, which XDP programs do not.
enum LockdownCheck: MachineCheck {
  static let name = "lockdown"

  static func remarks(on machine: any Machine) -> [Remark] {
    switch machine.lockdown {
    case nil, "none": [.ok("none")]
    case let level?: [.ok("\(level), which does not concern XDP programs")]
    }
  }
}
