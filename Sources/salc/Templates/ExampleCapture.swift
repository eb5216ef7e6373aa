/// A capture of half a second for the tests of new queries: a page is fetched, two names are asked
/// for, and somebody tries twenty doors.
enum ExampleCapture {
  /// A classic pcap of Ethernet with microseconds, big-endian.
  static let bytes: [UInt8] = {
    var writer = Writer()
    let (client, server) = (address(10, 0, 0, 2), address(192, 0, 2, 80))
    let (resolver, scanner) = (address(192, 0, 2, 53), address(10, 0, 0, 66))
    let (syn, acknowledgement): (UInt64, UInt64) = (0x02, 0x10)
    writer.dns(from: client, to: resolver, id: 1, isResponse: false)
    writer.dns(from: resolver, to: client, id: 1, isResponse: true)
    writer.dns(from: client, to: resolver, id: 2, isResponse: false)
    writer.dns(from: resolver, to: client, id: 2, isResponse: true)
    writer.tcp(from: (client, 40_000), to: (server, 443), flags: syn)
    writer.tcp(from: (server, 443), to: (client, 40_000), flags: syn | acknowledgement)
    writer.tcp(from: (client, 40_000), to: (server, 443), flags: acknowledgement)
    for _ in 0..<5 {
      writer.tcp(
        from: (server, 443), to: (client, 40_000), flags: acknowledgement, payload: 1000)
    }
    for port in 1...20 {
      writer.tcp(from: (scanner, 50_000), to: (client, UInt64(port)), flags: syn)
    }
    return writer.bytes
  }()

  private static func address(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) -> UInt64 {
    a << 24 | b << 16 | c << 8 | d
  }

  private struct Writer {
    var bytes: [UInt8] = []
    /// Microseconds since 2026-01-01T00:00:00Z.
    private var time: UInt64 = 0

    init() {
      put(&bytes, (0xA1B2_C3D4, 4), (2, 2), (4, 2), (0, 8), (65_535, 4), (1, 4))
    }

    mutating func tcp(
      from: (UInt64, UInt64), to: (UInt64, UInt64), flags: UInt64, payload: Int = 0
    ) {
      var segment: [UInt8] = []
      put(
        &segment, (from.1, 2), (to.1, 2), (0, 8), (0x50, 1), (flags, 1), (8192, 2), (0, 4))
      segment += [UInt8](repeating: 0, count: payload)
      packet(from.0, to.0, protocolNumber: 6, segment)
    }

    mutating func dns(from: UInt64, to: UInt64, id: UInt64, isResponse: Bool) {
      // Header, then the question: example.net, type A, class IN.
      var message: [UInt8] = []
      put(&message, (id, 2), (isResponse ? 0x8180 : 0x0100, 2), (1, 2), (0, 6))
      message += [7] + Array("example".utf8) + [3] + Array("net".utf8) + [0, 0, 1, 0, 1]
      var datagram: [UInt8] = []
      let ports: (UInt64, UInt64) = isResponse ? (53, 40_001) : (40_001, 53)
      put(&datagram, (ports.0, 2), (ports.1, 2), (UInt64(8 + message.count), 2), (0, 2))
      packet(from, to, protocolNumber: 17, datagram + message)
    }

    private mutating func packet(
      _ source: UInt64, _ destination: UInt64, protocolNumber: UInt64, _ payload: [UInt8]
    ) {
      var frame: [UInt8] = []
      put(&frame, (0x0200_0000_0001, 6), (0x0200_0000_0002, 6), (0x0800, 2))
      put(&frame, (0x4500, 2), (UInt64(20 + payload.count), 2), (0, 4), (64, 1))
      put(&frame, (protocolNumber, 1), (0, 2), (source, 4), (destination, 4))
      frame += payload
      let length = UInt64(frame.count)
      put(&bytes, (1_767_225_600, 4), (time, 4), (length, 4), (length, 4))
      bytes += frame
      time += 15_000
    }

    /// Numbers with their widths in bytes.
    private func put(_ target: inout [UInt8], _ numbers: (UInt64, Int)...) {
      for (number, width) in numbers {
        for shift in stride(from: width - 1, through: 0, by: -1) {
          target.append(UInt8(truncatingIfNeeded: number >> UInt64(shift * 8)))
        }
      }
    }
  }
}
