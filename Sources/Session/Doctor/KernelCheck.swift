import BPFRuntime

/// Which kernel it is; what it can do is `FeatureCheck`'s.
enum KernelCheck: MachineCheck {
  static let name = "kernel"

  static func remarks() -> [Remark] {
    [.ok("\(MachineFacts.kernel), \(BPFObject.possibleCPUs) possible CPUs")]
  }
}
