import BPFRuntime

extension RunConfiguration {
  /// Bytes of a file below which a second thread costs more than it saves.
  private static let leastBytes: UInt64 = 1 << 20

  /// Whether a file of so many bytes (0 where that is not known) is read by a thread of its own,
  /// which parses while this one evaluates. Rows are the same.
  func readsAhead(fileBytes: UInt64) -> Bool {
    if let threads {
      if threads > 2 {
        remark("2 threads: one reads and parses, one evaluates; nothing is left for more")
      }
      return threads > 1
    }
    return usableCPUs > 1 && (fileBytes == 0 || fileBytes >= Self.leastBytes)
  }
}
