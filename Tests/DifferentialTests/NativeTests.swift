import BPFModel
import BPFRuntime
import CRuntimeBPF
import Capture
import Compiler
import DataModel
import Glibc
import Kernels
import Plan
import Reference
import TestSupport
import Testing

/// What a query's program leaves behind is the same memory whoever runs it: the kernel, this
/// machine's processor without a kernel, and for sketches the host's engine.
@Suite(
  "The same C leaves the same bytes, natively and in the kernel",
  .enabled(if: Requirement.kernel.isMet, "needs the kernel"))
struct NativeTests {
  /// Every form of state, export and predicate; tables of four sets, so that they evict.
  static let queries = [
    """
    K = STREAM P BY SourceIp;
    A = FOREACH K GENERATE count() WINDOW 1h;
    B = FOREACH K GENERATE sum(frame.len) WINDOW 1h;
    C = FOREACH K GENERATE max(ip.ttl) WINDOW 1h;
    D = FOREACH K GENERATE stddev(frame.len) WINDOW 1h;
    """,
    "OUTPUT FOREACH P GENERATE countdistinct(SourceIp) WINDOW 1h;",
    "OUTPUT FOREACH P GENERATE countdistinct(DestIp, DestPort) WITHIN 5% WINDOW 1h;",
    "OUTPUT FOREACH (STREAM P BY DestIp) GENERATE countdistinct(SourceIp) WINDOW 1h;",
    "OUTPUT FOREACH (STREAM P BY DestIp/24) GENERATE topk(DestPort, 3) WINDOW 1h;",
    "OUTPUT FOREACH P GENERATE quantile(frame.len, 0.9) WINDOW 1h;",
    """
    F = FILTER P BY tcp.flags.syn AND NOT tcp.flags.ack OR udp.dstport == 53 OR ip.ttl < 60;
    OUTPUT F (SourceIp, DestIp, DestPort, frame.len);
    """,
    """
    New = DISTINCT P BY SourceIp, DestPort WINDOW 1h;
    OUTPUT FOREACH (STREAM New BY SourceIp) GENERATE count() WINDOW 1h;
    """,
    "OUTPUT (FILTER P BY payload CONTAINS \"HTTP\") (SourceIp, DestIp);",
  ]

  private static let seed: UInt64 = 0x5A1C
  private static let ringBytes: Int = 1_048_576

  /// Frames of one pane, as both take them whole, with order and lengths.
  private static let frames: [CapturedFrame] = {
    var profile = PacketGenerator.Profile()
    profile.oddOnceIn = 20
    var generator = PacketGenerator(seed: 7, profile: profile)
    var frames = generator.frames(2000)
    for name in TestCaptures.names.filter(Self.isEthernet) {
      frames += CaptureFile.frames(of: TestCaptures.path(name)).prefix(1500)
    }
    return frames.filter { $0.linkType == 1 && (14...3000).contains($0.bytes.count) }
  }()

  private static func isEthernet(_ name: String) -> Bool {
    ["d05", "d06", "d13", "d14", "d24"].contains { name.hasPrefix($0) }
  }

  @Test("table by table, register by register, record by record", arguments: queries)
  func sameMemory(text: String) throws { try Self.expectSameMemory("P = PacketStream();\n" + text) }

  /// Holds a program's memory and records in the kernel against those without one.
  static func expectSameMemory(_ text: String) throws {
    let query = try Engines.compiled(text, Way(engine: .kernel(cpus: 1), tableSets: 4))
    let native = try NativeProgram(query, ringBytes: Self.ringBytes, seed: Self.seed)
    let kernel = try KernelMemory(query, ringBytes: Self.ringBytes, seed: Self.seed)
    var (nativeRecords, kernelRecords): ([[UInt8]], [[UInt8]]) = ([], [])
    for (index, frame) in Self.frames.enumerated() {
      let length = UInt32(frame.bytes.count)
      native.describe(
        tick: frame.time, order: UInt64(index), wireLength: UInt32(frame.wireLength),
        capturedLength: length)
      #expect(native.run(frame.bytes) == 2)
      try kernel.run(frame, order: UInt64(index))
      if index & 63 == 63 {
        nativeRecords += native.drain()
        kernelRecords += kernel.drain()
      }
    }
    nativeRecords += native.drain()
    kernelRecords += kernel.drain()
    #expect(nativeRecords == kernelRecords)
    let (a, b) = (native.half, kernel.half)
    #expect(a.count == b.count)
    #expect(a.contains { $0 != 0 })
    let difference = zip(a, b).enumerated().first { $1.0 != $1.1 }?.offset
    #expect(difference == nil, "the halves differ from byte \(difference ?? 0) on")
    try expectHostRegisters(in: b, of: query)
  }

