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
  /// Whose `pcap` and `flows` have the files that do not lie beside the query.
  let dataDirectory: String?

  /// All results, in the order of the file. Throws where the kernel was asked for and cannot be
  /// had.
  func run() throws(SessionError) -> [Result] {
    if !tests.problems.isEmpty {
      let lines = tests.problems.map { "line \($0.number): \($0.text)" }
      return [Result(name: path, outcome: .failed(lines))]
    }
    var results: [Result] = []
    if !tests.errors.isEmpty || !tests.warnings.isEmpty {
      let log = compile(tests.cases.first).log
      results.append(Result(name: path, outcome: diagnostics(log)))
    }
    guard tests.errors.isEmpty else { return results }
    for test in tests.cases { results += try run(test) }
    return results
  }

  /// The query as a case reads it.
  func compile(_ test: QueryTestFile.Case?) -> (query: CompiledQuery?, log: DiagnosticLog) {
    var log = DiagnosticLog()
    var options = options
    (test.map(files) ?? QueryTestInput()).complete(&options)
    Session.findSchemas(of: source, for: &options)
    return (Compiler.compile(source, options: options, reportingTo: &log), log)
  }

  private func run(_ test: QueryTestFile.Case) throws(SessionError) -> [Result] {
    let name = "\(path):\(test.number)"
    let files = files(of: test)
    if let missing = files.missing {
      return [Result(name: name, outcome: .skipped(missing))]
    }
    let (compiled, log) = compile(test)
    guard let query = compiled else {
      let text = DiagnosticRenderer(source: source).render(log)
      let lines = text.split(separator: "\n").map(String.init)
      return [Result(name: name, outcome: .failed(["the query is refused:"] + lines))]
    }
    var results: [Result] = []
    for engine in engines {
      let outcome: Outcome
      do {
        guard let input = try files.input(of: query, by: engine) else {
          let reason = files.reasonForHost(query)
          if engines == [.kernel] { results.append(Result(name: name, outcome: .skipped(reason))) }
          continue
        }
        let rows = try rows(of: query, over: input, files)
        let complaints = CaseVerdict(test, rows, query.plan.outputs.map(\.schema)).complaints
        outcome = complaints.isEmpty ? .passed : .failed(complaints)
      } catch let error as SessionError {
        guard error.kind == .data || error.kind == .query else { throw error }
        outcome = .failed(["\(error)"])
      } catch {
        outcome = .failed(["\(error)"])
      }
      results.append(Result(name: "\(name) \(test.title), \(engine)", outcome: outcome))
    }
    return results
  }

  /// The rows of what a case reads.
  func rows(
    of query: CompiledQuery, over input: RunConfiguration.Input, _ files: QueryTestInput
  ) throws -> [Row] {
    let sink = CollectingSink()
    var configuration = RunConfiguration(
      query: query, input: input, seed: RunConfiguration.captureSeed)
    configuration.tableFiles = try files.records.tableFiles(for: query)
    _ = try Session.run(configuration, into: sink, shouldStop: { false })
    return sink.rows
  }

  /// The files of a case.
  func files(of test: QueryTestFile.Case) -> QueryTestInput {
    QueryTestInput(test, beside: path, orIn: dataDirectory)
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
