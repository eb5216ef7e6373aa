import BPFRuntime

/// Whether frames may come that native XDP sees only in several buffers.
enum MTUCheck: InterfaceCheck {
  static let name = "mtu"

  static func remarks(_ facts: InterfaceFacts, isNamed: Bool) -> [Remark] {
    let largest = LiveInterfaces.mtuOfOneBuffer
    guard facts.mtu > largest, facts.nativeXDP == .declared(frags: false) else {
      return [.ok("MTU \(facts.mtu)")]
    }
    return [
      .warning(
        "its MTU of \(facts.mtu) wants frames in several buffers, which the driver lacks in native "
          + "XDP: programs run in generic mode, slower",
        "sudo ip link set dev \(facts.interface.name) mtu \(largest)")
    ]
  }
}
