import BPFRuntime

/// Whether the process may load and attach (Docs/Privileges.md).
enum PrivilegeCheck: MachineCheck {
  static let name = "privileges"

  static func remarks() -> [Remark] {
    let missing = Capability.missing()
    guard missing.isEmpty else {
      return [
        Remark(
          status: .failure,
          text: "this process lacks \(missing.map(\.description).joined(separator: " and ")), so "
            + "salc run works on captures only",
          remedies: Capability.grants(Capability.needed, program: executablePath()))
      ]
    }
    let held = (Capability.needed + [.performanceMonitoring]).filter(\.isHeld)
    let names = held.map(\.description).joined(separator: ", ")
    guard !Capability.performanceMonitoring.isHeld else { return [.ok("\(names) held")] }
    return [
      .ok("\(names) held; without CAP_PERFMON programs have more masks, and bundles need clang")
    ]
  }
}
