import Glibc

/// A packet capture being read from front to back: classic pcap or pcapng, plain or gzipped.
///
/// Frames come in batches, each as an Ethernet frame whatever the link type of the capture (see
/// `LinkFlags.noLinkHeader`). Files, pipes and `.gz` go through one buffer of bounded size. A
/// damaged capture gives everything before the damage, then the error.
public final class CaptureFile {
  /// As the caller gave it.
  public let path: String
  /// Bytes of the file on disk, packed ones for a `.gz`; 0 where that cannot be known (a pipe).
  public let fileLength: UInt64
  /// Whether its writer may keep the reader waiting: anything but a file on disk.
  public var isPipe: Bool { fileLength == 0 }

  private let source: ReadAhead
  private var format: any CaptureFormat
  private var failure: CaptureError?

  /// Opens a capture and reads its file header.
  ///
  /// Throws what is wrong with the file as a whole: unreadable, a directory, empty, not a capture,
  /// of an unsupported version or link type.
  public convenience init(path: String) throws(CaptureError) {
    try self.init(path: path, bufferBytes: ReadAhead.defaultBytes)
  }

  /// `bufferBytes`: the read buffer's first size.
  convenience init(path: String, bufferBytes: Int) throws(CaptureError) {
    let (stream, length) = try openByteStream(path)
    try self.init(stream, path: path, fileLength: length, bufferBytes: bufferBytes)
  }

  /// Reads `stream` from its first byte.
  init(
    _ stream: any ByteStream, path: String, fileLength: UInt64,
    bufferBytes: Int = ReadAhead.defaultBytes
  ) throws(CaptureError) {
    self.path = path
    self.fileLength = fileLength
    source = ReadAhead(stream, bufferBytes: bufferBytes)
    format = try Self.openFormat(source, path)
  }

  /// Bytes of the file read so far, for a progress display; up to a buffer ahead of the frames.
  public var fileOffset: UInt64 { source.fileOffset }

  /// Fills `batch` with the next frames, between 1 and its capacity of them; false, with an empty
  /// batch, at the end. The frames of the batch before become invalid.
  ///
  /// Throws once all frames before the damage have been given, and from then on each time; an
  /// interruption (`CaptureError.isInterruption`) is thrown once, and the next call goes on.
  public func nextBatch(into batch: inout FrameBatch) throws(CaptureError) -> Bool {
    batch.removeAll()
    if let failure { throw failure }
    do {
      return try fill(&batch)
    } catch {
      if !error.isInterruption { failure = error }
      throw error
    }
  }

  private func fill(_ batch: inout FrameBatch) throws(CaptureError) -> Bool {
    while true {
      let run = source.ready
      let progress = format.read(run, into: &batch)
      source.consume(progress.consumed)
      if batch.count > 0 { return true }
      switch progress.stop {
      case .batchFull:
        preconditionFailure("a batch without frames is not full")
      case .failed(let reason):
        throw CaptureError(path, reason)
      case .needs(let length, let expected):
        if try source.refill(toward: length) { continue }
        let rest = source.ready
        if rest.count == 0 { return false }
        throw CaptureError(
          path,
          .truncated(offset: rest.offset, expected: expected, missing: length - rest.count))
      }
    }
  }

  // MARK: Opening

  private static func openFormat(
    _ source: ReadAhead, _ path: String
  ) throws(CaptureError) -> any CaptureFormat {
    let head = try prefix(4, of: source)
    if PcapngFormat.recognises(head) { return PcapngFormat() }
    guard PcapFormat.recognises(head) else {
      if head.isEmpty { throw CaptureError(path, .isEmpty) }
      throw CaptureError(path, .notACapture(head: Array(head)))
    }
    let needed = PcapFormat.fileHeaderLength
    let header = try prefix(needed, of: source)
    guard header.count == needed else {
      throw CaptureError(
        path,
        .truncated(
          offset: 0, expected: "a 24-byte file header", missing: needed - header.count))
    }
    do {
      let format = try PcapFormat(header: header)
      source.consume(needed)
      return format
    } catch {
      throw CaptureError(path, error.reason)
    }
  }

  /// The first bytes of the run, fewer only where the capture has fewer.
  private static func prefix(
    _ count: Int, of source: ReadAhead
  ) throws(CaptureError) -> UnsafeRawBufferPointer {
    while source.ready.count < count {
      guard try source.refill(toward: count) else { break }
    }
    let run = source.ready
    return UnsafeRawBufferPointer(start: run.base, count: min(count, run.count))
  }
}
