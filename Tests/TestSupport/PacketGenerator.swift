public import Reference

/// Seeded traffic: flows by Zipf's law, most of it ordinary, some of it as odd as wires carry.
public struct PacketGenerator: Sendable {
  /// How the traffic is made up.
  public struct Profile: Sendable {
    /// Distinct hosts of each family.
    public var hosts = 40
    /// Mean nanoseconds between packets.
    public var gap = 3_000_000
    /// One packet of so many is odd: tagged, fragmented, cut, with extension headers, a runt …
    public var oddOnceIn = 4
    /// One packet of so many comes up to two seconds early or late; 0 is never.
    public var disorderOnceIn = 0
    /// Link type of the frames: 1 Ethernet, 101 raw IP, 113 Linux cooked.
    public var linkType = 1
    /// Longest frame.
    public var mostBytes = 65_535

    /// Ethernet, in order, one packet of four odd.
    public init() {}
  }

  private var random: RandomSource
  private let profile: Profile
  private var time: Int64 = 1_700_000_000_123_456_789

  /// A generator with a seed.
  public init(seed: UInt64, profile: Profile = Profile()) {
    random = RandomSource(seed: seed)
    self.profile = profile
  }

  /// The next frames.
  public mutating func frames(_ count: Int) -> [CapturedFrame] {
    (0..<count).map { _ in next() }
  }

  private mutating func next() -> CapturedFrame {
    time += Int64(random.number(0...profile.gap * 2))
    var stamp = time
    if profile.disorderOnceIn > 0 && random.once(in: profile.disorderOnceIn) {
      stamp += Int64(random.number(-2_000_000_000...2_000_000_000))
    }
    let isOdd = random.once(in: profile.oddOnceIn)
    var packet = isOdd ? oddPacket() : ordinaryPacket()
    var frame: [UInt8]
    switch profile.linkType {
    case 101: frame = packet.type == 0x0806 ? ordinaryPacket().bytes : packet.bytes
    case 113:
      frame = FrameBuilder.bytes(0, 2) + FrameBuilder.bytes(1, 2) + FrameBuilder.bytes(6, 2)
      frame += [2, 0, 0, 0, 0, 1, 0, 0] + FrameBuilder.bytes(packet.type, 2) + packet.bytes
    default:
      let tags = isOdd && random.once(in: 2) ? someTags() : []
      if isOdd && random.once(in: 20) { packet.type = random.choice([0x88CC, 0x8847, 64]) }
      frame = FrameBuilder.ethernet(
        type: packet.type, payload: packet.bytes, tags: tags, pads: !random.once(in: 5))
    }
    if frame.count > profile.mostBytes { frame.removeLast(frame.count - profile.mostBytes) }
    let wire = frame.count
    if isOdd && random.once(in: 4) {
      // A runt, or a capture with a snap length.
      let kept = random.once(in: 3) ? random.number(1...60) : random.choice([14, 34, 54, 64, 96])
      frame.removeLast(max(0, frame.count - kept))
      let isRunt = random.once(in: 3)
      return CapturedFrame(
        time: stamp, bytes: frame, wireLength: isRunt ? frame.count : wire,
        linkType: profile.linkType)
    }
    return CapturedFrame(time: stamp, bytes: frame, linkType: profile.linkType)
  }

  private mutating func someTags() -> [(type: Int, tci: Int)] {
    let count = random.choice([1, 1, 1, 2, 2, 3, 4, 5])
    return (0..<count).map { index in
      let type = index == 0 && count > 1 ? random.choice([0x88A8, 0x8100, 0x9100]) : 0x8100
      return (type, random.number(0...7) << 13 | random.number(0...1) << 12 | random.number(1...9))
    }
  }

  private mutating func address(_ isV6: Bool) -> [UInt8] {
    let host = random.zipf(profile.hosts)
    return isV6
      ? [0x20, 1, 0xD, 0xB8] + [UInt8](repeating: 0, count: 8) + FrameBuilder.bytes(host, 4)
      : [10, UInt8(host % 4), 0, UInt8(host % 251)]
  }

  /// Bytes of one letter, in some of them a text at either end or across the bound of searches.
  private mutating func payload() -> [UInt8] {
    var bytes = [UInt8](repeating: 0x5A, count: random.choice([0, 0, 1, 5, 40, 512, 1300]))
    let mark = Array("the mark of zorro".utf8)
    guard bytes.count > mark.count, random.once(in: 2) else { return bytes }
    let last = bytes.count - mark.count
    let at = min(last, random.choice([0, last, 495, 496, 507, random.number(0...last)]))
    bytes.replaceSubrange(at..<at + mark.count, with: mark)
    return bytes
  }

