import Glibc

/// A regular file, mapped whole. Pages behind the cursor are given back, so that resident memory
/// stays at a few strides however long the file is.
final class MappedSource: ByteSource {
  /// Pages are asked for and given back in steps of this many bytes.
  private static let stride = 4 << 20

  private let descriptor: FileDescriptor
  private let base: UnsafeMutableRawPointer
  private let mappedLength: Int
  private var position = 0
  /// How long the run is at most: what a batch can touch stays bounded with the largest frames.
  private var reach = 2 * MappedSource.stride
  /// Pages were asked for up to here.
  private var populatedEnd = 0
  /// Pages were given back up to here.
  private var droppedEnd = 0

  /// Maps `length` bytes, more than 0, of an open regular file.
  init(_ descriptor: FileDescriptor, length: Int) throws(CaptureError) {
    guard
      let base = mmap(nil, length, PROT_READ, MAP_PRIVATE, descriptor.number, 0),
      base != MAP_FAILED
    else {
      throw CaptureError(descriptor.path, .unreadable(errno: errno))
    }
    self.descriptor = descriptor
    self.base = base
    mappedLength = length
    _ = madvise(base, length, MADV_SEQUENTIAL)
    moveStride()
  }

  deinit { munmap(base, mappedLength) }

  var run: ByteRun {
    ByteRun(
      base: UnsafeRawPointer(base) + position, count: min(reach, unreadLength),
      offset: UInt64(position))
  }

  /// Ends where the file ends now: touching pages of a file that was cut since it was opened would
  /// be a SIGBUS. One `fstat` a batch is about 1 % of what a batch costs.
  private var unreadLength: Int {
    var status = stat()
    let known = fstat(descriptor.number, &status) == 0 ? Int(status.st_size) : mappedLength
    return max(0, min(mappedLength, known) - position)
  }

  func consume(_ count: Int) {
    position += count
    if position + Self.stride / 2 > populatedEnd { moveStride() }
  }

  func refill(toward length: Int) -> Bool {
    guard unreadLength >= length else { return false }
    reach = max(2 * Self.stride, length)
    return true
  }

  var fileOffset: UInt64 { UInt64(position) }

  /// Faults the next stride in with one call (page by page costs 60 % more) and drops what lies more
  /// than a stride behind; a frame in use there would only be faulted in again.
  private func moveStride() {
    let from = max(populatedEnd, position / Self.stride * Self.stride)
    guard from < mappedLength else { return }
    let length = min(Self.stride, mappedLength - from)
    _ = madvise(base + from, length, populateRead)
    populatedEnd = from + length
    let keep = max(0, position - Self.stride) / Self.stride * Self.stride
    if keep > droppedEnd {
      _ = madvise(base + droppedEnd, keep - droppedEnd, MADV_DONTNEED)
      droppedEnd = keep
    }
  }
}

/// MADV_POPULATE_READ of Linux 5.14, which older headers do not name. An older kernel refuses it and
/// pages come one fault at a time.
private let populateRead: Int32 = 22
