/// How the frames of a capture begin, and so how they become Ethernet frames.
/// Numbers and headers: tcpdump.org/linktypes.html.
enum LinkLayer: Equatable {
  case ethernet
  /// An IP packet without link header; its first nibble tells the version.
  case rawIP
  case rawIPv4
  case rawIPv6
  /// Linux "any" device, 16-byte header.
  case cooked
  /// Linux "any" device, 20-byte header.
  case cooked2
  /// A 4-byte address family in the byte order of whoever captured.
  case loopback

  /// Nil for a link type whose frames cannot be presented.
  init?(number: UInt32) {
    switch number {
    case 1: self = .ethernet
    case 12, 14, 101: self = .rawIP
    case 228: self = .rawIPv4
    case 229: self = .rawIPv6
    case 113: self = .cooked
    case 276: self = .cooked2
    case 0, 108: self = .loopback
    default: return nil
    }
  }

  /// The network payload of a captured frame and its EtherType; type 0 (nothing that a parser
  /// follows) and no payload where the capture cut the link header itself.
  func payload(of frame: UnsafeRawBufferPointer) -> (bytes: UnsafeRawBufferPointer, type: UInt16) {
    switch self {
    case .ethernet: return (frame, 0)
    case .rawIP: return (frame, Self.typeOfPacket(frame))
    case .rawIPv4: return (frame, EtherType.ipv4)
    case .rawIPv6: return (frame, EtherType.ipv6)
    case .cooked: return Self.strip(16, typeAt: 14, from: frame)
    case .cooked2: return Self.strip(20, typeAt: 0, from: frame)
    case .loopback:
      guard frame.count >= 4 else { return (Self.nothing, 0) }
      return (UnsafeRawBufferPointer(rebasing: frame[4...]), Self.typeOfFamily(frame))
    }
  }

  private static var nothing: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: nil, count: 0)
  }

  private static func strip(
    _ header: Int, typeAt offset: Int, from frame: UnsafeRawBufferPointer
  ) -> (bytes: UnsafeRawBufferPointer, type: UInt16) {
    guard frame.count >= header else { return (nothing, 0) }
    let type = UInt16(frame[offset]) << 8 | UInt16(frame[offset + 1])
    return (UnsafeRawBufferPointer(rebasing: frame[header...]), type)
  }

  private static func typeOfPacket(_ packet: UnsafeRawBufferPointer) -> UInt16 {
    switch packet.first.map({ $0 >> 4 }) {
    case 4: EtherType.ipv4
    case 6: EtherType.ipv6
    default: 0
    }
  }

  /// AF_INET is 2 everywhere; AF_INET6 is 10 on Linux, 24, 28 or 30 on the BSDs and macOS. The
  /// family's byte order is the capturing machine's, which only the value itself gives away.
  private static func typeOfFamily(_ frame: UnsafeRawBufferPointer) -> UInt16 {
    let stored = frame.loadUnaligned(as: UInt32.self)
    let family = stored > 0xFFFF ? stored.byteSwapped : stored
    switch family {
    case 2: return EtherType.ipv4
    case 10, 24, 28, 30: return EtherType.ipv6
    default: return 0
    }
  }
}

enum EtherType {
  static let ipv4: UInt16 = 0x0800
  static let ipv6: UInt16 = 0x86DD
}
