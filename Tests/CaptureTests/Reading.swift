@testable import Capture

/// A frame copied out of a batch, to be compared.
struct CopiedFrame: Equatable {
  var bytes: [UInt8]
  var wireLength: UInt32
  var time: Int64
  var flags: LinkFlags = []
}

extension CaptureFile {
  /// Everything up to the end or the first error.
  func readAll() -> (frames: [CopiedFrame], error: CaptureError?) {
    var batch = FrameBatch()
    var frames: [CopiedFrame] = []
    do {
      while try nextBatch(into: &batch) {
        for row in 0..<batch.count {
          let frame = batch[row]
          frames.append(
            CopiedFrame(
              bytes: Array(frame.bytes), wireLength: frame.wireLength, time: frame.time,
              flags: frame.linkFlags))
        }
      }
    } catch {
      return (frames, error)
    }
    return (frames, nil)
  }
}

/// Bytes in memory, at most `step` at a time.
final class BytesStream: ByteStream {
  private let bytes: [UInt8]
  private let step: Int
  private var position = 0

  init(_ bytes: [UInt8], step: Int = .max) {
    self.bytes = bytes
    self.step = step
  }

  var fileOffset: UInt64 { UInt64(position) }

  func read(into space: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(space.count, bytes.count - position, step)
    space.copyBytes(from: bytes[position..<(position + count)])
    position += count
    return count
  }
}

extension CaptureFile {
  /// A capture held in memory, in a buffer of exactly its size, so that a sanitizer sees one byte
  /// too many.
  convenience init(bytes: [UInt8], path: String = "test") throws(CaptureError) {
    try self.init(
      BytesStream(bytes), path: path, fileLength: 0, bufferBytes: max(1, bytes.count))
  }
}

func read(_ bytes: [UInt8]) -> (frames: [CopiedFrame], error: CaptureError?) {
  read(BytesStream(bytes), bufferBytes: max(1, bytes.count))
}

func read(
  _ stream: any ByteStream, bufferBytes: Int
) -> (frames: [CopiedFrame], error: CaptureError?) {
  do throws(CaptureError) {
    let capture = try CaptureFile(
      stream, path: "test", fileLength: 0, bufferBytes: bufferBytes)
    return capture.readAll()
  } catch {
    return ([], error)
  }
}

/// Frames of different lengths, 0 and odd ones among them, 1.000001 s apart.
func sampleFrames(_ count: Int, from first: Int64 = 1_700_000_000_123_456_000) -> [CopiedFrame] {
  (0..<count).map { index in
    let length = (index * 37) % 131
    return CopiedFrame(
      bytes: (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ index) },
      wireLength: UInt32(length + (index % 3) * 100),
      time: first + Int64(index) * 1_000_001_000)
  }
}

func classicPcap(_ frames: [CopiedFrame], _ encoder: PcapEncoder = PcapEncoder()) -> [UInt8] {
  var bytes: [UInt8] = []
  encoder.appendFileHeader(to: &bytes)
  for frame in frames {
    frame.bytes.withUnsafeBytes {
      encoder.append($0, time: frame.time, wireLength: frame.wireLength, to: &bytes)
    }
  }
  return bytes
}
