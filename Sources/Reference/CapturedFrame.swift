/// A frame as a capture file has it.
public struct CapturedFrame: Sendable {
  /// Nanoseconds since the Unix epoch.
  public var time: Int64
  /// Bytes on the wire.
  public var wireLength: Int
  /// The captured bytes.
  public var bytes: [UInt8]
  /// The capture's link type (`LINKTYPE_*` of tcpdump.org): 1 Ethernet, 113 and 276 Linux cooked,
  /// 101 raw IP.
  public var linkType: Int

  /// Creates a frame; whole and of Ethernet unless said otherwise.
  public init(time: Int64, bytes: [UInt8], wireLength: Int? = nil, linkType: Int = 1) {
    self.time = time
    self.bytes = bytes
    self.wireLength = wireLength ?? bytes.count
    self.linkType = linkType
  }
}

/// Reads capture files, slowly and without the code of the engines.
///
/// Source: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
public enum CaptureFile {
  /// The frames of a classic or next-generation capture; those before the first damage.
  public static func frames(of bytes: [UInt8]) -> [CapturedFrame] {
    guard bytes.count >= 4 else { return [] }
    let reader = Bytes(bytes, bigEndian: true)
    switch reader.number(0, 4) {
    case 0xA1B2_C3D4: return classic(Bytes(bytes, bigEndian: true), unit: 1000)
    case 0xA1B2_3C4D: return classic(Bytes(bytes, bigEndian: true), unit: 1)
    case 0xD4C3_B2A1: return classic(Bytes(bytes, bigEndian: false), unit: 1000)
    case 0x4D3C_B2A1: return classic(Bytes(bytes, bigEndian: false), unit: 1)
    case 0x0A0D_0D0A: return nextGeneration(bytes)
    default: return []
    }
  }

  private static func classic(_ file: Bytes, unit: Int64) -> [CapturedFrame] {
    guard file.bytes.count >= 24 else { return [] }
    let linkType = Int(file.number(20, 4) & 0x0FFF_FFFF)
    var frames: [CapturedFrame] = []
    var at = 24
    while at + 16 <= file.bytes.count {
      let length = Int(file.number(at + 8, 4))
      guard at + 16 + length <= file.bytes.count else { break }
      let seconds = Int64(file.number(at, 4))
      let fraction = Int64(file.number(at + 4, 4)) * unit
      frames.append(
        CapturedFrame(
          time: seconds * 1_000_000_000 + fraction,
          bytes: Array(file.bytes[at + 16..<at + 16 + length]),
          wireLength: Int(file.number(at + 12, 4)), linkType: linkType))
      at += 16 + length
    }
    return frames
  }

  private static func nextGeneration(_ bytes: [UInt8]) -> [CapturedFrame] {
    var frames: [CapturedFrame] = []
    var file = Bytes(bytes, bigEndian: false)
    var interfaces: [(linkType: Int, perSecond: Int64)] = []
    var at = 0
    while at + 12 <= bytes.count {
      if Bytes(bytes, bigEndian: true).number(at, 4) == 0x0A0D_0D0A {
        let magic = Bytes(bytes, bigEndian: true).number(at + 8, 4)
        file = Bytes(bytes, bigEndian: magic == 0x1A2B_3C4D)
        interfaces = []
      }
      let kind = file.number(at, 4)
      let length = Int(file.number(at + 4, 4))
      guard length >= 12, at + length <= bytes.count else { break }
      if kind == 1 {
        interfaces.append((Int(file.number(at + 8, 2)), resolution(file, at + 16, at + length - 4)))
      } else if kind == 6, Int(file.number(at + 8, 4)) < interfaces.count {
        let interface = interfaces[Int(file.number(at + 8, 4))]
        let ticks = Int64(file.number(at + 12, 4) << 32 | file.number(at + 16, 4))
        let captured = Int(file.number(at + 20, 4))
        let whole = ticks / interface.perSecond
        let rest = ticks % interface.perSecond
        frames.append(
          CapturedFrame(
            time: whole * 1_000_000_000 + rest * (1_000_000_000 / interface.perSecond),
            bytes: Array(bytes[at + 28..<at + 28 + captured]),
            wireLength: Int(file.number(at + 24, 4)), linkType: interface.linkType))
      }
      at += length
    }
    return frames
  }

  /// Ticks a second out of the options of an interface block: `if_tsresol`, code 9.
  private static func resolution(_ file: Bytes, _ start: Int, _ end: Int) -> Int64 {
    var at = start
    while at + 4 <= end {
      let code = file.number(at, 2)
      let length = Int(file.number(at + 2, 2))
      if code == 0 { break }
      if code == 9 {
        return (0..<Int64(file.bytes[at + 4])).reduce(Int64(1)) { result, _ in result * 10 }
      }
      at += 4 + (length + 3) / 4 * 4
    }
    return 1_000_000
  }

  /// Numbers of either byte order.
  private struct Bytes {
    let bytes: [UInt8]
    let bigEndian: Bool

    init(_ bytes: [UInt8], bigEndian: Bool) {
      self.bytes = bytes
      self.bigEndian = bigEndian
    }

    func number(_ at: Int, _ width: Int) -> UInt64 {
      let part = bytes[at..<at + width]
      return (bigEndian ? Array(part) : Array(part.reversed())).reduce(0) { $0 << 8 | UInt64($1) }
    }
  }
}