  /// The registers of a global distinct count, made by the host's decoder, packer and hash.
  private static func expectHostRegisters(in half: [UInt8], of query: CompiledQuery) throws {
    for table in try #require(query.layout).tables {
      guard case .registers(let precision) = table.form,
        case .aggregation(let index) = table.owner,
        case .distinct(let items, _) = query.plan.aggregations[index].form
      else { continue }
      let packer = KeyPacker(key: [], items: items)
      let words = packer.layout.wordCount
      let size: Int = 1 << precision
      var host = [UInt8](repeating: 0, count: size)
      let kept = UnsafeMutablePointer<UInt16>.allocate(capacity: TupleBatch.capacity)
      let keys = UnsafeMutablePointer<UInt64>.allocate(capacity: TupleBatch.capacity * words)
      defer {
        kept.deallocate()
        keys.deallocate()
      }
      let missing = try #require(packer.layout.slots.first { $0.component == items.count })
      try HostDecoding.forEachBatch(of: Self.frames, fields: items.map(\.field)) { batch in
        let n = packer.pack(
          batch, rows: batch.selection, count: batch.count, kept: kept, keys: keys)
        for row in 0..<n where keys[row * words + missing.word] >> UInt64(missing.shift) & 1 == 0 {
          let hash = KeyHash.hash(Self.seed, keys + row * words, words)
          sal_hll_update(&host, UInt32(precision), hash)
        }
      }
      let registers = Array(half.dropFirst(table.offset + 8).prefix(size))
      #expect(registers == host)
    }
  }
}

/// A query's program in the kernel, and the memory that it shares.
private final class KernelMemory {
  private let program: LoadedProgram
  private let state: MappedState
  private let control: ControlBlock
  private let runner: TestRun
  private var ring: RingDrain?
  private let cpu: Int
  private let thread: PinnedThread

  init(_ query: CompiledQuery, ringBytes: Int, seed: UInt64) throws {
    let first = try PinnedThread.allowed().first
    cpu = try #require(first)
    thread = try PinnedThread(cpu: cpu)
    var object = try BPFObject.open(try #require(query.object))
    try object.configure(
      BPFObject.Configuration(cpus: cpu + 1, ringBytes: ringBytes, frags: true, seed: seed))
    program = try object.load()
    state = try program.mapState()
    control = try program.mapControl()
    runner = try TestRun(program)
    if program.hasMap("sal_ring") { ring = try program.openRing() }
  }

  func run(_ frame: CapturedFrame, order: UInt64) throws {
    control.setWord(tickNanoseconds: UInt64(frame.time), epoch: 0)
    control.describeFrame(
      order: order, wireLength: UInt32(frame.wireLength),
      capturedLength: UInt32(frame.bytes.count))
    let verdict = try frame.bytes.withUnsafeBytes { try runner.replay($0) }
    #expect(verdict == 2)
  }

  var half: [UInt8] { Array(UnsafeRawBufferPointer(state.half(cpu: cpu, epoch: 0))) }

  func drain() -> [[UInt8]] {
    var records: [[UInt8]] = []
    ring?.drain { records.append(Array($0)) }
    return records
  }
}

/// The host's own decoding of frames, through a capture file.
private enum HostDecoding {
  static func forEachBatch(
    of frames: [CapturedFrame], fields: [FieldID], _ body: (TupleBatch) -> Void
  ) throws {
    var template = Array("/tmp/salc-frames-XXXXXX".utf8CString)
    close(mkstemp(&template))
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unlink(path) }
    FileBytes.write(Reference.CaptureFile.classic(frames), to: path)
    let capture = try Capture.CaptureFile(path: path)
    var decoder = PacketDecoder(fields: fields)
    let batch = TupleBatch(fields: fields)
    var read = FrameBatch()
    while try capture.nextBatch(into: &read) {
      decoder.decode(read, rows: 0..<read.count, into: batch)
      body(batch)
    }
  }
}
