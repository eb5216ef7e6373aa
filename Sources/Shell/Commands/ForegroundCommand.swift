/// `\fg N`: shows a query of the background, its latest rows first.
struct ForegroundCommand: MetaCommand {
  let name = "fg"
  let aliases: [String] = []
  let arguments = "[N]"
  let argument = ArgumentKind.job
  let summary = "shows a query of the background until Ctrl-C stops it"

  func run(_ arguments: CommandArguments, in shell: Shell) throws(CommandFailure) {
    let run = try shell.job(try arguments.only(name))
    let unseen = run.channel.counts.unseen
    if unseen > 0 { shell.output.remark("\(unseen) earlier rows were not kept") }
    shell.jobs.removeAll { $0 === run }
    try shell.watch(run)
  }
}
