import ArgumentParser
import Compiler

/// The command line: arguments in, text out.
@main
struct Salc: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "salc",
    abstract: "Compile and run SAL queries over packets: in the kernel, on the host, same answer.",
    discussion: """
      Exit codes: 0 ok; 1 query or run-time error; 2 usage; 3 more lost than --max-loss;
      4 no privilege; 5 another program holds the interface; 6 the kernel lacks a feature;
      65 bad input data; 74 output failed; 130 interrupted before any result.
      """,
    version: salcVersion,
    subcommands: [
      CheckCommand.self, FormatCommand.self, ExplainCommand.self, CompileCommand.self,
      RunCommand.self, TestCommand.self, VerifyCommand.self, WhyCommand.self,
    ])

  /// Exit codes and suggestions are ours; parsing and help are ArgumentParser's.
  static func main() {
    prepareDescriptors()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let status as ExitStatus {
      status.exit()
    } catch {
      answer(error).exit()
    }
  }

  /// Prints help or the version where that was asked for, else what is wrong with the arguments.
  private static func answer(_ error: any Error) -> ExitStatus {
    let text = fullMessage(for: error)
    guard exitCode(for: error) == .success else {
      standardError(text + suggestion(CommandLine.arguments) + "\n")
      return .usage
    }
    do { try standardOutput(text + "\n") } catch { return error }
    return .success
  }

  /// "did you mean" for a misspelt command or flag.
  private static func suggestion(_ arguments: [String]) -> String {
    let commands = configuration.subcommands.compactMap { $0.configuration.commandName }
    guard arguments.count > 1 else { return "" }
    let word = arguments[1]
    if !word.hasPrefix("-"), !commands.contains(word),
      let near = nearestWord(to: word, in: commands)
    {
      return "\n\ndid you mean 'salc \(near)'?"
    }
    let flags = RunCommand.flags
    for flag in arguments.dropFirst() where flag.hasPrefix("--") {
      let name = String(flag.prefix { $0 != "=" })
      if !flags.contains(name), let near = nearestWord(to: name, in: flags) {
        return "\n\ndid you mean '\(near)'?"
      }
    }
    return ""
  }
}

/// The version, as `--version` prints it.
let salcVersion = "salc 0.1.0"
