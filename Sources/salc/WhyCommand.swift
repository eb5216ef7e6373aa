import ArgumentParser
import Compiler
import Diagnostics

/// `salc why [CODE]`: the explanation of a diagnostic, or all codes.
struct WhyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Explain a diagnostic's code, such as SAL0202; without one, list all codes.")

  @Argument(
    help: "The code.",
    completion: .custom { _, _, _ in
      Compiler.diagnosticCatalogue.explanations.map(\.code.name)
    })
  var code: String?

  func run() throws {
    let catalogue = Compiler.diagnosticCatalogue
    guard let code else {
      let lines = catalogue.explanations.map { "\($0.code)  \($0.title)\n" }
      return try standardOutput(lines.joined())
    }
    if let explanation = catalogue.explain(code) {
      try standardOutput("\(explanation)\n")
      return
    }
    let near = catalogue.answer(toUnknown: code)
    standardError(
      "error: there is no diagnostic \(code)\n\(near)  = help: salc why lists all of them\n")
    throw ExitStatus.failure
  }
}
