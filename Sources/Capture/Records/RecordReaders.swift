public import DataModel

/// A place that records come from; what `RecordReaders` opens.
public enum RecordPlace: Sendable, Hashable {
  /// A file or pipe, `.gz` too; `-` is standard input. Of a datagram protocol also a capture: what
  /// UDP carried to `port`, or to the protocol's usual ones.
  case file(String, port: UInt16?)
  /// A server's lines over TCP.
  case tcp(host: String, port: UInt16)
  /// Where clients send lines over TCP, or exporters datagrams over UDP.
  case listen(ListenAddress)
}

/// Opens sources of records.
public enum RecordReaders {
  /// A reader of these columns of a schema's records. `remark` takes what an operator should know.
  public static func open(
    _ place: RecordPlace, schema: RecordSchema, fields: [FieldID], remark: (String) -> Void
  ) throws(CaptureError) -> any RecordReader {
    if case .datagrams(let kind) = schema.encoding {
      return DatagramReader(
        try source(place, kind, remark), datagramDecoder(kind, fields))
    }
    let path =
      switch place {
      case .file(let path, _): path
      case .tcp(let host, let port): "\(tcpScheme)\(host):\(port)"
      case .listen(let address): "\(listenScheme)\(address)"
      }
    if schema.encoding == .json {
      return try JSONReader(path: path, schema: schema, fields: fields)
    }
    return try DelimitedReader(path: path, schema: schema, fields: fields)
  }

  /// What to say of a source that has ended and whose reader gave so many records; nil where most
  /// of it could be read, or there was nothing to read, as in a file with a header alone.
  public static func complaint(
    of place: String, _ schema: RecordSchema, _ issues: RecordIssues, records: UInt64
  ) -> CaptureError? {
    guard let why = issues.whyNoRecord else { return nil }
    if records > 0 {
      guard let share = issues.unreadShare(records: records) else { return nil }
      return CaptureError(
        place,
        .unreadableRecords(
          "\(share) could not be read, so it is hardly what \(schema.source) reads, and rows of "
            + "the rest mean little: \(why); "
            + remedy(place, schema)))
    }
    return CaptureError(
      place,
      .unreadableRecords(
        "not one record of \(schema.source) could be read: \(why); \(remedy(place, schema))"))
  }

  /// What to say of a live source, which goes on, where most of what has come could not be read;
  /// nil where it could, or too little has come to tell.
  public static func warning(
    of place: String, _ issues: RecordIssues, records: UInt64
  ) -> String? {
    guard issues.malformed >= 8, let why = issues.whyNoRecord,
      let share = issues.unreadShare(records: records)
    else { return nil }
    return "\(place): \(share) could not be read so far: \(why)"
  }

  private static func remedy(_ place: String, _ schema: RecordSchema) -> String {
    if case .datagrams = schema.encoding {
      // A capture was recognised; what it holds is said.
    } else if (try? RecordSample.isFile(place)) == true, (try? CaptureFile(path: place)) != nil {
      return "it is a capture, of which --pcap makes flow records"
    }
    return "salc schema \(schema.source) shows what a record has"
  }

  private static func source(
    _ place: RecordPlace, _ kind: ExportProtocol, _ remark: (String) -> Void
  ) throws(CaptureError) -> any DatagramSource {
    switch place {
    case .tcp(let host, let port):
      throw CaptureError("tcp:\(host):\(port)", .unsupportedFormat("exporters send over UDP"))
    case .listen(let address):
      let receiver = try UDPReceiver(address)
      if receiver.bufferBytes < UDPReceiver.wantedBytes / 4 {
        remark(
          "the socket's buffer is \(receiver.bufferBytes >> 10) KiB; "
            + "sysctl net.core.rmem_max=\(UDPReceiver.wantedBytes) lets it take bursts")
      }
      return receiver
    case .file(let path, let port):
      let (stream, length) = try openByteStream(path)
      let peeked = try PeekedStream(stream, 4)
      let isCapture = peeked.withHead {
        PcapngFormat.recognises($0) || PcapFormat.recognises($0)
      }
      guard isCapture else { return DatagramFile(kind, peeked, length: length) }
      let capture = try CaptureFile(peeked, path: path, fileLength: length)
      return DatagramCapture(capture, ports: port.map { [$0] } ?? kind.ports)
    }
  }
}

/// How paths name connections, which no file is called by.
let tcpScheme = "tcp://"
let listenScheme = "listen://"

/// A stream of which the first bytes were looked at.
final class PeekedStream: ByteStream {
  private let stream: any ByteStream
  private let first: [UInt8]
  private var given = 0

  init(_ stream: any ByteStream, _ count: Int) throws(CaptureError) {
    self.stream = stream
    let space = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
    defer { space.deallocate() }
    var have = 0
    while have < count {
      let got = try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: space[have...]))
      if got == 0 { break }
      have += got
    }
    first = Array(space[..<have])
  }

  /// Shows the bytes that were looked at.
  func withHead<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    first.withUnsafeBytes { body($0) }
  }

  var fileOffset: UInt64 { stream.fileOffset }

  func read(into space: UnsafeMutableRawBufferPointer) throws(CaptureError) -> Int {
    guard given < first.count else { return try stream.read(into: space) }
    let count = min(space.count, first.count - given)
    space.copyBytes(from: first[given..<given + count])
    given += count
    return count
  }
}
