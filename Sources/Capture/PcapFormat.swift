internal import CRuntimeBPF

/// Classic pcap (draft-ietf-opsawg-pcap): a 24-byte file header, then records of a 16-byte header
/// and a frame. Microsecond and nanosecond files, either byte order.
struct PcapFormat: CaptureFormat {
  static let fileHeaderLength = 24
  static let recordHeaderLength = 16
  private static let prefetchedBytes = 1024

  let link: LinkLayer
  private let isBigEndian: Bool
  /// Nanoseconds in one unit of a record's fraction of a second.
  private let fractionUnit: Int64

  /// Whether `head` begins with one of the four magic numbers.
  static func recognises(_ head: UnsafeRawBufferPointer) -> Bool {
    magic(of: head) != nil
  }

  /// Reads the file header, of which `head` holds all 24 bytes.
  init(header head: UnsafeRawBufferPointer) throws(Rejection) {
    guard head.count >= Self.fileHeaderLength, let magic = Self.magic(of: head) else {
      preconditionFailure("a pcap file header is recognised before it is read")
    }
    isBigEndian = magic.isBigEndian
    fractionUnit = magic.fractionUnit
    let base = head.baseAddress!
    let major = isBigEndian ? BigEndian.load16(base + 4) : LittleEndian.load16(base + 4)
    guard major == 2 else {
      throw Rejection(reason: .unsupportedFormat("is pcap of version \(major); only 2 is known"))
    }
    let field = isBigEndian ? BigEndian.load32(base + 20) : LittleEndian.load32(base + 20)
    // The upper bits tell the length of a frame check sequence, which is not decoded.
    let number = field & 0x03FF_FFFF
    guard let link = LinkLayer(number: number) else {
      throw Rejection(reason: .unsupportedLinkType(number, offset: 20))
    }
    self.link = link
  }

  private static func magic(
    of head: UnsafeRawBufferPointer
  ) -> (isBigEndian: Bool, fractionUnit: Int64)? {
    guard head.count >= 4 else { return nil }
    switch BigEndian.load32(head.baseAddress!) {
    case 0xA1B2_C3D4: return (true, 1000)
    case 0xD4C3_B2A1: return (false, 1000)
    case 0xA1B2_3C4D: return (true, 1)
    case 0x4D3C_B2A1: return (false, 1)
    default: return nil
    }
  }

  mutating func read(_ run: ByteRun, into batch: inout FrameBatch) -> Progress {
    isBigEndian
      ? readRecords(run, into: &batch, BigEndian.self)
      : readRecords(run, into: &batch, LittleEndian.self)
  }

  private func readRecords<Order: ByteOrder>(
    _ run: ByteRun, into batch: inout FrameBatch, _: Order.Type
  ) -> Progress {
    let header = Self.recordHeaderLength
    var cursor = 0
    while batch.count < FrameBatch.capacity {
      let left = run.count &- cursor
      guard left >= header else {
        return Progress(
          consumed: cursor, stop: .needs(length: header, expected: "a 16-byte record header"))
      }
      let record = run.base + cursor
      // Each record's length tells where the next one is: the loop waits for every load.
      sal_prefetch(record + Self.prefetchedBytes)
      let captured = Order.load32(record + 8)
      guard captured <= maximumFrameLength else {
        return Progress(consumed: cursor, stop: .failed(tooLong(captured, run, cursor)))
      }
      guard left &- header >= Int(captured) else {
        return Progress(
          consumed: cursor,
          stop: .needs(length: header + Int(captured), expected: "a frame of \(captured) bytes"))
      }
      // At most 2^32 · 10^9 + 2^32 · 1000: below 2^63.
      let time =
        Int64(Order.load32(record)) &* 1_000_000_000
        &+ Int64(Order.load32(record + 4)) &* fractionUnit
      let wire = Order.load32(record + 12)
      if link == .ethernet {
        batch.append(record + header, captured: captured, wire: wire, time: time)
      } else {
        let frame = UnsafeRawBufferPointer(start: record + header, count: Int(captured))
        let (payload, type) = link.payload(of: frame)
        let fits = batch.append(
          payload: payload, etherType: type, linkHeader: frame.count - payload.count, wire: wire,
          time: time)
        guard fits else { break }
      }
      cursor &+= header &+ Int(captured)
    }
    return Progress(consumed: cursor, stop: .batchFull)
  }

  @inline(never)
  private func tooLong(
    _ captured: UInt32, _ run: ByteRun, _ cursor: Int
  ) -> CaptureError.Reason {
    .damaged(
      offset: run.offset + UInt64(cursor + 8),
      expected: "a captured length of at most \(maximumFrameLength)", found: "\(captured)")
  }
}

/// A capture that is refused when it is opened.
struct Rejection: Error {
  let reason: CaptureError.Reason
}
