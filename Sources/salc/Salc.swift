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
      RunCommand.self, ReplCommand.self, TestCommand.self, VerifyCommand.self,
      SchemaCommand.self, NewCommand.self, WhyCommand.self, CompletionsCommand.self,
      ListCommand.self, ReloadCommand.self, StopCommand.self, DoctorCommand.self,
    ])

  /// Exit codes and suggestions are ours; parsing and help are ArgumentParser's.
  static func main() {
    prepareDescriptors()
    do {
      var command = try parseAsRoot()
      do {
        try command.run()
      } catch let status as ExitStatus {
        status.exit()
      } catch  where exitCode(for: error) != .success {
        // The parser would show the usage of salc as a whole.
        let name = type(of: command)._commandName
        standardError("Error: \(message(for: error))\nSee 'salc \(name) --help'.\n")
        ExitStatus.usage.exit()
      }
    } catch {
      answer(error).exit()
    }
  }

  /// Prints help or the version where that was asked for, else what is wrong with the arguments.
  private static func answer(_ error: any Error) -> ExitStatus {
    let text = fullMessage(for: error)
    if let unknown = Suggestion.unknownTopic(CommandLine.arguments) {
      standardError(unknown + "\n")
      return .usage
    }
    guard exitCode(for: error) == .success else {
      standardError(text + Suggestion.text(CommandLine.arguments, answer: text) + "\n")
      return .usage
    }
    do { try standardOutput(text + "\n") } catch { return error }
    return .success
  }
}

/// The version, as `--version` prints it.
let salcVersion = "salc 0.1.0"
