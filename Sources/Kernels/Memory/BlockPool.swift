import Glibc

/// Blocks of a few sizes for the states of many keys, each at the start of a cache line, out of
/// chunks. What is given back is taken again by the next block of the same size; all goes back to
/// the system with the pool.
final class BlockPool {
  private static let line = 64
  private static let firstChunk = 64 << 10
  private static let largestChunk = 8 << 20

  private var chunks: [UnsafeMutableRawPointer] = []
  private var next: UnsafeMutableRawPointer?
  private var left = 0
  /// How much of what is left has its pages.
  private var populated = 0
  private var chunkBytes = BlockPool.firstChunk
  /// The blocks given back, by size; each begins with the address of the next.
  private var free: [(bytes: Int, first: UnsafeMutableRawPointer?)] = []

  deinit { for chunk in chunks { chunk.deallocate() } }

  /// A block of at least so many bytes, not set to anything.
  func take(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let bytes = Self.rounded(byteCount)
    for index in free.indices where free[index].bytes == bytes {
      guard let block = free[index].first else { break }
      free[index].first = block.load(as: UnsafeMutableRawPointer?.self)
      return block
    }
    if bytes > left || next == nil {
      // What is left of the last chunk is given up; a block that fills a chunk gets its own.
      let size = chunkBytes
      chunkBytes = min(size * 2, Self.largestChunk)
      let whole = max(bytes, size)
      let chunk =
        whole >= EntryMemory.hugePage
        ? EntryMemory.allocate(largeByteCount: whole)
        : UnsafeMutableRawPointer.allocate(byteCount: whole, alignment: Self.line)
      chunks.append(chunk)
      if bytes >= size { return chunk }
      (next, left, populated) = (chunk, size, 0)
    }
    guard let block = next else { preconditionFailure("a chunk was made") }
    if bytes > populated { populate(block, bytes) }
    next = block + bytes
    left -= bytes
    populated -= bytes
    return block
  }

  /// Takes back a block that was taken with this size.
  func give(_ block: UnsafeMutableRawPointer, _ byteCount: Int) {
    let bytes = Self.rounded(byteCount)
    let place = free.firstIndex { $0.bytes == bytes }
    block.storeBytes(of: place.flatMap { free[$0].first }, as: UnsafeMutableRawPointer?.self)
    if let place { free[place].first = block } else { free.append((bytes, block)) }
  }

  /// Has the system make the next pages at once: a fault each would cost five times as much.
  private func populate(_ block: UnsafeMutableRawPointer, _ bytes: Int) {
    let page = 4096
    let wanted = min(left, max(bytes, Self.stepBytes))
    let start = (block + populated).alignedUp(toMultipleOf: page)
    let end = (block + wanted).alignedDown(toMultipleOf: page)
    // A wish; systems before Linux 5.14 know nothing of it, and pages come as they are touched.
    if end > start { _ = madvise(start, end - start, Self.populateWrite) }
    populated = wanted
  }

  /// `MADV_POPULATE_WRITE`, which older headers lack.
  private static let populateWrite: Int32 = 23
  private static let stepBytes = 256 << 10

  private static func rounded(_ bytes: Int) -> Int { (max(bytes, line) + line - 1) & -line }
}
