/// pcapng (draft-ietf-opsawg-pcapng): a chain of blocks. Sections and their interfaces are
/// followed; frames come from enhanced, simple and the obsolete packet blocks; all other blocks are
/// passed over.
struct PcapngFormat: CaptureFormat {
  /// Longer blocks are taken for damage, as Wireshark does.
  static let maximumBlockLength = 16 << 20
  private static let sectionHeader: UInt32 = 0x0A0D_0D0A

  private var interfaces: [CaptureInterface] = []
  /// Nil before the first section header.
  private var isBigEndian: Bool?
  /// A simple packet block has no time of its own; it is given that of the frame before it.
  private var lastTime: Int64 = 0

  init() {}

  /// Whether `head` begins with a section header block. The type reads the same in both byte
  /// orders.
  static func recognises(_ head: UnsafeRawBufferPointer) -> Bool {
    head.count >= 4 && LittleEndian.load32(head.baseAddress!) == sectionHeader
  }

  mutating func read(_ run: ByteRun, into batch: inout FrameBatch) -> Progress {
    var cursor = 0
    while true {
      if let stop = beginSection(run, &cursor) { return Progress(consumed: cursor, stop: stop) }
      let stop =
        isBigEndian == true
        ? readBlocks(run, &cursor, into: &batch, BigEndian.self)
        : readBlocks(run, &cursor, into: &batch, LittleEndian.self)
      if let stop { return Progress(consumed: cursor, stop: stop) }
    }
  }

  /// If a section header stands at `cursor`, takes it; nil means that blocks can be read from
  /// there.
  private mutating func beginSection(_ run: ByteRun, _ cursor: inout Int) -> Progress.Stop? {
    let expected = "a section header block"
    guard run.count - cursor >= 12 else {
      return isBigEndian == nil ? .needs(length: 28, expected: expected) : nil
    }
    let block = run.base + cursor
    let at = run.offset + UInt64(cursor)
    guard LittleEndian.load32(block) == Self.sectionHeader else {
      guard isBigEndian == nil else { return nil }
      return .failed(.damaged(offset: at, expected: expected, found: "another block"))
    }
    let isBig: Bool
    switch BigEndian.load32(block + 8) {
    case 0x1A2B_3C4D: isBig = true
    case 0x4D3C_2B1A: isBig = false
    case let other:
      return .failed(
        .damaged(
          offset: at + 8, expected: "the byte-order magic 1a2b3c4d",
          found: String(other, radix: 16)))
    }
    let length: Int
    switch isBig
      ? blockLength(run, cursor, minimum: 28, BigEndian.self)
      : blockLength(run, cursor, minimum: 28, LittleEndian.self)
    {
    case .failure(let stop): return stop.stop
    case .success(let found): length = found
    }
    let major = isBig ? BigEndian.load16(block + 12) : LittleEndian.load16(block + 12)
    guard major == 1 else {
      return .failed(.unsupportedFormat("has a pcapng section of version \(major) at byte \(at)"))
    }
    isBigEndian = isBig
    interfaces.removeAll(keepingCapacity: true)
    cursor += length
    return nil
  }

  /// Nil where the next section begins.
  private mutating func readBlocks<Order: ByteOrder>(
    _ run: ByteRun, _ cursor: inout Int, into batch: inout FrameBatch, _: Order.Type
  ) -> Progress.Stop? {
    while batch.count < FrameBatch.capacity {
      let block = run.base + cursor
      if run.count - cursor >= 4, LittleEndian.load32(block) == Self.sectionHeader,
        run.count - cursor >= 12
      {
        return nil
      }
      let length: Int
      switch blockLength(run, cursor, minimum: 12, Order.self) {
      case .failure(let stop): return stop.stop
      case .success(let found): length = found
      }
      let here = Block(
        body: UnsafeRawBufferPointer(start: block + 8, count: length - 12),
        offset: run.offset + UInt64(cursor) + 8)
      let stop: Progress.Stop?
      switch Order.load32(block) {
      case 6: stop = readEnhancedPacket(here, into: &batch, Order.self)
      case 1: stop = addInterface(here, Order.self)
      case 3: stop = readSimplePacket(here, into: &batch, Order.self)
      case 2: stop = readObsoletePacket(here, into: &batch, Order.self)
      default: stop = nil
      }
      if let stop { return stop }
      cursor += length
    }
    return .batchFull
  }

