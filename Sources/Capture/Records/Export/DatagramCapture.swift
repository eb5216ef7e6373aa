import CRuntimeBPF
import DataModel

/// Datagrams that a capture holds: what UDP carried to one of these ports.
final class DatagramCapture: DatagramSource {
  let isLive = false
  private(set) var issues = RecordIssues()
  private let capture: CaptureFile
  private let ports: [UInt16]
  private var frames = FrameBatch()
  private var next = 0
  private var packets: UInt64 = 0
  private var datagrams: UInt64 = 0

  init(_ capture: CaptureFile, ports: [UInt16]) {
    self.capture = capture
    self.ports = ports
  }

  var progress: (read: UInt64, total: UInt64) { (capture.fileOffset, capture.fileLength) }

  func next(wait: Bool) throws(CaptureError) -> Datagram? {
    while true {
      if next == frames.count {
        guard wait else { return nil }
        next = 0
        guard try capture.nextBatch(into: &frames) else {
          noteEnd()
          return nil
        }
      }
      let frame = frames[next]
      next += 1
      packets += 1
      guard let datagram = datagram(of: frame) else { continue }
      datagrams += 1
      return datagram
    }
  }

  private func noteEnd() {
    guard datagrams == 0, packets > 0 else { return }
    let list = ports.map(String.init).joined(separator: ", ")
    issues.foreign =
      "none of its \(packets) packets is a datagram to port \(list); for another port say "
      + "(\"FILE\", port: N) in the query"
  }

  private func datagram(of frame: Frame) -> Datagram? {
    guard let base = frame.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
      return nil
    }
    var layers = sal_layers()
    sal_parse(base, UInt32(frame.bytes.count), UInt32(frame.linkFlags.rawValue), &layers)
    guard layers.present >> UInt32(Layer.udp.rawValue) & 1 != 0 else { return nil }
    let bytes = Octets(base, frame.bytes.count)
    let udp = Int(sal_offset(&layers, UInt32(Layer.udp.rawValue)))
    guard ports.contains(bytes.u16(udp + 2)) else { return nil }
    guard layers.fragment == UInt8(SAL_FRAGMENT_NONE.rawValue) else {
      issues.noteMalformed("a datagram came in fragments, which are not put together")
      return nil
    }
    let payload = bytes.slice(udp + 8, Int(bytes.u16(udp + 4)) - 8)
    return Datagram(
      bytes: payload, exporter: Self.source(bytes, &layers), port: bytes.u16(udp),
      received: frame.time)
  }

  private static func source(_ bytes: Octets, _ layers: inout sal_layers) -> IPAddress? {
    for (layer, offset, width) in [(Layer.ipv4, 12, 4), (.ipv6, 8, 16)] {
      let place = UInt32(layer.rawValue)
      guard layers.present >> place & 1 != 0 else { continue }
      return bytes.address(Int(sal_offset(&layers, place)) + offset, width)
    }
    return nil
  }
}
