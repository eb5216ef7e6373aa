import DataModel
import Glibc
import Sinks
import Synchronization

/// The sink of a query that another process asked for: results go to it through a pipe, each
/// behind its length, and what becomes of them is that process's business.
final class SharedSender: Sink {
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var rows: UInt64 = 0
  /// Whether the other process has opened sinks for the query's outputs as they are.
  let hasOpenSinks: Bool
  /// Once the query is to end, a reader that does not read is waited for no longer than a second.
  let isEnding = Atomic<Bool>(false)

  private static let blockBytes = 1 << 16

  /// Writes to an open pipe, which stays open.
  init(descriptor: Int32, hasOpenSinks: Bool) {
    self.descriptor = descriptor
    self.hasOpenSinks = hasOpenSinks
  }

  func begin(_ meta: RunMeta) throws(SinkError) {
    try put(
      .meta(
        SharedResult.Meta(
          query: meta.query, placement: meta.placement, attach: meta.attach, seed: meta.seed)))
    try flush()
  }

  func row(_ row: Row) throws(SinkError) {
    rows += 1
    try put(.row(row))
  }

  func loss(_ record: LossRecord) throws(SinkError) { try put(.loss(record)) }

  func progress(_ progress: RunProgress) throws(SinkError) { try put(.progress(progress)) }

  func end(_ totals: RunTotals) throws(SinkError) {
    try put(.end(totals))
    try flush()
  }

  private func put(_ result: SharedResult) throws(SinkError) {
    let bytes = result.encoded
    withUnsafeBytes(of: UInt32(bytes.count).bigEndian) { buffer.append(contentsOf: $0) }
    buffer += bytes
    if buffer.count >= Self.blockBytes { try flush() }
  }

  func flush() throws(SinkError) {
    defer {
      buffer.removeAll(keepingCapacity: true)
      rows = 0
    }
    var rest = buffer[...]
    while !rest.isEmpty {
      let mayGoOn = WriterPatience.awaitRoom(descriptor) { !isEnding.load(ordering: .relaxed) }
      guard mayGoOn else { throw .stalled(rows: rows) }
      // A pipe that polls as writable has room for so much, pipe(7).
      let part = rest.prefix(Int(PIPE_BUF))
      let written = part.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 {
        if errno == EINTR || errno == EAGAIN { continue }
        throw errno == EPIPE ? .closed : .failed(errno: errno, doing: "writing to the other salc")
      }
      rest = rest.dropFirst(written)
    }
  }
}
