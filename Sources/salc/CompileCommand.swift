import ArgumentParser
import Compiler
import Diagnostics
import Session

/// `salc compile`: a bundle that runs where there is no compiler, or one stage's text.
struct CompileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile",
    abstract: "Compile a query to a bundle (.salb) that runs where there is no compiler.")

  /// A stage to print instead of writing a bundle.
  enum Stage: String, ExpressibleByArgument, CaseIterable {
    case c, plan
  }

  @OptionGroup var query: QueryArguments
  @OptionGroup var placement: PlacementArguments

  @Option(name: .shortAndLong, help: "The bundle's file.")
  var output: String?

  @Option(help: "Print a stage instead: c or plan.")
  var emit: Stage?

  func validate() throws {
    if output == nil && emit == nil {
      throw ValidationError("name the bundle with -o FILE, or print a stage with --emit c|plan")
    }
  }

  func run() throws {
    let compiled = try query.compile(placement.options())
    if let output { try writeBundle(of: compiled, to: output) }
    switch emit {
    case .plan: try standardOutput(compiled.planText)
    case .c:
      if let text = compiled.emittedC {
        try standardOutput(text)
      } else {
        standardError("note: nothing of this query runs in the data path; see salc explain\n")
      }
    case nil: break
    }
  }

  private func writeBundle(of compiled: CompiledQuery, to output: String) throws {
    do {
      let object = try Session.object(of: compiled)
      try writeFile(output, Bundle.encode(compiled, object: object))
    } catch let error as SessionError {
      standardError("error: \(error)\n")
      throw ExitStatus(error.kind)
    }
  }
}

extension QueryArguments {
  /// Reads and compiles a text, or opens a bundle; prints what is wrong and ends.
  func compile(
    _ options: CompileOptions, needsObject: Bool = true
  ) throws -> CompiledQuery {
    let source = try read()
    var log = DiagnosticLog()
    if Bundle.recognizes(source.utf8) {
      do {
        return try Bundle.decode(source.utf8, needsObject: needsObject, reportingTo: &log)
      } catch {
        standardError("error: \(source.name): \(error)\n")
        throw ExitStatus.badData
      }
    }
    var options = options
    Session.findSchemas(of: source, for: &options)
    let compiled = Compiler.compile(source, options: options, reportingTo: &log)
    report(log, of: source)
    guard let compiled else { throw ExitStatus.failure }
    return compiled
  }
}
