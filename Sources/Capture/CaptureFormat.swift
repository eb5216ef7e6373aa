/// Bytes of a capture that can be read now, and where in the capture they stand.
struct ByteRun {
  let base: UnsafeRawPointer
  let count: Int
  /// Offset in the capture of `base`.
  let offset: UInt64
}

/// Why a format stopped reading a run. `consumed` is always at the start of a record or block.
struct Progress {
  enum Stop: Equatable {
    /// The batch holds what it can.
    case batchFull
    /// `expected` begins at `consumed` and is `length` bytes long, more than the run has left.
    /// At the end of a capture this is truncation, unless nothing at all is left.
    case needs(length: Int, expected: String)
    /// No reading on from here.
    case failed(CaptureError.Reason)
  }
  var consumed: Int
  var stop: Stop
}

/// A capture format: a pure reader of frames from a run of bytes. One call per batch.
protocol CaptureFormat {
  /// Appends to `batch` the frames of `run`, from its first byte on, which is the start of a
  /// record or block. Frames that stand complete before a failure are in the batch.
  mutating func read(_ run: ByteRun, into batch: inout FrameBatch) -> Progress
}

/// Longer frames are taken for damage: no network has them, and libpcap's writers stop here
/// (MAXIMUM_SNAPLEN in its pcap-int.h).
let maximumFrameLength: UInt32 = 262_144
