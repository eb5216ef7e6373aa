import BPFRuntime

/// What the kernel can do, tried out.
enum FeatureCheck: MachineCheck {
  static let name = "features"

  static func remarks(on machine: any Machine) -> [Remark] {
    // Where the first cannot be tried for want of privileges, none can; that is told once.
    guard machine.holds(.bpf), machine.holds(.networkAdministration) else {
      return [.warning("not tried: only a process with CAP_BPF and CAP_NET_ADMIN may")]
    }
    return machine.triedFeatures().map { feature in
      switch feature.outcome {
      case .works(let measured):
        return .ok(feature.name + (measured.map { " (\($0))" } ?? ""))
      case .refused(let text) where feature.isNeeded:
        return .failure(
          "no \(feature.name): \(text); salc run --iface needs them, a kernel of \(feature.since) "
            + "or newer has them")
      case .refused(let text):
        return .warning(
          "no \(feature.name): \(text); \(feature.use) needs them, a kernel of \(feature.since) "
            + "or newer has them")
      case .untried(let text): return .warning(text)
      }
    }
  }
}
