import BPFRuntime

/// Whether the process may load and attach (Docs/Privileges.md).
enum PrivilegeCheck: MachineCheck {
  static let name = "privileges"

  static func remarks(on machine: any Machine) -> [Remark] {
    let missing = machine.missing
    guard missing.isEmpty else {
      return [
        Remark(
          status: .failure,
          text: "this process lacks \(missing.map(\.description).joined(separator: " and ")), so "
            + "salc run works on captures only",
          remedies: Capability.grants(Capability.needed, program: machine.program))
      ]
    }
    let held = (Capability.needed + [.performanceMonitoring]).filter(machine.holds)
    let names = held.map(\.description).joined(separator: ", ")
    guard !machine.holds(.performanceMonitoring) else { return [.ok("\(names) held")] }
    return [
      .ok("\(names) held; without CAP_PERFMON programs have more masks, and bundles need clang")
    ]
  }
}
