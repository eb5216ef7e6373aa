import Compiler
import Plan
import Session

/// `\explain NAME`: where each part runs, why, and what it costs.
struct ExplainCommand: MetaCommand {
  let name = "explain"
  let aliases = ["plan"]
  let arguments = "[NAME]"
  let argument = ArgumentKind.name
  let summary = "where each part of a query runs, why, and what it costs"

  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure) {
    let name = try arguments.only(name)
    if let name, !shell.workspace.defines(name) { throw shell.unknown(name) }
    let compilation = shell.compile(.init(name))
    shell.output.report(compilation.diagnostics, in: shell.workspace)
    guard let query = compilation.query else { throw .reported }
    let shown = query.withObject { shell.output.remark("note: \($0)\n") }
    shell.output.say(Explanation(shown).render(.text))
    if case .capture? = shell.settings.input, shell.settings.engine == "host",
      query.namedRecords == nil, query.plan.sources.count == 1
    {
      shell.output.remark(
        "note: this is the plan on an interface; the host reads captures, without a program in the "
          + "kernel (\\set engine kernel replays them through it)")
    }
  }
}
