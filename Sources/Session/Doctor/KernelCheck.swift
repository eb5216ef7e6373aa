import BPFRuntime

/// Which kernel it is; what it can do is `FeatureCheck`'s.
enum KernelCheck: MachineCheck {
  static let name = "kernel"

  static func remarks(on machine: any Machine) -> [Remark] {
    [.ok("\(machine.kernel), \(machine.possibleCPUs) possible CPUs")]
  }
}
