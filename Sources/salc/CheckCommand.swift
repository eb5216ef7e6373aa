import ArgumentParser
import Compiler
import Diagnostics
import Session

/// `salc check`: names, types and windows; no privileges, nothing runs.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check a query's names, types and windows; runs nothing.")

  @OptionGroup var query: QueryArguments

  @Argument(help: "Further query files.", completion: .file(extensions: ["sal", "salb"]))
  var more: [String] = []

  func run() throws { try query.each(and: more, Self.check) }

  private static func check(_ query: QueryArguments) throws {
    let source = try query.read()
    if Bundle.recognizes(source.utf8) {
      _ = try query.compile(CompileOptions())
      return
    }
    var log = DiagnosticLog()
    var options = CompileOptions()
    Session.findSchemas(of: source, for: &options)
    _ = Compiler.check(source, options: options, reportingTo: &log)
    query.report(log, of: source)
    if log.containsError { throw ExitStatus.failure }
  }
}

/// `salc fmt`: the one way to lay a query out.
struct FormatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt", abstract: "Lay a query out in the standard form.")

  @OptionGroup var query: QueryArguments

  @Argument(help: "Further query files.", completion: .file(extensions: ["sal"]))
  var more: [String] = []

  @Flag(help: "Only say whether the file is in standard form; exit 1 where it is not.")
  var check = false

  @Flag(help: "Write the file anew instead of printing.")
  var write = false

  func run() throws { try query.each(and: more, format) }

  private func format(_ query: QueryArguments) throws {
    let source = try query.read()
    var log = DiagnosticLog()
    guard let text = Compiler.format(source, reportingTo: &log) else {
      query.report(log, of: source)
      throw ExitStatus.failure
    }
    let isStandard = Array(text.utf8) == source.utf8
    if check {
      if !isStandard {
        standardError("\(source.name) is not in standard form; salc fmt --write mends it\n")
        throw ExitStatus.failure
      }
    } else if write {
      guard let file = query.file, file != "-" else {
        throw ValidationError("--write needs a file")
      }
      if !isStandard { try writeFile(file, Array(text.utf8)) }
    } else {
      try standardOutput(text)
    }
  }
}
