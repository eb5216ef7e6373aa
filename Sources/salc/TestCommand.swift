import ArgumentParser
import Compiler
import Diagnostics
import Glibc
import Session

/// `salc test`: what the comments of query files promise, held against their captures and records.
struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Run the tests that stand in the comments of query files.",
    discussion: """
      A query's file says what it shall give:
        -- pcap: capture.pcap
        -- expect: 2026-01-01T00:00:00Z SourceIp=10.0.0.1 Count=3
      The capture lies beside the file or in $SALC_TEST_DATA/pcap. Records are named by csv:,
      netflow:, ipfix: or sflow:, and the sources of a query by bind: NAME=FILE. Further lines:
      expect-some, expect-rows, expect-error, expect-warning; see Docs/Testing.md.
      """)

  /// Which engines evaluate the captures.
  enum Engines: String, ExpressibleByArgument, CaseIterable {
    case host, kernel, both
  }

  @Argument(
    help: "Query files (.sal), or directories of them.", completion: .file(extensions: ["sal"]))
  var paths: [String]

  @OptionGroup var placement: PlacementArguments

  @Option(help: "What evaluates the captures: host, kernel (needs privilege) or both.")
  var engine: Engines = .host

  @Flag(help: "Write the rows of now into the files' expect lines.")
  var update = false

  @Flag(help: "A test whose file is missing fails.")
  var strict = false

  @Flag(help: "Only name what fails, and the summary.")
  var quiet = false

  func run() throws {
    var tally = Tally()
    for path in try queryFiles() {
      let run = try testRun(path)
      if run.tests.isEmpty {
        tally.withoutTests += 1
        continue
      }
      do {
        if update {
          try write(run)
          try tally.take(try testRun(path).run(), self)
        } else {
          try tally.take(try run.run(), self)
        }
      } catch let error as SessionError {
        standardError("error: \(error)\n")
        throw ExitStatus(error.kind)
      }
    }
    try finish(tally)
  }

  private func testRun(_ path: String) throws -> QueryTestRun {
    let source = SourceText(name: path, utf8: try readFile(path))
    return QueryTestRun(
      path: path, source: source,
      tests: QueryTestFile(String(decoding: source.utf8, as: UTF8.self)),
      options: try placement.options(),
      engines: engine == .host ? [.host] : engine == .kernel ? [.kernel] : [.host, .kernel],
      dataDirectory: getenv("SALC_TEST_DATA").map { String(cString: $0) })
  }

  private func write(_ run: QueryTestRun) throws {
    guard let text = try QueryTestUpdate(run: run).updated() else { return }
    try writeFile(run.path, Array(text.utf8))
    standardError("note: \(run.path) is written anew\n")
  }

  private func queryFiles() throws -> [String] {
    try paths.flatMap { path -> [String] in
      guard let found = try directoryEntries(path) else { return [path] }
      return found.filter { $0.hasSuffix(".sal") }
    }
  }

  private func finish(_ tally: Tally) throws {
    var parts = ["\(tally.passed) passed", "\(tally.failed) failed", "\(tally.skipped) skipped"]
    if tally.withoutTests > 0 { parts.append("\(tally.withoutTests) files without tests") }
    try standardOutput(parts.joined(separator: ", ") + "\n")
    if tally.passed + tally.failed + tally.skipped == 0 {
      standardError("error: there are no ‘-- pcap:’ or ‘-- expect-error:’ lines to run\n")
      throw ExitStatus.failure
    }
    if tally.failed > 0 || strict && tally.skipped > 0 { throw ExitStatus.failure }
  }

  /// The numbers of the summary.
  struct Tally {
    var passed = 0
    var failed = 0
    var skipped = 0
    var withoutTests = 0

    mutating func take(_ results: [QueryTestRun.Result], _ command: TestCommand) throws {
      for result in results {
        switch result.outcome {
        case .passed:
          passed += 1
          if !command.quiet { try standardOutput("ok    \(result.name)\n") }
        case .failed(let lines):
          failed += 1
          let body = lines.map { "      \($0)\n" }.joined()
          try standardOutput("FAIL  \(result.name)\n\(body)")
        case .skipped(let reason):
          skipped += 1
          try standardOutput("skip  \(result.name): \(reason)\n")
        }
      }
    }
  }
}
