/// Encodes classic pcap; pure, for `CaptureWriter` and for tests that want bytes.
public struct PcapEncoder: Sendable {
  /// The byte order of the headers.
  public let isBigEndian: Bool
  /// Nanoseconds, else microseconds, in the timestamps.
  public let isNanosecond: Bool
  /// A number of tcpdump.org/linktypes.html.
  public let linkType: UInt32
  /// Frames are cut to this many bytes.
  public let snapLength: UInt32

  /// Nanosecond Ethernet captures in little-endian order unless told otherwise.
  public init(
    linkType: UInt32 = 1, isBigEndian: Bool = false, isNanosecond: Bool = true,
    snapLength: UInt32 = 262_144
  ) {
    self.linkType = linkType
    self.isBigEndian = isBigEndian
    self.isNanosecond = isNanosecond
    self.snapLength = snapLength
  }

  /// Appends the 24-byte file header.
  public func appendFileHeader(to bytes: inout [UInt8]) {
    append(isNanosecond ? 0xA1B2_3C4D : 0xA1B2_C3D4, to: &bytes)
    append16(2, to: &bytes)
    append16(4, to: &bytes)
    append(0, to: &bytes)
    append(0, to: &bytes)
    append(snapLength, to: &bytes)
    append(linkType, to: &bytes)
  }

  /// Appends a record. `time`: nanoseconds since the Unix epoch, before the year 2106;
  /// `wireLength`: bytes on the wire, the frame's own length unless given.
  public func append(
    _ frame: UnsafeRawBufferPointer, time: Int64, wireLength: UInt32? = nil, to bytes: inout [UInt8]
  ) {
    let (seconds, nanoseconds) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
    let captured = min(frame.count, Int(snapLength))
    append(UInt32(seconds), to: &bytes)
    append(UInt32(isNanosecond ? nanoseconds : nanoseconds / 1000), to: &bytes)
    append(UInt32(captured), to: &bytes)
    append(wireLength ?? UInt32(frame.count), to: &bytes)
    bytes.append(contentsOf: frame[..<captured])
  }

  private func append(_ value: UInt32, to bytes: inout [UInt8]) {
    let stored = isBigEndian ? value.bigEndian : value.littleEndian
    withUnsafeBytes(of: stored) { bytes.append(contentsOf: $0) }
  }

  private func append16(_ value: UInt16, to bytes: inout [UInt8]) {
    let stored = isBigEndian ? value.bigEndian : value.littleEndian
    withUnsafeBytes(of: stored) { bytes.append(contentsOf: $0) }
  }
}

/// Writes a classic pcap file.
public struct CaptureWriter: ~Copyable {
  private static let bufferBytes = 256 << 10

  private let file: FileDescriptor
  private let encoder: PcapEncoder
  private var buffer: [UInt8] = []

  /// Creates or empties the file at `path`.
  public init(path: String, encoder: PcapEncoder = PcapEncoder()) throws(CaptureError) {
    file = try FileDescriptor(writingTo: path)
    self.encoder = encoder
    buffer.reserveCapacity(Self.bufferBytes + (64 << 10))
    encoder.appendFileHeader(to: &buffer)
  }

  /// `time`: nanoseconds since the Unix epoch; `wireLength`: the frame's own length unless given.
  public mutating func write(
    _ frame: UnsafeRawBufferPointer, time: Int64, wireLength: UInt32? = nil
  ) throws(CaptureError) {
    encoder.append(frame, time: time, wireLength: wireLength, to: &buffer)
    if buffer.count >= Self.bufferBytes { try flush() }
  }

  /// Writes what is buffered and closes the file. A writer dropped without it loses its last
  /// frames.
  public consuming func finish() throws(CaptureError) {
    try flush()
  }

  private mutating func flush() throws(CaptureError) {
    try file.writeAll(buffer)
    buffer.removeAll(keepingCapacity: true)
  }
}
