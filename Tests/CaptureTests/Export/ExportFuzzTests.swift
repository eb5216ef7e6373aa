import DataModel
import Glibc
import TestSupport
import Testing

@testable import Capture

/// Datagrams with errors: no decoder crashes, reads beyond a datagram or keeps what it was sent.
///
/// `SALC_FUZZ_DATAGRAMS` says how many in all (`scripts/fuzz-datagrams` takes a million).
@Suite("Damaged datagrams") struct ExportFuzzTests {
  private static var count: Int {
    getenv("SALC_FUZZ_DATAGRAMS").flatMap { Int(String(cString: $0)) } ?? 20_000
  }

  @Test("are survived in bounded memory", arguments: ExportProtocol.allCases)
  func mutations(kind: ExportProtocol) throws {
    var random = RandomSource(seed: 0x5A1C + UInt64(kind.ports[0]))
    let seeds = Self.seeds(kind)
    let schema = RecordFormats.all.first { $0.exportProtocol == kind }!
    let fields = schema.columns.map(\.id)
    let decoder = datagramDecoder(kind, fields)
    let batch = TupleBatch(fields: fields)
    let space = UnsafeMutablePointer<UInt8>.allocate(capacity: 1 << 17)
    defer { space.deallocate() }
    let total = Self.count / ExportProtocol.allCases.count
    var before = 0
    for round in 0..<total {
      var bytes = seeds[random.below(seeds.count)]
      for _ in 0..<random.below(3) {
        ExportStructure(kind, bytes).rearrange(
          &bytes, with: seeds[random.below(seeds.count)], &random)
      }
      for _ in 0..<random.below(6) { Self.damage(&bytes, &random) }
      // Behind the datagram lies what no decoder may take for part of it.
      space.update(from: bytes, count: bytes.count)
      decoder.take(
        Datagram(
          bytes: Octets(space, bytes.count),
          exporter: IPAddress(v4: UInt32(random.below(round % 100 == 0 ? 1 << 20 : 8))),
          port: UInt16(random.below(4)), received: 1))
      repeat { batch.count = 0 } while !decoder.read(into: batch)
      if round % 1000 == 0 { decoder.settle(isEnd: round % 10_000 == 0) }
      if round == total / 2 { before = Self.residentBytes() }
    }
    let after = Self.residentBytes()
    if getenv("SALC_FUZZ_DATAGRAMS") != nil {
      print(
        "\(kind.rawValue): \(total) datagrams of \(seeds.count) seeds, resident "
          + "\(before >> 20) MiB after half of them, \(after >> 20) MiB after all")
    }
    #expect(after - before < 64 << 20)
    if let decoder = decoder as? TemplateDecoder {
      #expect(decoder.store.all.count <= TemplateStore.sessionsMax)
      #expect(
        decoder.store.all.reduce(0) { $0 + $1.fieldCount } <= TemplateStore.fieldsMax * 5 / 4)
    }
  }

  /// What exporters of the world sent, where the captures are there, and messages of our own.
  private static func seeds(_ kind: ExportProtocol) -> [[UInt8]] {
    let template = [TestField(8, 4), TestField(1, 8), TestField(371, 0xFFFF), TestField(152, 8)]
    let data = [UInt8](repeating: 3, count: 90)
    var seeds: [[UInt8]] =
      switch kind {
      case .netflowV5: [TestMessage.v5([1, 2, 3])]
      case .netflowV9:
        [
          TestMessage.v9([
            TestMessage.set(0, TestMessage.template(300, template)), TestMessage.set(300, data),
          ])
        ]
      case .ipfix:
        [
          TestMessage.ipfix([
            TestMessage.set(2, TestMessage.template(300, template)), TestMessage.set(300, data),
          ]),
          TestMessage.ipfix([TestMessage.set(2, octets(300, 2) + octets(0, 2))]),
        ]
      case .sflow: [octets(5, 4) + octets(1, 4) + octets(1, 4) + octets(0, 16)]
      }
    guard let data = getenv("SALC_TEST_DATA").map({ String(cString: $0) }) else { return seeds }
    for path in files(under: data + "/flows") {
      let bytes = contents(of: path)
      let word = bytes.count > 4 ? Int(bytes[0]) << 8 | Int(bytes[1]) : 0
      let isSflow = bytes.count > 4 && bytes[..<4].elementsEqual([0, 0, 0, 5])
      let fits = kind == .sflow ? isSflow : word == Int(kind.version)
      if fits, bytes.count < 65_535 { seeds.append(bytes) }
    }
    if kind == .sflow { seeds += captured(data + "/pcap/d22_sflow_v5.pcap", kind) }
    return seeds
  }

  /// What exporters sent in a capture.
  private static func captured(_ path: String, _ kind: ExportProtocol) -> [[UInt8]] {
    guard let (stream, length) = try? openByteStream(path),
      let capture = try? CaptureFile(stream, path: path, fileLength: length)
    else { return [] }
    let source = DatagramCapture(capture, ports: kind.ports)
    var found: [[UInt8]] = []
    while let datagram = try? source.next(wait: true) {
      found.append((0..<datagram.bytes.count).map { datagram.bytes.u8($0) })
    }
    return found
  }

  private static func damage(_ bytes: inout [UInt8], _ random: inout RandomSource) {
    guard !bytes.isEmpty else { return }
    let at = random.below(bytes.count)
    switch random.below(7) {
    case 0: bytes[at] ^= 1 << UInt8(random.below(8))
    case 1: bytes[at] = [0, 1, 127, 128, 255][random.below(5)]
    case 2: bytes.removeLast(bytes.count - at)
    case 3: bytes.remove(at: at)
    case 4: bytes.insert(UInt8(random.below(256)), at: at)
    case 5:
      // Lengths and counts are two bytes wide.
      let even = at & ~1
      guard even + 1 < bytes.count else { return }
      let value = [0, 1, 3, 4, 0xFFFF, 0x7FFF, 255, 256][random.below(8)]
      (bytes[even], bytes[even + 1]) = (UInt8(value >> 8), UInt8(value & 255))
    default:
      let from = random.below(bytes.count)
      let length = min(random.below(64), bytes.count - from)
      guard bytes.count + length < 65_535 else { return }
      bytes.insert(contentsOf: Array(bytes[from..<from + length]), at: at)
    }
  }

  private static func residentBytes() -> Int {
    let words = contents(of: "/proc/self/statm").split(separator: 32)
    return words.count > 1 ? (Int(String(decoding: words[1], as: UTF8.self)) ?? 0) * 4096 : 0
  }

  private static func contents(of path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 17)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes[..<count])
  }

  private static func files(under path: String) -> [String] {
    FileBytes.names(in: path).flatMap { name in
      let whole = path + "/" + name
      let below = files(under: whole)
      return below.isEmpty ? [whole] : below
    }
  }
}
