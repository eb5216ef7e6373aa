/// Builds frames from the inside out: payload, transport, network, link.
public enum FrameBuilder {
  /// An IPv4 or IPv6 address for headers: 4 or 16 bytes.
  public typealias Address = [UInt8]

  /// Big-endian bytes of a number.
  public static func bytes(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  /// A TCP segment; `flags` are the low twelve bits of the flags word.
  public static func tcp(
    source: Int, destination: Int, flags: Int, options: [UInt8] = [], payload: [UInt8] = [],
    sequence: Int = 1, acknowledgement: Int = 0, window: Int = 64240
  ) -> [UInt8] {
    let words = 5 + options.count / 4
    return bytes(source, 2) + bytes(destination, 2) + bytes(sequence, 4)
      + bytes(acknowledgement, 4) + bytes(words << 12 | flags, 2) + bytes(window, 2) + bytes(0, 4)
      + options + payload
  }

  /// A UDP datagram.
  public static func udp(source: Int, destination: Int, payload: [UInt8] = []) -> [UInt8] {
    bytes(source, 2) + bytes(destination, 2) + bytes(8 + payload.count, 2) + bytes(0, 2) + payload
  }

  /// A DNS header and one question for `a.example`.
  public static func dns(
    id: Int, isResponse: Bool, answers: Int = 0, rcode: Int = 0
  ) -> [UInt8] {
    let flags = (isResponse ? 0x8180 : 0x0100) | rcode
    let name: [UInt8] = [1, 0x61, 7] + Array("example".utf8) + [0]
    return bytes(id, 2) + bytes(flags, 2) + bytes(1, 2) + bytes(answers, 2) + bytes(0, 4) + name
      + bytes(1, 2) + bytes(1, 2)
  }

  /// An IPv4 packet with a right header checksum; `fragment` is the flags and offset word.
  public static func ipv4(
    source: Address, destination: Address, protocol number: Int, payload: [UInt8],
    options: [UInt8] = [], fragment: Int = 0, ttl: Int = 64, dsfield: Int = 0, id: Int = 0,
    totalLength: Int? = nil
  ) -> [UInt8] {
    let words = 5 + options.count / 4
    let total = totalLength ?? words * 4 + payload.count
    var header = [UInt8(0x40 | words), UInt8(dsfield)] + bytes(total, 2) + bytes(id, 2)
    header += bytes(fragment, 2) + [UInt8(ttl), UInt8(number), 0, 0] + source + destination
    header += options
    var sum = 0
    for at in stride(from: 0, to: header.count, by: 2) {
      sum += Int(header[at]) << 8 | Int(header[at + 1])
    }
    while sum > 0xFFFF { sum = (sum & 0xFFFF) + sum >> 16 }
    header.replaceSubrange(10..<12, with: bytes(~sum & 0xFFFF, 2))
    return header + payload
  }

  /// An IPv6 packet; `next` is the first header of the payload.
  public static func ipv6(
    source: Address, destination: Address, next: Int, payload: [UInt8], hopLimit: Int = 64,
    payloadLength: Int? = nil
  ) -> [UInt8] {
    bytes(6 << 28 | 0x1234, 4) + bytes(payloadLength ?? payload.count, 2)
      + [UInt8(next), UInt8(hopLimit)] + source + destination + payload
  }

  /// An IPv6 extension header of `kind` before `payload`; its own kind goes into what precedes it.
  public static func extensionHeader(_ kind: Int, next: Int, payload: [UInt8]) -> [UInt8] {
    switch kind {
    case 44: [UInt8(next), 0] + bytes(0, 2) + bytes(7, 4) + payload
    case 51: [UInt8(next), 2] + [UInt8](repeating: 0, count: 14) + payload
    default: [UInt8(next), 1] + [UInt8](repeating: 0, count: 14) + payload
    }
  }

  /// An Ethernet frame with tags (type and TCI), padded to 60 bytes unless told not to.
  public static func ethernet(
    type: Int, payload: [UInt8], tags: [(type: Int, tci: Int)] = [], pads: Bool = true
  ) -> [UInt8] {
    var frame: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]
    for tag in tags { frame += bytes(tag.type, 2) + bytes(tag.tci, 2) }
    frame += bytes(type, 2) + payload
    if pads && frame.count < 60 { frame += [UInt8](repeating: 0, count: 60 - frame.count) }
    return frame
  }

  /// An ARP request or reply.
  public static func arp(opcode: Int, sender: Address, target: Address) -> [UInt8] {
    bytes(1, 2) + bytes(0x0800, 2) + [6, 4] + bytes(opcode, 2) + [2, 0, 0, 0, 0, 1] + sender
      + [0, 0, 0, 0, 0, 0] + target
  }
}
