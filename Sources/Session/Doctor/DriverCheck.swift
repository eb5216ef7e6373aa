import BPFRuntime

/// Whether the interface is up, and where in its receive path a program would run.
enum DriverCheck: InterfaceCheck {
  static let name = "driver"

  static func remarks(_ facts: InterfaceFacts, isNamed: Bool) -> [Remark] {
    let driver = facts.driver ?? "no driver"
    var remarks: [Remark] = []
    if !facts.isUp {
      remarks.append(
        .warning(
          "it is down, so nothing is received", "sudo ip link set dev \(facts.interface.name) up"))
    }
    switch facts.nativeXDP {
    case .declared: remarks.append(.ok("\(driver), native XDP (declared by the driver)"))
    case .none where facts.isLoopback: remarks.append(.ok("\(driver), generic XDP"))
    case .none:
      remarks.append(
        .warning(
          "\(driver) has no native XDP, so programs run in generic mode: after a packet buffer was "
            + "made, at a fraction of the rate"))
    case .unknown:
      remarks.append(
        .ok("\(driver); whether it has native XDP shows when a program is attached (Linux 6.3)"))
    }
    return remarks
  }
}
