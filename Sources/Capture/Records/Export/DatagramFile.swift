import DataModel

/// Datagrams out of a file or pipe, one behind the other, plain or gzipped.
///
/// Where none begins, everything up to the next bytes that may be one is malformed.
final class DatagramFile: DatagramSource {
  let isLive = false
  private(set) var issues = RecordIssues()
  private let kind: ExportProtocol
  private let source: ReadAhead
  private let length: UInt64

  init(_ kind: ExportProtocol, _ stream: any ByteStream, length: UInt64) {
    self.kind = kind
    self.length = length
    source = ReadAhead(stream)
  }

  var progress: (read: UInt64, total: UInt64) { (source.fileOffset, length) }

  func next(wait: Bool) throws(CaptureError) -> Datagram? {
    var isEnd = false
    var isSkipping = false
    while true {
      let run = source.ready
      let bytes = Octets(run.base.assumingMemoryBound(to: UInt8.self), run.count)
      if run.count == 0 {
        guard wait, !isEnd, try source.refill(toward: 1) else { return nil }
        continue
      }
      switch DatagramFraming.length(kind, bytes, isEnd: isEnd) {
      case .whole(let count):
        let datagram = bytes.slice(0, max(1, count))
        source.consume(datagram.count)
        return Datagram(bytes: datagram)
      case .open:
        guard wait else { return nil }
        isEnd = try !source.refill(toward: run.count + 1)
      case .none:
        if !isSkipping {
          issues.noteMalformed("byte \(run.offset): no datagram of \(kind.rawValue) begins here")
        }
        isSkipping = true
        source.consume(1)
      }
    }
  }
}
