import Session

/// `\kill N`: ends a query of the background.
struct KillCommand: MetaCommand {
  let name = "kill"
  let aliases = ["stop"]
  let arguments = "[N]"
  let argument = ArgumentKind.job
  let summary = "ends a query of the background"

  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure) {
    let run = try shell.job(try arguments.only(name))
    shell.end(run)
    if case .failed(let error)? = run.outcome, error.kind != .interrupted {
      throw CommandFailure("\(error)", "", .run(error.kind))
    }
    let counts = run.channel.counts
    shell.output.confirm(
      "[\(run.number)] \(run.title) has ended: \(counts.packets) packets, \(counts.rows) rows")
  }
}
