import DataModel

/// Datagrams out of a file or pipe, one behind the other, plain or gzipped.
///
/// Where none begins, everything up to the next one that another or the end follows is malformed.
final class DatagramFile: DatagramSource {
  let isLive = false
  private(set) var issues = RecordIssues()
  private let kind: ExportProtocol
  private let source: ReadAhead
  private let length: UInt64
  /// Whether the bytes before those at hand are no datagram.
  private var isSkipping = false

  init(_ kind: ExportProtocol, _ stream: any ByteStream, length: UInt64) {
    self.kind = kind
    self.length = length
    source = ReadAhead(stream)
  }

  var progress: (read: UInt64, total: UInt64) { (source.fileOffset, length) }

  func next(wait: Bool) throws(CaptureError) -> Datagram? {
    var isEnd = false
    while true {
      let run = source.ready
      let bytes = Octets(run.base.assumingMemoryBound(to: UInt8.self), run.count)
      if run.count == 0 {
        guard wait, !isEnd, try source.refill(toward: 1) else { return nil }
        continue
      }
      let length =
        isSkipping
        ? DatagramFraming.lengthBehindRubbish(kind, bytes, isEnd: isEnd)
        : DatagramFraming.length(kind, bytes, isEnd: isEnd)
      switch length {
      case .whole(let count):
        let datagram = bytes.slice(0, max(1, count))
        source.consume(datagram.count)
        isSkipping = false
        issues.datagramBytes += UInt64(datagram.count)
        return Datagram(bytes: datagram)
      case .open:
        guard wait else { return nil }
        isEnd = try !source.refill(toward: run.count + 1)
      case .none:
        if !isSkipping {
          issues.noteMalformed("byte \(run.offset): no datagram of \(kind.rawValue) begins here")
        }
        isSkipping = true
        issues.rubbishBytes += 1
        source.consume(1)
      }
    }
  }
}
