import Compiler
import DataModel
import Diagnostics
import Plan
import Session
import Sinks

/// Runs what a query's comments promise.
struct QueryTestRun {
  /// How a case ended.
  enum Outcome {
    case passed
    case failed([String])
    case skipped(String)
  }

  /// A case's name and end.
  struct Result {
    let name: String
    let outcome: Outcome
  }

  /// Which engine evaluates the captures.
  enum Engine: String, CaseIterable {
    case host, kernel
  }

  let path: String
  let source: SourceText
  let tests: QueryTestFile
  let options: CompileOptions
  let engines: [Engine]
  /// Where captures are looked up that do not lie beside the file.
  let captureDirectory: String?

  /// All results, in the order of the file. Throws where the kernel was asked for and cannot be
  /// had.
  func run() throws(SessionError) -> [Result] {
    if !tests.problems.isEmpty {
      let lines = tests.problems.map { "line \($0.number): \($0.text)" }
      return [Result(name: path, outcome: .failed(lines))]
    }
    var log = DiagnosticLog()
    var options = options
    // Captures are what a test names.
    options.takesPackets = true
    Session.findSchemas(of: source, for: &options)
    let query = Compiler.compile(source, options: options, reportingTo: &log)
    var results: [Result] = []
    if !tests.errors.isEmpty || !tests.warnings.isEmpty {
      results.append(Result(name: path, outcome: diagnostics(log)))
    }
    guard tests.errors.isEmpty, !tests.cases.isEmpty else { return results }
    guard let query else {
      let text = DiagnosticRenderer(source: source).render(log)
      let lines = text.split(separator: "\n").map(String.init)
      return [Result(name: path, outcome: .failed(["the query is refused:"] + lines))]
    }
    for test in tests.cases { results += try run(test, query) }
    return results
  }

  private func run(
    _ test: QueryTestFile.Case, _ query: CompiledQuery
  ) throws(SessionError) -> [Result] {
    let name = "\(path):\(test.capture.number)"
    guard let capture = captureFile(test.capture.text) else {
      return [Result(name: name, outcome: .skipped(missing(test.capture.text)))]
    }
    let schemas = query.plan.outputs.map(\.schema)
    var results: [Result] = []
    for engine in engines {
      let outcome: Outcome
      do {
        let rows = try rows(of: query, over: capture, engine)
        let complaints = CaseVerdict(test, rows, schemas).complaints
        outcome = complaints.isEmpty ? .passed : .failed(complaints)
      } catch  where error.kind == .data || error.kind == .query {
        outcome = .failed(["\(error)"])
      }
      results.append(Result(name: "\(name) \(test.capture.text), \(engine)", outcome: outcome))
    }
    return results
  }

  /// The rows of a capture, by one engine.
  func rows(
    of query: CompiledQuery, over capture: String, _ engine: Engine
  ) throws(SessionError) -> [Row] {
    let sink = CollectingSink()
    let input: RunConfiguration.Input =
      switch engine {
      case .host: .captureOnHost(path: capture)
      case .kernel: .captureInKernel(path: capture, cpus: 1)
      }
    let configuration = RunConfiguration(
      query: query, input: input, seed: RunConfiguration.captureSeed)
    _ = try Session.run(configuration, into: sink, shouldStop: { false })
    return sink.rows
  }

  /// A capture beside the query's file, else in the directory of captures.
  func captureFile(_ name: String) -> String? {
    candidates(name).first(where: fileExists)
  }

  private func candidates(_ name: String) -> [String] {
    if name.hasPrefix("/") { return [name] }
    let parent = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    return [parent + name] + (captureDirectory.map { [$0 + "/" + name] } ?? [])
  }

  private func missing(_ name: String) -> String {
    "there is no capture \(candidates(name).joined(separator: " or "))"
      + (captureDirectory == nil ? "; SALC_TEST_DATA is not set" : "")
  }

  private func diagnostics(_ log: DiagnosticLog) -> Outcome {
    func codes(_ severity: Severity) -> Set<String> {
      Set(log.diagnostics.filter { $0.severity == severity }.map(\.code.name))
    }
    var complaints: [String] = []
    let errors = codes(.error)
    for line in tests.errors where !errors.contains(line.text) {
      complaints.append("line \(line.number) expects \(line.text), which is not reported")
    }
    if !tests.errors.isEmpty || !errors.isEmpty {
      for code in errors.subtracting(tests.errors.map(\.text)).sorted() {
        complaints.append("not expected: \(code)")
      }
    }
    let warnings = codes(.warning)
    for line in tests.warnings where !warnings.contains(line.text) {
      complaints.append("line \(line.number) expects \(line.text), which is not warned of")
    }
    guard !complaints.isEmpty else { return .passed }
    let text = DiagnosticRenderer(source: source).render(log)
    return .failed(complaints + text.split(separator: "\n").map(String.init))
  }
}
