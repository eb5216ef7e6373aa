public import Reference

/// Seeded DNS messages over UDP and TCP: names by few labels in either case, compressed or not,
/// records of many types, and messages that are cut, flipped, or no message at all.
public struct DNSGenerator: Sendable {
  private var random: RandomSource
  /// One message of so many is damaged.
  private let damagedOnceIn: Int
  private var time: Int64 = 1_700_000_000_000_000_000

  /// A generator with a seed.
  public init(seed: UInt64, damagedOnceIn: Int) {
    random = RandomSource(seed: seed)
    self.damagedOnceIn = damagedOnceIn
  }

  /// The next frames.
  public mutating func frames(_ count: Int) -> [CapturedFrame] {
    (0..<count).map { _ in next() }
  }

  private mutating func next() -> CapturedFrame {
    time += Int64(random.number(0...4_000_000))
    var message = self.message()
    if random.once(in: damagedOnceIn) { damage(&message) }
    let isResponse = random.once(in: 2)
    let ports = isResponse ? (53, 40000) : (40000, random.once(in: 20) ? 80 : 53)
    let (number, transport) =
      random.once(in: 5)
      ? (
        6,
        FrameBuilder.tcp(
          source: ports.0, destination: ports.1, flags: 0x018,
          payload: FrameBuilder.bytes(message.count + (random.once(in: 6) ? 3 : 0), 2) + message)
      )
      : (17, FrameBuilder.udp(source: ports.0, destination: ports.1, payload: message))
    let host = UInt8(random.number(1...3))
    var frame =
      random.once(in: 4)
      ? FrameBuilder.ethernet(
        type: 0x86DD,
        payload: FrameBuilder.ipv6(
          source: [0x20, 1] + [UInt8](repeating: 0, count: 13) + [host],
          destination: [0x20, 1] + [UInt8](repeating: 0, count: 13) + [host + 1], next: number,
          payload: transport))
      : FrameBuilder.ethernet(
        type: 0x0800,
        payload: FrameBuilder.ipv4(
          source: [10, 0, 0, host], destination: [10, 0, 0, host % 3 + 1], protocol: number,
          payload: transport))
    let wire = frame.count
    if random.once(in: 4 * damagedOnceIn) { frame.removeLast(random.number(1...frame.count)) }
    return CapturedFrame(time: time, bytes: frame, wireLength: wire)
  }

  private mutating func message() -> [UInt8] {
    let questions = random.once(in: 10) ? random.number(0...3) : 1
    // Some are longer than what is read of a packet.
    let records = random.once(in: 30) ? 80 : random.number(0...5)
    var bytes = FrameBuilder.bytes(random.number(0...65_535), 2)
    bytes += FrameBuilder.bytes(random.choice([0x0100, 0x8180, 0x8183]), 2)
    bytes += FrameBuilder.bytes(questions, 2)
    let first = random.number(0...records)
    bytes += FrameBuilder.bytes(first, 2) + FrameBuilder.bytes(records - first, 2) + [0, 0]
    for _ in 0..<questions {
      bytes += name(behind: bytes) + FrameBuilder.bytes(random.choice([1, 28, 255]), 2) + [0, 1]
    }
    for _ in 0..<records {
      let type = random.choice([1, 1, 1, 28, 5, 2, 12, 15, 6, 33, 41, 16, 999])
      bytes += name(behind: bytes) + FrameBuilder.bytes(type, 2)
      bytes += [0, random.choice([1, 1, 3])] + FrameBuilder.bytes(random.number(0...3), 4)
      let data = self.data(type, behind: bytes + [0, 0])
      bytes += FrameBuilder.bytes(data.count, 2) + data
    }
    return bytes
  }

  private mutating func data(_ type: Int, behind bytes: [UInt8]) -> [UInt8] {
    switch type {
    case 1: [192, 0, 2, UInt8(random.number(0...9))] + (random.once(in: 20) ? [1] : [])
    case 28: [0x20, 1] + [UInt8](repeating: 0, count: 13) + [UInt8(random.number(0...9))]
    case 5, 2, 12: name(behind: bytes)
    case 15: [0, 10] + name(behind: bytes + [0, 10])
    case 33: [0, 1, 0, 1, 0, 80] + name(behind: bytes + [0, 1, 0, 1, 0, 80])
    case 6: name(behind: bytes) + [0] + [UInt8](repeating: 7, count: 20)
    default: (0..<random.number(0...20)).map { _ in UInt8(random.number(0...255)) }
    }
  }

  /// A name that stands behind these bytes; it may end in one of theirs.
  private mutating func name(behind bytes: [UInt8]) -> [UInt8] {
    var name: [UInt8] = []
    for _ in 0..<random.number(0...3) {
      let label = Array(random.choice(["a", "B", "www", "WwW", "ex.ample", "\u{7}\\", "d-1"]).utf8)
      name += [UInt8(label.count)] + label
    }
    guard bytes.count > 13, random.once(in: 2) else { return name + [0] }
    let target = random.once(in: 2) ? 12 : random.number(12...bytes.count - 1)
    return name + FrameBuilder.bytes(0xC000 | target, 2)
  }

  private mutating func damage(_ bytes: inout [UInt8]) {
    switch random.number(0...3) {
    case 0: bytes.removeLast(random.number(0...bytes.count))
    case 1:
      for _ in 0..<random.number(1...6) where !bytes.isEmpty {
        bytes[random.number(0...bytes.count - 1)] = UInt8(random.number(0...255))
      }
    case 2: bytes = (0..<random.number(0...200)).map { _ in UInt8(random.number(0...255)) }
    default:
      // Pointers anywhere, at themselves and at each other.
      for _ in 0..<8 where bytes.count > 14 {
        let at = random.number(12...bytes.count - 2)
        bytes[at] = 0xC0
        bytes[at + 1] = UInt8(random.number(0...255))
      }
    }
  }
}
