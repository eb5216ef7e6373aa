import DataModel
import Glibc
import Sinks
import TestSupport
import Testing

@Suite("Descriptors") struct DescriptorTests {
  static let meta = Sample.meta([Sample.victims])
  static let row = Sample.row(Sample.address(10, 0, 0, 1), .integer(1200), .integer(200))

  /// The error of writing many rows.
  private func error(_ format: Format, _ descriptor: Int32) -> SinkError? {
    let sink = format.sink(descriptor)
    do {
      try sink.begin(Self.meta)
      for _ in 0..<10_000 { try sink.row(Self.row) }
      try sink.end(RunTotals())
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: Format.allCases) func aReaderThatIsGoneIsClosed(_ format: Format) throws {
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    close(ends[0])
    defer { close(ends[1]) }
    #expect(error(format, ends[1]) == .closed)
  }

  @Test(arguments: Format.allCases) func aFullDiskIsAFailureWithItsNumber(_ format: Format) throws {
    let descriptor = open("/dev/full", O_WRONLY | O_CLOEXEC)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    guard case .failed(let code, let doing) = error(format, descriptor) else {
      Issue.record("a full disk was not noticed")
      return
    }
    #expect(code == ENOSPC)
    #expect(!doing.isEmpty)
  }

  @Test(arguments: Format.allCases) func aFullDiskIsNoticedAtTheEndAtTheLatest(_ format: Format)
    throws
  {
    let descriptor = open("/dev/full", O_WRONLY | O_CLOEXEC)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    #expect(throws: SinkError.self) {
      let sink = format.sink(descriptor)
      try sink.begin(Self.meta)
      try sink.row(Self.row)
      try sink.end(RunTotals())
    }
  }

  @Test func aFailedBlockIsNotRepeated() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
    let moving = dup(full)
    defer { for end in ends + [full, moving] { close(end) } }
    let sink = NDJSONSink(descriptor: moving)
    try? sink.begin(Self.meta)
    try sink.row(Self.row)
    #expect(throws: SinkError.self) { try sink.flush() }
    // The disk has room again: only what comes now is written.
    dup2(ends[1], moving)
    try sink.end(RunTotals())
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(ends[0], &bytes, bytes.count)
    let text = String(decoding: bytes[..<max(count, 0)], as: UTF8.self)
    #expect(text.hasPrefix(#"{"type":"end""#))
    #expect(text.hasSuffix("}\n"))
  }

  @Test func aNonBlockingPipeGetsEveryByte() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    let (input, output) = (ends[0], ends[1])
    // The reader is slower than the writer: the pipe is full most of the time.
    let reader = Reader(input)
    let sink = NDJSONSink(descriptor: output)
    try sink.begin(Self.meta)
    for _ in 0..<20_000 { try sink.row(Self.row) }
    try sink.end(RunTotals())
    close(output)
    let text = String(decoding: reader.finish(), as: UTF8.self)
    close(input)
    let lines = text.split(separator: "\n")
    #expect(lines.count == 20_002)
    #expect(Set(lines[1...20_000]).count == 1)
  }

  @Test func rowsOfAFlushArriveBeforeTheEnd() throws {
    for format in Format.allCases {
      let target = Target()
      let sink = format.sink(target.descriptor)
      try sink.begin(Self.meta)
      try sink.row(Self.row)
      try sink.flush()
      #expect(target.text.contains("10.0.0.1"), "\(format)")
    }
  }
}

/// A thread that reads a descriptor to its end, with pauses.
private final class Reader: @unchecked Sendable {
  private let descriptor: Int32
  private var bytes: [UInt8] = []
  private var thread = pthread_t()

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    let own = Unmanaged.passUnretained(self).toOpaque()
    pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Reader>.fromOpaque(argument).takeUnretainedValue().read()
        return nil
      }, own)
  }

  /// All bytes, once the other end is closed.
  func finish() -> [UInt8] {
    pthread_join(thread, nil)
    return bytes
  }

  private func read() {
    var block = [UInt8](repeating: 0, count: 30_000)
    while true {
      let count = Glibc.read(descriptor, &block, block.count)
      if count <= 0 { return }
      bytes += block[..<count]
      usleep(200)
    }
  }
}
