import CZlib
import Glibc
import Testing

@testable import Capture

/// A file that is removed with the value.
struct TemporaryFile: ~Copyable {
  let path: String

  init(_ bytes: [UInt8]) {
    var template = Array("/tmp/salc-capture-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    precondition(descriptor >= 0, "no temporary file: \(errno)")
    path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(descriptor, $0.baseAddress! + written, $0.count - written)
      }
      precondition(count > 0, "the temporary file cannot be written: \(errno)")
      written += count
    }
    close(descriptor)
  }

  deinit { unlink(path) }
}

/// Packs `bytes` as gzip does.
func gzipped(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  var packed = [UInt8](repeating: 0, count: bytes.count + bytes.count / 8 + 1000)
  var input = bytes
  input.withUnsafeMutableBufferPointer { source in
    packed.withUnsafeMutableBufferPointer { target in
      let size = Int32(MemoryLayout<z_stream>.size)
      precondition(
        deflateInit2_(&stream, 6, Z_DEFLATED, 15 + 16, 8, 0, ZLIB_VERSION, size) == Z_OK)
      stream.next_in = source.baseAddress
      stream.avail_in = UInt32(source.count)
      stream.next_out = target.baseAddress
      stream.avail_out = UInt32(target.count)
      precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
      deflateEnd(&stream)
    }
  }
  return Array(packed[..<Int(stream.total_out)])
}

@Suite("Capture files")
struct FileTests {
  private func readFile(_ bytes: [UInt8]) -> (frames: [CopiedFrame], error: CaptureError?) {
    let file = TemporaryFile(bytes)
    do throws(CaptureError) {
      return try CaptureFile(path: file.path).readAll()
    } catch {
      return ([], error)
    }
  }

  private func openingError(_ path: String) -> CaptureError? {
    do throws(CaptureError) {
      _ = try CaptureFile(path: path)
      return nil
    } catch {
      return error
    }
  }

