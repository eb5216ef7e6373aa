import BPFRuntime
import Capture

/// Whether a collector of flow records over UDP may have a buffer for bursts, socket(7).
enum BufferCheck: MachineCheck {
  static let name = "buffers"

  static func remarks(on machine: any Machine) -> [Remark] {
    let wanted = RecordSocket.wantedBytes
    // SO_RCVBUFFORCE goes beyond the limit.
    if machine.holds(.networkAdministration) { return [.ok("as large as UDP sources want them")] }
    guard let limit = machine.setting("net/core/rmem_max"), limit < wanted else {
      return [.ok("sockets may take \(wanted >> 20) MiB")]
    }
    return [
      .warning(
        "a UDP source of flow records (run --ipfix :4739) gets a buffer of \(limit >> 10) KiB "
          + "instead of \(wanted >> 20) MiB, so bursts of exporters are lost, and counted",
        "sudo sysctl -w net.core.rmem_max=\(wanted)")
    ]
  }
}
