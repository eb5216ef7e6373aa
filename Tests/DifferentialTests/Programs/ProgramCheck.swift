import Compiler
import DataModel
import Glibc
import Plan
import Planning
import Reference
import Session
import Sinks
import TestSupport

/// A generated program with its input on disk and the naive evaluator's answer.
struct ProgramCheck {
  /// Where a program is run.
  enum Place { case host, kernel }

  let text: String
  let exact: [NaiveRow]
  private let plan: LogicalPlan
  private let directory: TemporaryDirectory
  private let paths: [String]

  /// Writes the input and evaluates it naively; throws where the program is refused.
  init(_ program: GeneratedProgram) throws {
    let directory = TemporaryDirectory()
    self.directory = directory
    let place = getenv("SALC_PROGRAM_DIRECTORY").map { String(cString: $0) } ?? directory.path
    paths = program.sources.map { "\(place)/\($0.name).\($0.kind)" }
    text = program.text(paths: paths)
    if place != directory.path { FileBytes.write(Array(text.utf8), to: place + "/program.sal") }
    plan = try Query.plan(text)
    var tuples: [Int: [NaivePacket]] = [:]
    for node in plan.sources {
      guard let index = Self.index(of: plan.nodes[node].operation, paths) else { continue }
      let source = program.sources[index]
      if source.kind.isRecords {
        let lines = RecordLines(source)
        FileBytes.write(Array(lines.text.utf8), to: paths[index])
        tuples[node] = try lines.records(source, at: node, of: plan)
      } else {
        let frames = Self.frames(source)
        FileBytes.write(CaptureFile.classic(frames), to: paths[index])
        tuples[node] = frames.enumerated().map { NaivePacket($1, order: $0) }
      }
    }
    if tuples.count == 1 {
      var evaluator = NaiveEvaluator(plan: plan)
      for tuple in tuples.values.first ?? [] { evaluator.take(tuple) }
      exact = evaluator.finish()
    } else {
      exact = NaiveEvaluator.rows(of: plan, merging: tuples)
    }
  }

  /// Which of the sources a node of the plan reads.
  private static func index(of operation: TupleOperation, _ paths: [String]) -> Int? {
    switch operation {
    case .source(.interfaces): 0
    case .source(.capture(let path)): paths.firstIndex(of: path)
    case .source(.records(let source)):
      if case .file(let path, _) = source.origin { paths.firstIndex(of: path) } else { nil }
    default: nil
    }
  }

  private static func frames(_ source: GeneratedProgram.Source) -> [CapturedFrame] {
    var profile = PacketGenerator.Profile()
    profile.gap = 8_000_000
    profile.hosts = 12
    if source.kind == .packets { profile.linkType = [1, 1, 1, 101, 113][Int(source.seed % 5)] }
    var generator = PacketGenerator(seed: source.seed, profile: profile)
    let frames = generator.frames(source.count)
    guard source.isDisordered else { return frames }
    // Not so late that rows which were in effect at a tuple's time are forgotten.
    var random = RandomSource(seed: source.seed)
    return frames.map { frame in
      guard random.once(in: 30) else { return frame }
      return CapturedFrame(
        time: frame.time + Int64(random.number(-150...150)) * 1_000_000, bytes: frame.bytes,
        wireLength: frame.wireLength, linkType: frame.linkType)
    }
  }

  /// Whether the program reads packets that a data path could see.
  var hasDataPath: Bool {
    plan.sources.contains { node in
      if case .source(.interfaces) = plan.nodes[node].operation { true } else { false }
    }
  }

  /// What is wrong with the answers at a place, one line a finding; empty where nothing is.
  func findings(_ place: Place, seed: Int) throws -> [String] {
    switch place {
    case .host: try formFindings() + hostFindings(seed: seed)
    case .kernel: try hasDataPath ? kernelFindings(seed: seed) : []
    }
  }

  /// The plan is that of the formatted text, and its description is the same each time.
  private func formFindings() throws -> [String] {
    var findings: [String] = []
    let description = Query.optimized(plan).description
    if try Query.optimized(Query.plan(text)).description != description {
      findings.append("the plan differs from one time to the next")
    }
    guard let formatted = Query.formatted(text) else { return findings + ["not formatted"] }
    // A column that stands for a comparison is called by its text.
    func bare(_ description: String) -> String {
      description.replacing(" == ", with: " = ").filter { !$0.isWhitespace }
    }
    if (try? bare(Query.plan(formatted).description)) != bare(plan.description) {
      findings.append("the plan of the formatted text differs: \(formatted)")
    }
    if Query.formatted(formatted) != formatted { findings.append("formatted twice differs") }
    return findings
  }

