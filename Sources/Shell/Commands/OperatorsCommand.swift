import Diagnostics
import Operators

/// `\df`: the operators; `\df OPERATOR`: one of them with an example.
struct OperatorsCommand: MetaCommand {
  let name = "df"
  let aliases = ["functions", "operators"]
  let arguments = "[OPERATOR]"
  let argument = ArgumentKind.operator
  let summary = "operators with their parameters and bounds"

  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure) {
    guard let name = try arguments.only(name) else {
      var lines = [["operator", "bound", "what it computes"]]
      for entry in OperatorCatalogue.all {
        lines.append([entry.signature, entry.boundSummary, entry.summary])
      }
      return shell.output.say(Columns.text(lines, width: shell.output.columns))
    }
    let wanted = name.prefix { $0 != "(" }
    guard let entry = OperatorCatalogue.named(String(wanted)) else {
      let names = OperatorCatalogue.all.flatMap { [$0.name] + $0.aliases }
      throw CommandFailure(
        "there is no operator \(wanted)",
        nearest(to: String(wanted), in: names).map { "did you mean \($0)?" } ?? "\\df lists them")
    }
    var text = "\(entry.signature)\n\(entry.summary)\nbound: \(entry.boundSummary)\n"
    if !entry.aliases.isEmpty { text += "also: \(entry.aliases.joined(separator: ", "))\n" }
    shell.output.say(text + "\n\(entry.example(over: "Packets"))\n")
  }
}
