import Compiler
import Diagnostics

/// `\why CODE`: the explanation of a diagnostic.
struct WhyCommand: MetaCommand {
  let name = "why"
  let aliases: [String] = []
  let arguments = "CODE"
  let argument = ArgumentKind.words(
    Compiler.diagnosticCatalogue.explanations.map(\.code.name))
  let summary = "explains a diagnostic such as SAL0202"

  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure) {
    guard let code = try arguments.only(name) else {
      throw CommandFailure("\\why takes the code of a message", "\\why SAL0202", .usage)
    }
    let catalogue = Compiler.diagnosticCatalogue
    guard let explanation = catalogue.explain(code) else {
      shell.output.say(catalogue.answer(toUnknown: code))
      throw CommandFailure("there is no diagnostic \(code)", "salc why lists all of them")
    }
    shell.output.say("\(explanation)\n")
  }
}
