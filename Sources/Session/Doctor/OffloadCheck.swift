import BPFRuntime

/// What the device does to packets before a program sees them.
enum OffloadCheck: InterfaceCheck {
  static let name = "offloads"

  static func remarks(_ facts: InterfaceFacts, isNamed: Bool) -> [Remark] {
    let offloads: [(InterfaceFacts.Offload, flag: String, meaning: String)] = [
      (
        facts.largeReceive, "lro",
        "LRO joins TCP segments to one packet, so counts are too low, lengths too high, and many "
          + "drivers refuse native XDP"
      ),
      (
        facts.hardwareGRO, "rx-gro-hw",
        "hardware GRO joins TCP segments to one packet, so counts are too low, lengths too high"
      ),
      (
        facts.vlanStripping, "rxvlan",
        "the device takes VLAN tags off (rxvlan), so vlan fields are missing and lengths 4 bytes "
          + "short"
      ),
    ]
    let remarks = offloads.compactMap { offload, flag, meaning -> Remark? in
      guard offload.isOn else { return nil }
      return offload == .fixedOn
        ? .warning("\(meaning); the driver does not let it be turned off")
        : .warning(meaning, "sudo ethtool -K \(facts.interface.name) \(flag) off")
    }
    return remarks.isEmpty ? [.ok("no offload changes packets")] : remarks
  }
}
