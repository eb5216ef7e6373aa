import TestSupport

/// A program of many outputs: one run over a capture answers all of them.
struct Program: Sendable, CustomStringConvertible {
  let description: String
  let text: String

  /// Puts statements behind the source `P`.
  init(_ description: String, _ statements: [String]) {
    self.description = description
    text = (["P = PacketStream(\"eth0\");"] + statements).joined(separator: "\n") + "\n"
  }
}

/// An engine as `salc run` names it.
enum Engine: Sendable, CustomStringConvertible {
  case host
  /// Through the XDP program; few sets make tables evict.
  case kernel(cpus: Int, tableSets: Int)

  /// The data path on one CPU with room in its tables.
  static let roomy = Engine.kernel(cpus: 1, tableSets: 256)
  /// The data path on two CPUs with so little room that tables evict and partials are merged.
  static let crowded = Engine.kernel(cpus: 2, tableSets: 4)

  var description: String {
    switch self {
    case .host: "host"
    case .kernel(let cpus, let sets): "kernel, \(cpus) CPUs, tables of \(sets) sets"
    }
  }
}

/// A program ready to run over captures with an engine; for the data path it is compiled once.
struct PreparedProgram: ~Copyable {
  /// The program could not be compiled or did not run to its end.
  struct Failure: Error, CustomStringConvertible { let description: String }

  private let query: String
  private let options: [String]
  /// Where all operators must run, or the host would answer for the data path.
  private let placement: String
  private let directory = TemporaryDirectory()

  init(_ program: Program, _ engine: Engine) throws {
    let text = directory.write(program.text, to: "query.sal")
    switch engine {
    case .host:
      query = text
      options = ["--engine", "host"]
      placement = "host"
    case .kernel(let cpus, let tableSets):
      query = directory.file("query.salb")
      options = ["--engine", "kernel", "--cpus", "\(cpus)"]
      placement = "kernel"
      let outcome = Tool.run(
        Tool.salc, ["compile", text, "-o", query, "--table-sets", "\(tableSets)"])
      guard outcome.exitCode == 0 else { throw Failure(description: outcome.errors) }
    }
  }

  /// What the program says of a capture; nothing may be lost, nothing run elsewhere.
  func answers(over capture: String) throws -> Answers {
    let run = SalcRun.replay(query, capture: TestCaptures.path(capture), options)
    let place = run.meta?["placement"]?.string ?? "nowhere"
    guard run.outcome.exitCode == 0, run.violations.isEmpty, place == placement,
      run.end?["lost"] == .object([])
    else {
      throw Failure(description: "\(capture): ran in \(place) \(run.losses) \(run.outcome.errors)")
    }
    return Answers(run)
  }
}
