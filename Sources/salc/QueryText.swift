import ArgumentParser
import Compiler
import Diagnostics
import Glibc
import Session
import Terminal

/// How messages about the query are written.
enum ErrorFormat: String, ExpressibleByArgument, CaseIterable {
  case human, short, json
}

/// The query that most commands take: a file, `-` for standard input, or `-e TEXT`.
struct QueryArguments: ParsableArguments {
  @Argument(
    help: "The query file (.sal), '-' for standard input.",
    completion: .file(extensions: ["sal", "salb"]))
  var file: String?

  @Option(name: [.customShort("e"), .customLong("expression")], help: "The query's text itself.")
  var text: String?

  @Option(help: "How errors are written: human, short or json.")
  var errorFormat: ErrorFormat = .human

  private static var notBoth: ValidationError {
    ValidationError("give a file or -e TEXT, not both")
  }

  /// The query's bytes and name; prints why it cannot be read.
  func read() throws -> SourceText {
    if let text {
      guard file == nil else {
        throw Self.notBoth
      }
      return SourceText(name: "<command line>", text)
    }
    guard let file else { throw ValidationError("name a query file, or give one with -e TEXT") }
    return SourceText(name: file == "-" ? "<stdin>" : file, utf8: try readFile(file))
  }

  /// Does something with the query and with further files, with all of them also where one fails;
  /// then ends as the first failure does.
  func each(and more: [String], _ body: (QueryArguments) throws -> Void) throws {
    // Said once, and not for each of the files.
    if text != nil, !more.isEmpty { throw Self.notBoth }
    var failure: (any Error)?
    for file in [file] + more {
      var query = self
      query.file = file
      do { try body(query) } catch {
        if failure != nil, let later = error as? ValidationError {
          // The first is printed by whom it is thrown to; errors of other types were told already.
          standardError("error: \(later.message)\n")
        }
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
  }

  /// Prints a log to standard error.
  func report(_ log: DiagnosticLog, of source: SourceText) {
    let isColored = TerminalEnvironment.process.isColored(STDERR_FILENO)
    let renderer = DiagnosticRenderer(source: source, color: isColored)
    switch errorFormat {
    case .human: standardError(renderer.render(log))
    case .short:
      for diagnostic in log.inSourceOrder { standardError(renderer.renderShort(diagnostic) + "\n") }
    case .json:
      for diagnostic in log.inSourceOrder { standardError(renderer.renderJSON(diagnostic) + "\n") }
    }
  }
}

/// The placement flags that commands which compile share.
struct PlacementArguments: ParsableArguments {
  @Option(
    help: "Where operators run: auto, host or kernel.",
    completion: .list(["auto", "host", "kernel"]))
  var place: String = "auto"

  @Flag(help: "Compile for packets: a source of records stands for the flows made of them.")
  var packets = false

  @Option(help: .hidden)
  var cut: String?

  @Option(help: .hidden)
  var tableSets: Int?

  @Option(help: .hidden)
  var withoutRule: [String] = []

  /// The options for the compiler.
  func options() throws -> CompileOptions {
    guard let placement = Compiler.placement(named: cut.map { "cut:" + $0 } ?? place) else {
      throw ValidationError("--place takes auto, host or kernel, not '\(place)'")
    }
    var options = CompileOptions(placement: placement, disabledRules: Set(withoutRule))
    if let tableSets { options.setTableSets(tableSets) }
    options.takesPackets = packets
    return options
  }
}

/// The bytes of a file or of standard input; prints the reason and ends where there are none.
func readFile(_ path: String) throws -> [UInt8] {
  do {
    return try path == "-"
      ? QueryFile.bytes(from: STDIN_FILENO) : QueryFile.bytes(of: path)
  } catch {
    standardError("error: \(error.message(path))\n")
    switch error {
    case .unreadable: throw ExitStatus.failure
    case .tooLong: throw ExitStatus.badData
    }
  }
}
