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
    var frames: [CapturedFrame] = []
    forEachFrame(of: bytes) { frames.append($0) }
    return frames
  }

  /// Hands out the frames of a capture one by one, those before the first damage.
  public static func forEachFrame(of bytes: [UInt8], _ body: (CapturedFrame) -> Void) {
    guard bytes.count >= 4 else { return }
    let big = Bytes(bytes, bigEndian: true)
    let little = Bytes(bytes, bigEndian: false)
    switch big.number(0, 4) {
    case 0xA1B2_C3D4: classic(big, unit: 1000, body)
    case 0xA1B2_3C4D: classic(big, unit: 1, body)
    case 0xD4C3_B2A1: classic(little, unit: 1000, body)
    case 0x4D3C_B2A1: classic(little, unit: 1, body)
    case 0x0A0D_0D0A: nextGeneration(bytes, body)
    default: return
    }
  }

  private static func classic(_ file: Bytes, unit: Int64, _ body: (CapturedFrame) -> Void) {
    guard file.bytes.count >= 24 else { return }
    let linkType = Int(file.number(20, 4) & 0x03FF_FFFF)
    var at = 24
    while at + 16 <= file.bytes.count {
      let length = Int(file.number(at + 8, 4))
      guard at + 16 + length <= file.bytes.count else { break }
      let seconds = Int64(file.number(at, 4))
      let fraction = Int64(file.number(at + 4, 4)) * unit
      body(
        CapturedFrame(
          time: seconds * 1_000_000_000 + fraction,
          bytes: Array(file.bytes[at + 16..<at + 16 + length]),
          wireLength: Int(file.number(at + 12, 4)), linkType: linkType))
      at += 16 + length
    }
  }

  private static func nextGeneration(_ bytes: [UInt8], _ body: (CapturedFrame) -> Void) {
    var file = Bytes(bytes, bigEndian: false)
    var interfaces: [(linkType: Int, clock: Clock)] = []
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
      if kind == 1, length >= 20 {
        interfaces.append((Int(file.number(at + 8, 2)), Clock(file, at + 16, at + length - 4)))
      } else if kind == 6, length >= 32, Int(file.number(at + 8, 4)) < interfaces.count {
        let interface = interfaces[Int(file.number(at + 8, 4))]
        let captured = Int(file.number(at + 20, 4))
        guard captured <= length - 32 else { break }
        body(
          CapturedFrame(
            time: interface.clock.time(file.number(at + 12, 4) << 32 | file.number(at + 16, 4)),
            bytes: Array(bytes[at + 28..<at + 28 + captured]),
            wireLength: Int(file.number(at + 24, 4)), linkType: interface.linkType))
      }
      at += length
    }
  }

  /// The clock of an interface block: `if_tsresol`, code 9, and `if_tsoffset`, code 14.
  private struct Clock {
    private var perSecond: Int128 = 1_000_000
    private var offset: Int64 = 0

    init(_ file: Bytes, _ start: Int, _ end: Int) {
      var at = start
      while at + 4 <= end {
        let code = file.number(at, 2)
        let length = Int(file.number(at + 2, 2))
        guard code != 0, at + 4 + length <= end else { break }
        if code == 9, length == 1 {
          let power = Int(file.bytes[at + 4])
          // 64 bits of a finer clock are no second; nothing records with one.
          if power >= 128 {
            perSecond = Int128(1) << Int128(min(power - 128, 63))
          } else {
            perSecond = (0..<min(power, 19)).reduce(Int128(1)) { result, _ in result * 10 }
          }
        }
        if code == 14, length == 8 { offset = Int64(truncatingIfNeeded: file.number(at + 4, 8)) }
        at += 4 + (length + 3) / 4 * 4
      }
    }

    /// Nanoseconds since the Unix epoch, rounded down.
    func time(_ ticks: UInt64) -> Int64 {
      let nanoseconds = Int128(ticks) * 1_000_000_000 / perSecond
      return Int64(clamping: nanoseconds + Int128(offset) * 1_000_000_000)
    }
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
      var result: UInt64 = 0
      for index in 0..<width {
        result = result << 8 | UInt64(bytes[bigEndian ? at + index : at + width - 1 - index])
      }
      return result
    }
  }
}