  /// The checked total length of the block at `cursor`, all of which is in the run.
  @inline(__always)
  private func blockLength<Order: ByteOrder>(
    _ run: ByteRun, _ cursor: Int, minimum: Int, _: Order.Type
  ) -> Result<Int, Stopped> {
    let left = run.count - cursor
    guard left >= 12 else { return .failure(Stopped(.needs(length: 12, expected: "a block"))) }
    let block = run.base + cursor
    let length = Int(Order.load32(block + 4))
    guard length >= minimum, length % 4 == 0, length <= Self.maximumBlockLength else {
      return .failure(
        Stopped(
          .failed(
            .damaged(
              offset: run.offset + UInt64(cursor) + 4,
              expected: "a block length of \(minimum) to \(Self.maximumBlockLength) in fours",
              found: "\(length)"))))
    }
    guard left >= length else {
      return .failure(Stopped(.needs(length: length, expected: "a block of \(length) bytes")))
    }
    let trailer = Int(Order.load32(block + (length - 4)))
    guard trailer == length else {
      return .failure(
        Stopped(
          .failed(
            .damaged(
              offset: run.offset + UInt64(cursor + length - 4),
              expected: "the block's length \(length) again", found: "\(trailer)"))))
    }
    return .success(length)
  }

  // MARK: Blocks

  private mutating func addInterface<Order: ByteOrder>(
    _ block: Block, _: Order.Type
  ) -> Progress.Stop? {
    guard block.body.count >= 8 else { return block.damaged(0, "an interface description", "less") }
    let base = block.body.baseAddress!
    var interface = CaptureInterface(
      linkNumber: UInt32(Order.load16(base)), snapLength: Order.load32(base + 4))
    var at = 8
    while block.body.count - at >= 4 {
      let code = Order.load16(base + at)
      let length = Int(Order.load16(base + at + 2))
      guard block.body.count - at - 4 >= length else {
        return block.damaged(at, "an option that ends within its block", "\(length) bytes")
      }
      let value = UnsafeRawBufferPointer(start: base + at + 4, count: length)
      switch code {
      case 0: at = block.body.count
      case 9 where length == 1:
        guard let clock = CaptureClock(resolution: value[0], offset: interface.clock.offset) else {
          return block.damaged(at, "a time unit that is known", "resolution \(value[0])")
        }
        interface.clock = clock
      case 14 where length == 8:
        // The two halves are in the section's order, as the number itself is.
        let first = UInt64(Order.load32(value.baseAddress!))
        let second = UInt64(Order.load32(value.baseAddress! + 4))
        let isBig = isBigEndian == true
        let bits = isBig ? first << 32 | second : second << 32 | first
        interface.clock.offset = Int64(bitPattern: bits)
      default: break
      }
      at += 4 + (length + 3) & ~3
    }
    interfaces.append(interface)
    return nil
  }

  private mutating func readEnhancedPacket<Order: ByteOrder>(
    _ block: Block, into batch: inout FrameBatch, _: Order.Type
  ) -> Progress.Stop? {
    guard block.body.count >= 20 else { return block.damaged(0, "an enhanced packet", "less") }
    let number = Order.load32(block.body.baseAddress!)
    return append(block, interface: number, into: &batch, Order.self)
  }

  private mutating func readObsoletePacket<Order: ByteOrder>(
    _ block: Block, into batch: inout FrameBatch, _: Order.Type
  ) -> Progress.Stop? {
    guard block.body.count >= 20 else { return block.damaged(0, "a packet", "less") }
    let number = UInt32(Order.load16(block.body.baseAddress!))
    return append(block, interface: number, into: &batch, Order.self)
  }