  private func hostFindings(seed: Int) throws -> [String] {
    let one = try run(.host, threads: 1)
    var findings = differences(one, "host") + orderFindings(one)
    for threads in [2, 3] {
      let other = try run(.host, threads: threads)
      if other.rows != one.rows { findings.append("\(threads) threads give other rows") }
      if other.losses != one.losses { findings.append("\(threads) threads have other losses") }
      if other.totals.packets != one.totals.packets || other.totals.lost != one.totals.lost
        || other.totals.unkeyed != one.totals.unkeyed
      {
        findings.append("\(threads) threads have other totals")
      }
    }
    for rules in [Query.rules, [Query.rules[seed % Query.rules.count]]] {
      let way = Way(engine: .host, placement: .hostEngine, disabledRules: Set(rules))
      findings += differences(try run(way, threads: 1), "without \(rules)")
    }
    return findings
  }

  /// Rows of a window come in the order of their keys, but for those that TOP has ranked.
  private func orderFindings(_ answer: Answer) -> [String] {
    guard !text.contains("TOP") else { return [] }
    return plan.outputs.indices.compactMap { index in
      guard case .rows = plan.outputs[index].content else { return nil }
      let count = plan.outputs[index].schema.keyCount
      let rows = answer.rows.filter { $0.output == index }
      for (a, b) in zip(rows, rows.dropFirst()) where a.end == b.end {
        let keys = [a, b].map { row in
          Row(output: 0, start: 0, end: 0, values: Array(row.values.prefix(count)), bounds: [:])
        }
        if RowOrder.precedes(keys[1], keys[0]) {
          return "output \(index) is not in the order of its keys: \(a.values) \(b.values)"
        }
      }
      return nil
    }
  }

  private func kernelFindings(seed: Int) throws -> [String] {
    var ways = try EngineTests.kernelWays(text, cuts: 1, seed: UInt64(seed))
    ways.append(Way(engine: .kernel(cpus: 1), placement: .dataPath, tableSets: 4))
    return try ways.flatMap { way in
      differences(try Engines.run(text, over: paths[0], way), "\(way)")
    }
  }

  private func differences(_ answer: Answer, _ way: String) -> [String] {
    let found = RowComparison.differences(exact: exact, engine: answer.rows)
    return found.isEmpty ? [] : ["\(way): \(found.count) differ: \(found.prefix(4))"]
  }

  private func run(_ way: Way, threads: Int) throws -> Answer {
    let query = try Engines.compiled(text, way)
    let input: RunConfiguration.Input =
      if plan.sources.count > 1 {
        .merged
      } else if let records = query.namedRecords {
        .records(records.origin)
      } else {
        .captureOnHost(path: query.namedInput.capture ?? paths[0])
      }
    var configuration = RunConfiguration(query: query, input: input, seed: 0x5A1C)
    configuration.threads = threads
    let sink = CollectingSink()
    let totals = try Session.run(configuration, into: sink, shouldStop: { false })
    return Answer(rows: sink.rows, losses: sink.losses, totals: totals)
  }
}

extension GeneratedProgram {
  /// The program with as few statements and tuples as still fail, in whatever way.
  func smallest(_ place: ProgramCheck.Place, seed: Int) -> GeneratedProgram {
    func fails(_ program: GeneratedProgram) -> Bool {
      guard let check = try? ProgramCheck(program) else { return false }
      do { return try !check.findings(place, seed: seed).isEmpty } catch { return true }
    }
    var best = self
    var isSmaller = true
    while isSmaller {
      isSmaller = false
      for index in best.statements.indices.reversed() {
        var candidate = best
        candidate.statements.remove(at: index)
        if fails(candidate) { (best, isSmaller) = (candidate, true) }
      }
      for index in best.sources.indices where best.sources[index].count > 1 {
        var candidate = best
        candidate.sources[index].count /= 2
        if fails(candidate) { (best, isSmaller) = (candidate, true) }
      }
    }
    return best
  }
}