  @Test("what is no capture is refused in words")
  func refusals() {
    #expect(openingError("/nonexistent/x.pcap")?.reason == .unreadable(errno: ENOENT))
    #expect(
      openingError("/nonexistent/x.pcap")?.description
        == "/nonexistent/x.pcap: No such file or directory")
    #expect(openingError("/nonexistent/x.pcap")?.isDataError == false)
    #expect(openingError("/tmp")?.reason == .isDirectory)
    #expect(readFile([]).error?.reason == .isEmpty)
    #expect(readFile(gzipped([])).error?.reason == .isEmpty)
    let elf = readFile([0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0])
    #expect(elf.error?.reason == .notACapture(head: [0x7F, 0x45, 0x4C, 0x46]))
    #expect(
      elf.error?.description.hasSuffix(
        "begins with 7f 45 4c 46, which is neither pcap, "
          + "pcapng nor gzip") == true)
    #expect(readFile(gzipped([1, 2])).error?.reason == .notACapture(head: [1, 2]))
    #expect(openingError("/dev/null")?.reason == .isEmpty)
  }

  @Test("a plain file, a gzipped one and a pipe give the same frames")
  func sameFrames() throws {
    let frames = sampleFrames(5000)
    let bytes = classicPcap(frames)
    #expect(readFile(bytes).frames == frames)
    let packed = readFile(gzipped(bytes))
    #expect(packed.error == nil)
    #expect(packed.frames == frames)

    let path = "/tmp/salc-capture-\(getpid()).fifo"
    try #require(mkfifo(path, 0o600) == 0)
    defer { unlink(path) }
    let file = TemporaryFile(bytes)
    let pump = popen("cat \(file.path) > \(path)", "r")
    defer { pclose(pump) }
    let piped = try CaptureFile(path: path).readAll()
    #expect(piped.error == nil)
    #expect(piped.frames == frames)
  }

  @Test("read buffers of every small size give the same frames", arguments: 1...40)
  func smallBuffers(size: Int) throws {
    let frames = sampleFrames(40)
    let file = TemporaryFile(gzipped(classicPcap(frames)))
    let capture = try CaptureFile(path: file.path, bufferBytes: size * 7)
    let result = capture.readAll()
    #expect(result.error == nil)
    #expect(result.frames == frames)
  }

  @Test("a gzipped pcapng with a block longer than the read buffer")
  func longBlock() throws {
    var capture = PcapngEncoder()
    capture.section()
    capture.block(0xBAD, [UInt8](repeating: 1, count: 3 << 20))
    capture.interface()
    capture.enhanced([1, 2], units: 1)
    let result = readFile(gzipped(capture.bytes))
    #expect(result.error == nil)
    #expect(result.frames.map(\.bytes) == [[1, 2]])
  }

  @Test("several gzip members and zero padding are one capture")
  func members() {
    let frames = sampleFrames(100)
    let bytes = classicPcap(frames)
    let padding = [UInt8](repeating: 0, count: 600)
    let result = readFile(gzipped(Array(bytes[..<77])) + gzipped(Array(bytes[77...])) + padding)
    #expect(result.error == nil)
    #expect(result.frames == frames)
  }

  @Test("a cut gzip gives what could be unpacked, then says so")
  func cutGzip() {
    let frames = sampleFrames(300)
    let packed = gzipped(classicPcap(frames))
    for cut in [1, 7, 8, 9, 100, packed.count / 2] {
      let length = packed.count - cut
      let result = readFile(Array(packed[..<length]))
      #expect(result.frames == Array(frames[..<result.frames.count]))
      if cut <= 8 { #expect(result.frames == frames) }
      #expect(
        result.error?.reason
          == .damagedCompression(
            offset: UInt64(length), found: "the file ends inside the packed data"))
    }
    var damaged = packed
    damaged[packed.count - 6] ^= 1
    let result = readFile(damaged)
    #expect(result.frames == frames)
    guard case .damagedCompression(_, "incorrect data check") = result.error?.reason else {
      Issue.record("\(String(describing: result.error))")
      return
    }
  }

  @Test("a file longer than the read buffer is read whole, its progress shown")
  func longFile() throws {
    let frame = CopiedFrame(
      bytes: [UInt8](repeating: 5, count: 65_535), wireLength: 65_535, time: 1)
    let count = 400
    let file = TemporaryFile(classicPcap(Array(repeating: frame, count: count)))
    let capture = try CaptureFile(path: file.path)
    var batch = FrameBatch()
    var total = 0
    while try capture.nextBatch(into: &batch) {
      let passed = UInt64(24 + (total + batch.count) * 65_551)
      #expect((passed...(passed + (1 << 20))).contains(capture.fileOffset))
      total += batch.count
      #expect(batch[batch.count - 1].bytes[65_534] == 5)
    }
    #expect(total == count)
    #expect(capture.fileLength == UInt64(24 + count * 65_551))
  }

  @Test("a file that is cut while it is read ends early, in an error")
  func shrinking() throws {
    let frames = sampleFrames(100_000)
    let file = TemporaryFile(classicPcap(frames))
    let capture = try CaptureFile(path: file.path)
    var batch = FrameBatch()
    #expect(try capture.nextBatch(into: &batch))
    try #require(truncate(file.path, 3_000_001) == 0)
    let result = capture.readAll()
    #expect(result.frames.count > 10_000 && result.frames.count < 50_000)
    guard case .truncated = result.error?.reason else {
      Issue.record("\(String(describing: result.error))")
      return
    }
  }

  @Test("the writer's file is read back")
  func writer() throws {
    let frames = sampleFrames(9000)
    let file = TemporaryFile([])
    var writer = try CaptureWriter(path: file.path, encoder: PcapEncoder(isBigEndian: true))
    for frame in frames {
      let space = UnsafeMutableRawBufferPointer.allocate(
        byteCount: frame.bytes.count, alignment: 1)
      defer { space.deallocate() }
      space.copyBytes(from: frame.bytes)
      try writer.write(
        UnsafeRawBufferPointer(space), time: frame.time, wireLength: frame.wireLength)
    }
    try writer.finish()
    let result = try CaptureFile(path: file.path).readAll()
    #expect(result.error == nil)
    #expect(result.frames == frames)
  }
}
