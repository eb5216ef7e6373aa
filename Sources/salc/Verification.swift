import Compiler
import DataModel
import Glibc
import Plan
import Reference
import Session
import Sinks
import Synchronization

/// The same capture through the exact evaluator, the host and the kernel.
struct Verification {
  /// Two answers held against each other.
  struct Comparison {
    /// What was judged, and what by: `host`, `exact`.
    let judged: String
    let by: String
    let verdict: Verdict
  }

  /// The exact evaluator would need more memory than there is.
  struct TooLarge: Error {
    let packets: Int
    let needed: Int
    let available: Int
  }

  let query: CompiledQuery
  let path: String
  /// Bytes that the exact evaluator may use; nil for all that the machine can give.
  let memory: Int?

  private(set) var packets = 0
  private(set) var comparisons: [Comparison] = []
  /// Why the kernel could not be asked; nil where it was.
  private(set) var withoutKernel: String?
  /// Losses that an engine told of, by engine.
  private(set) var losses: [String] = []
  /// What the runs remarked, such as the Lateness that a disordered capture wants; each once.
  private(set) var remarks: [String] = []

  init(of query: CompiledQuery, over path: String, memory: Int? = nil) {
    self.memory = memory
    self.query = query
    self.path = path
  }

  /// Runs all three, and compares each engine with the exact answer and the two with each other.
  mutating func run() throws {
    let exact = try exactRows()
    let keys = query.plan.outputs.map { Self.keyColumns(of: $0) }
    let host = try rows(.captureOnHost(path: path), "host")
    comparisons.append(
      Comparison(
        judged: "host", by: "exact",
        verdict: Verdict(expected: exact, found: host, keys: keys)))
    let attempt = Result { () throws(SessionError) in
      try rows(.captureInKernel(path: path, cpus: 1), "kernel")
    }
    if case .failure(let error) = attempt, error.kind == .privilege || error.kind == .kernel {
      withoutKernel = "\(error)"
      return
    }
    let kernel = try attempt.get()
    comparisons.append(
      Comparison(
        judged: "kernel", by: "exact",
        verdict: Verdict(expected: exact, found: kernel, keys: keys)))
    let wanted = host.map { NaiveRow(row: $0, isOptional: $0.isUncertain) }
    comparisons.append(
      Comparison(
        judged: "kernel", by: "host",
        verdict: Verdict(expected: wanted, found: kernel, keys: keys)))
  }

  /// Whether nothing differs.
  var agrees: Bool { comparisons.allSatisfy(\.verdict.agrees) }

  private mutating func exactRows() throws -> [NaiveRow] {
    let available = memory ?? Self.availableMemory()
    guard let bytes = try Session.contents(ofCapture: path, limit: available) else {
      throw TooLarge(packets: 0, needed: available, available: available)
    }
    var count = 0
    CaptureFile.forEachFrame(of: bytes) { _ in count += 1 }
    packets = count
    let needed = bytes.count + count * Self.bytesPerPacket(of: query.plan)
    guard needed <= available else {
      throw TooLarge(packets: count, needed: needed, available: available)
    }
    var evaluator = NaiveEvaluator(plan: query.plan)
    let tables = try query.readTables()
    evaluator.attributes = { tables[$0].attribute($1, of: $2) }
    var order = 0
    CaptureFile.forEachFrame(of: bytes) { frame in
      evaluator.take(NaivePacket(frame, order: order))
      order += 1
    }
    return evaluator.finish()
  }

  private mutating func rows(
    _ input: RunConfiguration.Input, _ engine: String
  ) throws(SessionError) -> [Row] {
    let sink = CollectingSink()
    let remarked = Mutex<[String]>([])
    let configuration = RunConfiguration(
      query: query, input: input, seed: RunConfiguration.captureSeed,
      remark: { text in remarked.withLock { $0.append(text) } })
    let totals = try Session.run(configuration, into: sink, shouldStop: { false })
    remarks += remarked.withLock { $0 }.filter { !remarks.contains($0) }
    let summary = RunSummary(totals)
    if !summary.losses.isEmpty { losses.append("\(engine): \(summary.losses)") }
    if totals.packets != UInt64(packets) {
      losses.append("\(engine): \(totals.packets) packets, but the exact evaluator read \(packets)")
    }
    return sink.rows
  }

  /// Columns that name a row: the key of a relation's rows, every column of a tuple's.
  private static func keyColumns(of output: Output) -> [Int] {
    guard case .rows(_, let columns) = output.content else {
      return Array(output.schema.columns.indices)
    }
    return columns.indices.filter {
      if case .key = columns[$0] { true } else { false }
    }
  }

  /// What the exact evaluator keeps of a packet at most: a state for a key of its own in each
  /// aggregation and DISTINCT, a value for each feature (an item where it counts items), a row for
  /// each stream of tuples. 650 to 800 bytes were measured where every packet has a key of its own.
  static func bytesPerPacket(of plan: LogicalPlan) -> Int {
    var bytes = 0
    for node in plan.nodes {
      if case .distinct = node.operation { bytes += 300 }
    }
    bytes += plan.aggregations.count * 500
    bytes += plan.features.count * 500
    for output in plan.outputs {
      if case .tuples(_, let columns) = output.content { bytes += 600 + 150 * columns.count }
    }
    return bytes
  }

  /// Bytes that the machine can still give; all of an address space where that is not known.
  private static func availableMemory() -> Int {
    guard let file = fopen("/proc/meminfo", "r") else { return .max / 2 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let words = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        .split(separator: UInt8(ascii: " "))
        .map { String(decoding: $0, as: UTF8.self) }
      if words.first == "MemAvailable:", words.count > 1, let kilobytes = Int(words[1]) {
        return kilobytes * 1024
      }
    }
    return .max / 2
  }
}
