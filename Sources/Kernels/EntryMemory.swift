import Glibc

/// Memory of tables and pools: large ones in huge pages where the system has them.
///
/// A table is read at random; in 4 KiB pages a lookup misses the TLB as well as the cache, and
/// growing one takes a fault a page.
enum EntryMemory {
  static let hugePage = 2 << 20

  /// Room for so many words, not initialized; freed with `deallocate()`.
  static func allocate(words: Int) -> UnsafeMutablePointer<UInt64> {
    let bytes = words * MemoryLayout<UInt64>.stride
    guard bytes >= hugePage else { return .allocate(capacity: words) }
    return allocate(largeByteCount: bytes).bindMemory(to: UInt64.self, capacity: words)
  }

  /// Room for so many bytes, at least those of a huge page.
  static func allocate(largeByteCount bytes: Int) -> UnsafeMutableRawPointer {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: hugePage)
    // A hint: where it is not taken the pages are small. Only whole huge pages are asked for, so
    // that the table stays as large as it says.
    _ = madvise(memory, bytes / hugePage * hugePage, MADV_HUGEPAGE)
    return memory
  }
}