  private mutating func transport() -> (number: Int, bytes: [UInt8]) {
    let payload = payload()
    let port = random.choice([22, 53, 80, 443, 445, 3389, 8080, 1 + random.zipf(2000)])
    let client = 40_000 + random.zipf(50)
    switch random.number(0...9) {
    case 0...4:
      let flags = random.choice([0x02, 0x02, 0x12, 0x10, 0x18, 0x11, 0x04, 0x14, 0xC2, 0x29, 0x00])
      let options = [UInt8](repeating: 1, count: random.choice([0, 0, 12, 20, 40]))
      let isReply = flags & 0x12 == 0x12
      return (
        6,
        FrameBuilder.tcp(
          source: isReply ? port : client, destination: isReply ? client : port, flags: flags,
          options: options, payload: payload, sequence: random.number(0...0xFFFF_FFFF),
          acknowledgement: random.number(0...0xFFFF_FFFF), window: random.number(0...65_535))
      )
    case 5...6:
      return (17, FrameBuilder.udp(source: client, destination: port, payload: payload))
    case 7...8:
      let isResponse = random.once(in: 2)
      let message = FrameBuilder.dns(
        id: random.number(0...65_535), isResponse: isResponse,
        answers: isResponse ? random.number(0...5) : 0,
        rcode: isResponse ? random.choice([0, 0, 0, 3]) : 0)
      let isWhole = !random.once(in: 8)
      return (
        17,
        FrameBuilder.udp(
          source: isResponse ? 53 : client, destination: isResponse ? client : 53,
          payload: isWhole ? message : Array(message.prefix(7)))
      )
    default:
      return (
        1,
        [UInt8(random.choice([0, 3, 8, 11, 13, 17])), UInt8(random.number(0...3)), 0, 0]
          + FrameBuilder.bytes(random.zipf(9), 2) + FrameBuilder.bytes(random.zipf(99), 2) + payload
      )
    }
  }

  /// ICMP as ICMPv6 has it, with echoes of its own types.
  private static func forV6(_ inner: (number: Int, bytes: [UInt8])) -> (
    number: Int, bytes: [UInt8]
  ) {
    guard inner.number == 1 else { return inner }
    var bytes = inner.bytes
    if bytes[0] == 8 { bytes[0] = 128 }
    if bytes[0] == 0 { bytes[0] = 129 }
    return (58, bytes)
  }

  private mutating func ordinaryPacket() -> (type: Int, bytes: [UInt8]) {
    let isV6 = random.once(in: 5)
    let inner = isV6 ? Self.forV6(transport()) : transport()
    return isV6
      ? (
        0x86DD,
        FrameBuilder.ipv6(
          source: address(true), destination: address(true), next: inner.number,
          payload: inner.bytes,
          hopLimit: random.number(1...255))
      )
      : (
        0x0800,
        FrameBuilder.ipv4(
          source: address(false), destination: address(false), protocol: inner.number,
          payload: inner.bytes, ttl: random.number(1...255), dsfield: random.number(0...255),
          id: random.number(0...65_535))
      )
  }

  private mutating func oddPacket() -> (type: Int, bytes: [UInt8]) {
    let (source, destination) = (address(false), address(false))
    let inner = transport()
    func ipv4(_ number: Int, _ payload: [UInt8], options: [UInt8] = [], fragment: Int = 0)
      -> (Int, [UInt8])
    {
      (
        0x0800,
        FrameBuilder.ipv4(
          source: source, destination: destination, protocol: number, payload: payload,
          options: options, fragment: fragment)
      )
    }
    switch random.number(0...11) {
    case 0:
      return (
        0x0806, FrameBuilder.arp(opcode: random.number(1...2), sender: source, target: destination)
      )
    case 1: return ipv4(inner.number, inner.bytes, options: [UInt8](repeating: 1, count: 24))
    case 2: return ipv4(inner.number, inner.bytes, fragment: 0x2000)
    case 3: return ipv4(inner.number, inner.bytes, fragment: random.number(1...0x1FFF))
    case 4:
      return ipv4(51, FrameBuilder.extensionHeader(51, next: inner.number, payload: inner.bytes))
    case 5: return ipv4(random.choice([2, 47, 50, 89, 132]), inner.bytes)
    case 6:
      // A header that contradicts itself: version 5, or shorter than 20 bytes.
      var packet = ipv4(inner.number, inner.bytes)
      packet.1[0] = random.choice([0x55, 0x42])
      return packet
    case 7:
      // Offload: no total length.
      let payload = [UInt8](repeating: 7, count: random.choice([200, 9000, 60_000]))
      return (
        0x0800,
        FrameBuilder.ipv4(
          source: source, destination: destination, protocol: 6,
          payload: FrameBuilder.tcp(source: 53, destination: 7, flags: 0x18, payload: payload),
          totalLength: 0)
      )
    case 8:
      // DNS over TCP, and a data offset below five words.
      var segment = FrameBuilder.tcp(
        source: 53, destination: 40_000, flags: 0x18,
        payload: [0, 30] + FrameBuilder.dns(id: 9, isResponse: true, answers: 1))
      if random.once(in: 3) { segment[12] = 0x40 }
      return ipv4(6, segment)
    default: return oddIPv6(inner)
    }
  }

  private mutating func oddIPv6(_ inner: (number: Int, bytes: [UInt8])) -> (
    type: Int, bytes: [UInt8]
  ) {
    var (number, payload) = Self.forV6(inner)
    for _ in 0..<random.choice([0, 1, 1, 2, 3, 8, 9]) {
      let kind = random.choice([0, 43, 44, 51, 60])
      payload = FrameBuilder.extensionHeader(kind, next: number, payload: payload)
      if kind == 44 && random.once(in: 2) {
        payload.replaceSubrange(2..<4, with: FrameBuilder.bytes(random.choice([1, 8, 0x5B9]), 2))
      }
      number = kind
    }
    return (
      0x86DD,
      FrameBuilder.ipv6(
        source: address(true), destination: address(true), next: number, payload: payload,
        payloadLength: random.once(in: 6) ? 0 : nil)
    )
  }
}
