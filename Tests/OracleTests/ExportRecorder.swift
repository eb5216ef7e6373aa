import Glibc
import TestSupport

/// A socket on the loopback that keeps what an exporter of another program sends to it.
final class ExportRecorder {
  /// Where to send to.
  let port: Int
  private let descriptor: Int32

  init?() {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var size = Int32(32 << 20)
    let width = socklen_t(MemoryLayout<Int32>.size)
    if setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, width) != 0 {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, width)
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { place in
      place.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
      }
    }
    self.descriptor = descriptor
    port = Int(UInt16(bigEndian: address.sin_port))
    guard bound else { return nil }
  }

  deinit { close(descriptor) }

  /// What has come so far.
  func datagrams() -> [[UInt8]] {
    var found: [[UInt8]] = []
    var space = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &space, space.count, Int32(MSG_DONTWAIT))
      guard count >= 0 else { return found }
      found.append(Array(space[..<count]))
    }
  }
}

/// Captures of datagrams that exporters sent.
enum ExportCapture {
  /// Writes a pcap of datagrams to the collector's port, a second apart, each from the exporter
  /// with this number.
  static func write(_ datagrams: [(exporter: Int, bytes: [UInt8])], port: Int, to path: String) {
    func little(_ value: Int, _ width: Int) -> [UInt8] {
      FrameBuilder.bytes(value, width).reversed()
    }
    var file = little(0xA1B2_C3D4, 4) + little(2, 2) + little(4, 2) + little(0, 8)
    file += little(65_535, 4) + little(1, 4)
    for (index, datagram) in datagrams.enumerated() {
      let udp = FrameBuilder.udp(source: 40_000, destination: port, payload: datagram.bytes)
      let frame = FrameBuilder.ethernet(
        type: 0x800,
        payload: FrameBuilder.ipv4(
          source: [10, 0] + FrameBuilder.bytes(datagram.exporter, 2),
          destination: [127, 0, 0, 1], protocol: 17, payload: udp))
      file += little(1_000_000 + index, 4) + little(0, 4)
      file += little(frame.count, 4) + little(frame.count, 4) + frame
    }
    _ = FileBytes.write(file, to: path)
  }
}
