import BPFRuntime
import Compiler
import Plan

extension RunConfiguration {
  /// Bytes of a file below which a second thread costs more than it saves.
  private static let leastBytes: UInt64 = 1 << 20

  /// The most threads of a run that does not say how many: each has tables of its own.
  private static let mostThreads = 8

  /// How many threads a file of so many bytes takes (0 where that is not known): one for all, or
  /// one that reads beside one that evaluates, and those with which they share what can be shared.
  /// Rows are the same. What was asked for and cannot be is said.
  func threads(fileBytes: UInt64) -> Int {
    guard let threads else {
      let isLong = fileBytes == 0 || fileBytes >= Self.leastBytes
      return isLong ? min(usableCPUs, Self.mostThreads) : 1
    }
    if threads > 2, let reason = query.plan.reasonForOneThread {
      remark("--threads \(threads): one thread reads, one evaluates; \(reason)")
    }
    return threads
  }

  /// One thread; says why where more were asked for.
  func oneThread(because reason: String) -> Int {
    if let threads, threads > 1 { remark("--threads \(threads): one thread evaluates; \(reason)") }
    return 1
  }
}