  /// Enhanced and obsolete packet blocks agree from their time on.
  @inline(__always)
  private mutating func append<Order: ByteOrder>(
    _ block: Block, interface number: UInt32, into batch: inout FrameBatch, _: Order.Type
  ) -> Progress.Stop? {
    guard number < UInt32(truncatingIfNeeded: interfaces.count) else {
      return block.damaged(0, "one of \(interfaces.count) interfaces", "interface \(number)")
    }
    let base = block.body.baseAddress!
    let units = UInt64(Order.load32(base + 4)) << 32 | UInt64(Order.load32(base + 8))
    guard let time = interfaces[Int(number)].clock.nanoseconds(units) else {
      return block.damaged(4, "a time between 1678 and 2262", "\(units) units")
    }
    lastTime = time
    let captured = Order.load32(base + 12)
    guard captured <= maximumFrameLength, Int(captured) <= block.body.count - 20 else {
      return block.damaged(12, "a frame that ends within its block", "\(captured) bytes")
    }
    let frame = UnsafeRawBufferPointer(start: base + 20, count: Int(captured))
    return append(
      frame, wire: Order.load32(base + 16), interfaces[Int(number)], block, into: &batch)
  }

  private mutating func readSimplePacket<Order: ByteOrder>(
    _ block: Block, into batch: inout FrameBatch, _: Order.Type
  ) -> Progress.Stop? {
    guard block.body.count >= 4 else { return block.damaged(0, "a simple packet", "less") }
    guard let interface = interfaces.first else {
      return block.damaged(0, "an interface description before a packet", "none")
    }
    let wire = Order.load32(block.body.baseAddress!)
    let snapLength = interface.snapLength == 0 ? UInt32.max : interface.snapLength
    let captured = min(wire, snapLength, UInt32(block.body.count - 4))
    guard captured <= maximumFrameLength else {
      return block.damaged(0, "a frame of at most \(maximumFrameLength) bytes", "\(captured)")
    }
    let frame = UnsafeRawBufferPointer(
      start: block.body.baseAddress! + 4, count: Int(captured))
    return append(frame, wire: wire, interface, block, into: &batch)
  }

  @inline(__always)
  private func append(
    _ frame: UnsafeRawBufferPointer, wire: UInt32, _ interface: CaptureInterface, _ block: Block,
    into batch: inout FrameBatch
  ) -> Progress.Stop? {
    guard let link = interface.link else {
      return .failed(.unsupportedLinkType(interface.linkNumber, offset: block.offset))
    }
    if link == .ethernet {
      batch.append(
        frame.baseAddress!, captured: UInt32(frame.count), wire: wire, time: lastTime)
      return nil
    }
    let (payload, type) = link.payload(of: frame)
    let fits = batch.append(
      payload: payload, etherType: type, linkHeader: frame.count - payload.count, wire: wire,
      time: lastTime)
    return fits ? nil : .batchFull
  }
}

/// The part of a block between its two lengths.
private struct Block {
  let body: UnsafeRawBufferPointer
  /// Offset in the capture of `body`.
  let offset: UInt64

  @inline(never)
  func damaged(
    _ at: Int, _ expected: @autoclosure () -> String, _ found: @autoclosure () -> String
  ) -> Progress.Stop {
    .failed(.damaged(offset: offset + UInt64(at), expected: expected(), found: found()))
  }
}

/// `Result` wants an `Error`.
private struct Stopped: Error {
  let stop: Progress.Stop
  init(_ stop: Progress.Stop) { self.stop = stop }
}

/// An interface description block.
private struct CaptureInterface {
  let linkNumber: UInt32
  /// Nil if frames of this interface cannot be presented: an error once one arrives, not before.
  let link: LinkLayer?
  let snapLength: UInt32
  var clock = CaptureClock.microseconds

  init(linkNumber: UInt32, snapLength: UInt32) {
    self.linkNumber = linkNumber
    self.link = LinkLayer(number: linkNumber)
    self.snapLength = snapLength
  }
}
