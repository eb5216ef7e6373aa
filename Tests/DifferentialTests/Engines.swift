import Compiler
import DataModel
import Diagnostics
import Plan
import Planning
import Session
import Sinks
import Synchronization
import TestSupport

/// Where and how a query is evaluated, for comparing ways that must give the same rows.
struct Way: Sendable, CustomStringConvertible {
  /// The engine that reads the capture.
  enum Engine: Sendable, Hashable { case host, kernel(cpus: Int) }

  var engine: Engine
  var placement: PlacementPolicy = .automatic
  /// Sets of four ways in each table of the data path; nil is the default size.
  var tableSets: Int?
  var disabledRules: Set<String> = []
  /// Whether sources of records stand for flows of packets.
  var takesPackets = false
  /// Places that sources read instead, by their names.
  var bindings: [String: String] = [:]

  static let host = Way(engine: .host, placement: .hostEngine)

  var description: String {
    var words = ["\(engine)", "\(placement)"]
    if let tableSets { words.append("tables of \(tableSets) sets") }
    if !disabledRules.isEmpty { words.append("without \(disabledRules.sorted())") }
    return words.joined(separator: ", ")
  }
}

/// What a run gave.
struct Answer {
  let rows: [Row]
  let losses: [LossRecord]
  let totals: RunTotals
}

/// Compiles once for each way and runs over captures.
enum Engines {
  /// The query could not be compiled.
  struct Refused: Error, CustomStringConvertible { let description: String }

  private static let cache = Mutex<[String: CompiledQuery]>([:])

  /// The compiled query, its object included where it has a program.
  static func compiled(_ text: String, _ way: Way) throws -> CompiledQuery {
    let name =
      "\(way.takesPackets)|\(way.placement)|\(way.tableSets ?? 0)|\(way.disabledRules.sorted())"
      + "|\(way.bindings.sorted { $0.key < $1.key })|\(text)"
    if let known = cache.withLock({ $0[name] }) { return known }
    var options = CompileOptions(placement: way.placement)
    options.disabledRules = way.disabledRules
    options.takesPackets = way.takesPackets
    options.bindings = way.bindings
    if let sets = way.tableSets { options.setTableSets(sets) }
    let source = SourceText(name: "query.sal", text)
    var log = DiagnosticLog()
    guard var query = Compiler.compile(source, options: options, reportingTo: &log) else {
      throw Refused(description: DiagnosticRenderer(source: source).render(log) + "\n" + text)
    }
    if case .kernel = way.engine, query.program != nil {
      query.object = try Session.object(of: query)
    }
    let finished = query
    cache.withLock { $0[name] = finished }
    return finished
  }

  /// Runs a query over a capture.
  static func run(
    _ text: String, over capture: String, _ way: Way, threads: Int? = nil
  ) throws -> Answer {
    let query = try compiled(text, way)
    let sink = CollectingSink()
    let input: RunConfiguration.Input =
      switch way.engine {
      case .host: .captureOnHost(path: capture)
      case .kernel(let cpus): .captureInKernel(path: capture, cpus: cpus)
      }
    var configuration = RunConfiguration(query: query, input: input, seed: 0x5A1C)
    configuration.threads = threads
    let totals = try Session.run(configuration, into: sink, shouldStop: { false })
    return Answer(rows: sink.rows, losses: sink.losses, totals: totals)
  }
}
