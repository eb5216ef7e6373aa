/// What the presentation of a frame has to say about its link layer.
public struct LinkFlags: OptionSet, Sendable {
  /// The bits, those of `SAL_FLAG_*` in `runtime-bpf/include/sal/layout.h`.
  public let rawValue: UInt8
  /// Takes the bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The capture has no Ethernet header: the 14 bytes presented in its place are zero but for the
  /// type, and every `eth.*` field is missing.
  public static let noLinkHeader = LinkFlags(rawValue: 1)
}

/// One frame of a batch. `bytes` is valid until the batch is filled again or the capture is closed.
public struct Frame {
  /// The frame from its Ethernet header on, as far as it was captured.
  public let bytes: UnsafeRawBufferPointer
  /// Bytes presented, including a made-up Ethernet header.
  public var capturedLength: Int { bytes.count }
  /// Bytes on the wire as the capture says, its own link header included (`frame.len`).
  public let wireLength: UInt32
  /// Nanoseconds since the Unix epoch.
  public let time: Int64
  /// What the presentation has to say about the link layer.
  public let linkFlags: LinkFlags
  /// Bytes that the capture has in place of the 14 of the Ethernet header.
  public let linkHeader: UInt8

  /// Its flags as the control word has them: with the bytes of the link header where it has one
  /// of its own.
  public var controlFlags: UInt32 {
    UInt32(linkFlags.rawValue) | (linkFlags.isEmpty ? 0 : UInt32(linkHeader) << 8)
  }
}

/// Up to `capacity` frames by column. Filled by `CaptureFile.nextBatch(into:)`; made once, used
/// again.
public struct FrameBatch: ~Copyable {
  /// Rows that a batch can hold.
  public static let capacity = 1024
  /// Room for frames that had to be given an Ethernet header; a batch ends early when it is full.
  static let arenaBytes = 2 << 20

  /// Frames in the batch.
  public internal(set) var count = 0
  /// First byte of each frame.
  public let starts: UnsafeMutablePointer<UnsafePointer<UInt8>>
  /// Bytes presented of each frame.
  public let capturedLengths: UnsafeMutablePointer<UInt32>
  /// Bytes on the wire of each frame.
  public let wireLengths: UnsafeMutablePointer<UInt32>
  /// Nanoseconds since the Unix epoch of each frame.
  public let times: UnsafeMutablePointer<Int64>
  /// The link flags of each frame.
  public let linkFlags: UnsafeMutablePointer<LinkFlags>
  /// Bytes that the capture has in place of the Ethernet header of each frame.
  let linkHeaders: UnsafeMutablePointer<UInt8>

  private var arena: UnsafeMutablePointer<UInt8>?
  private var arenaUsed = 0

  /// Makes room for `capacity` frames.
  public init() {
    starts = .allocate(capacity: Self.capacity)
    capturedLengths = .allocate(capacity: Self.capacity)
    wireLengths = .allocate(capacity: Self.capacity)
    times = .allocate(capacity: Self.capacity)
    linkFlags = .allocate(capacity: Self.capacity)
    linkHeaders = .allocate(capacity: Self.capacity)
  }

  deinit {
    starts.deallocate()
    capturedLengths.deallocate()
    wireLengths.deallocate()
    times.deallocate()
    linkFlags.deallocate()
    linkHeaders.deallocate()
    arena?.deallocate()
  }

  /// The frame in a row below `count`.
  public subscript(row: Int) -> Frame {
    precondition(row >= 0 && row < count, "row \(row) of a batch of \(count) frames")
    return Frame(
      bytes: UnsafeRawBufferPointer(start: starts[row], count: Int(capturedLengths[row])),
      wireLength: wireLengths[row], time: times[row], linkFlags: linkFlags[row],
      linkHeader: linkHeaders[row])
  }

  mutating func removeAll() {
    count = 0
    arenaUsed = 0
  }

  /// Adds a frame that stands in the capture as it is to be presented.
  @inline(__always)
  mutating func append(
    _ start: UnsafeRawPointer, captured: UInt32, wire: UInt32, time: Int64
  ) {
    starts[count] = start.assumingMemoryBound(to: UInt8.self)
    capturedLengths[count] = captured
    wireLengths[count] = wire
    times[count] = time
    linkFlags[count] = []
    linkHeaders[count] = UInt8(ethernetHeaderLength)
    count &+= 1
  }

  /// Adds a frame under a made-up Ethernet header in place of one of `linkHeader` bytes; false if
  /// the arena is full and the batch not empty.
  mutating func append(
    payload: UnsafeRawBufferPointer, etherType: UInt16, linkHeader: Int, wire: UInt32, time: Int64
  ) -> Bool {
    let length = payload.count + ethernetHeaderLength
    if arenaUsed + length > Self.arenaBytes { return false }
    let arena = arena ?? .allocate(capacity: Self.arenaBytes)
    self.arena = arena
    let start = arena + arenaUsed
    start.update(repeating: 0, count: ethernetHeaderLength)
    start[12] = UInt8(truncatingIfNeeded: etherType >> 8)
    start[13] = UInt8(truncatingIfNeeded: etherType)
    if let source = payload.baseAddress {
      UnsafeMutableRawPointer(start + ethernetHeaderLength)
        .copyMemory(from: source, byteCount: payload.count)
    }
    arenaUsed += length
    append(start, captured: UInt32(length), wire: wire, time: time)
    linkFlags[count - 1] = .noLinkHeader
    linkHeaders[count - 1] = UInt8(linkHeader)
    return true
  }
}

/// Two addresses and a type (IEEE 802.3, clause 3.2).
let ethernetHeaderLength = 14
