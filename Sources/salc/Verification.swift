import Compiler
import DataModel
import Glibc
import Plan
import Reference
import Session
import Sinks
import Synchronization

/// The same tuples through the exact evaluator, the host and, where they are a capture's packets,
/// the kernel.
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
    /// What is too large.
    let path: String
  }

  let query: CompiledQuery
  /// What the query reads: a capture, records, or several of either.
  let input: RunConfiguration.Input
  /// Files of the query's tables of vertices, beside those that it names.
  let tableFiles: [String: String]
  /// Bytes that the exact evaluator may use; nil for all that the machine can give.
  let memory: Int?

  /// Tuples that the exact evaluator read.
  private(set) var packets = 0
  private(set) var comparisons: [Comparison] = []
  /// Why the kernel could not be asked; nil where it was.
  private(set) var withoutKernel: String?
  /// Losses that an engine told of, by engine.
  private(set) var losses: [String] = []
  /// What the runs remarked, such as the Lateness that a disordered capture wants; each once.
  private(set) var remarks: [String] = []

  init(
    of query: CompiledQuery, over input: RunConfiguration.Input,
    tableFiles: [String: String] = [:], memory: Int? = nil
  ) {
    self.memory = memory
    self.query = query
    self.input = input
    self.tableFiles = tableFiles
  }

  /// Runs all three, and compares each engine with the exact answer and the two with each other.
  mutating func run() throws {
    let (exact, tuples, told) = try exactRows()
    (packets, remarks) = (tuples, told)
    let keys = query.plan.outputs.map { Self.keyColumns(of: $0) }
    let host = try rows(input, "host")
    comparisons.append(
      Comparison(
        judged: "host", by: "exact",
        verdict: Verdict(expected: exact, found: host, keys: keys)))
    guard case .captureOnHost(let path) = input else {
      withoutKernel =
        query.plan.sources.count > 1
        ? "the host merges the sources by time" : "the host reads flow records"
      return
    }
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

  private mutating func rows(
    _ input: RunConfiguration.Input, _ engine: String
  ) throws(SessionError) -> [Row] {
    let sink = CollectingSink()
    let remarked = Mutex<[String]>([])
    var configuration = RunConfiguration(
      query: query, input: input, seed: RunConfiguration.captureSeed,
      remark: { text in remarked.withLock { $0.append(text) } })
    configuration.tableFiles = tableFiles
    let totals = try Session.run(configuration, into: sink, shouldStop: { false })
    remarks += remarked.withLock { $0 }.filter { !remarks.contains($0) }
    let summary = RunSummary(totals)
    if !summary.losses.isEmpty { losses.append("\(engine): \(summary.losses)") }
    if totals.packets != UInt64(packets) {
      losses.append("\(engine): \(totals.packets) \(unit), but the exact evaluator read \(packets)")
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
}
